#!/bin/bash
set -euo pipefail
files="$(cd "$(dirname "$0")" && pwd)"
api() {
  local method="$1" path="$2" password="${API_PASSWORD//\\/\\\\}"
  shift 2
  curl --silent --show-error --max-time 120 ${API_CA:+--cacert "$API_CA"} --request "$method" \
    --config <(printf 'user = "%s:%s"\n' "$API_LOGIN" "${password//\"/\\\"}") "$@" "$API_URL$path"
}

# Only the status of the answer; 000 for none.
status_of() {
  api GET "$1" --output /dev/null --write-out '%{http_code}' || true
}

attempt=1
until [[ "$(status_of /api/status)" == 200 ]]; do
  if ((attempt >= 240)); then
    echo "no Kibana at $API_URL after 240 attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 5
done

answer="$(api POST '/api/saved_objects/_import?overwrite=true' --fail-with-body --header 'kbn-xsrf: true' \
  --form "file=@$files/objects.ndjson")"
echo "$answer"
[[ "$answer" == *'"success":true'* ]]
