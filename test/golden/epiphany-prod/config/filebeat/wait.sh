#!/bin/bash
set -euo pipefail
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
[[ -f /usr/share/filebeat/data/store-seen ]] && exit 0
until [[ "$(status_of "$API_PATH")" == 200 ]]; do
  sleep 5
done
: >/usr/share/filebeat/data/store-seen
