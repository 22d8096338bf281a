#!/bin/bash
set -u
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
node="${API_URL#https://}"
until [[ "$(api GET '/_cluster/health?filter_path=status' --max-time 10 --resolve "$node:127.0.0.1")" == *'"green"'* ]]; do
  ((SECONDS < 600)) || exit 0
  sleep 5
done
