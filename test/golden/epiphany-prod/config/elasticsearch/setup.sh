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
until [[ "$(status_of '/_cluster/health?wait_for_status=yellow&timeout=5s')" == 200 ]]; do
  if ((attempt >= 120)); then
    echo "no cluster at $API_URL after 120 attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 5
done

while read -r method path body unless; do
  if [[ "$unless" != - ]]; then
    status="$(status_of "$unless")"
    if [[ "$status" == 200 ]]; then
      echo "$unless is there"
      continue
    fi
    if [[ "$status" != 404 ]]; then
      echo "$unless: $status" >&2
      exit 1
    fi
  fi
  data=()
  if [[ "$body" != - ]]; then
    data=(--header "Content-Type: application/json" --data-binary "@$files/$body")
  fi
  echo "$method $path"
  api "$method" "$path" --fail-with-body ${data[@]+"${data[@]}"}
  echo
done <"$files"/requests.txt
