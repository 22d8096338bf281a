#!/bin/sh
# Stands in for the entrypoint of the influxdb image (its documented variables), whose command line is in no registry: the
# first start sets up through the server's own API, on a port of its own as the image does, and a failed one leaves nothing.
set -eu
: "${INFLUXD_BOLT_PATH:=/var/lib/influxdb2/influxd.bolt}" "${INFLUXD_ENGINE_PATH:=/var/lib/influxdb2/engine}"
export INFLUXD_BOLT_PATH INFLUXD_ENGINE_PATH
if [ ! -f "$INFLUXD_BOLT_PATH" ] && [ "${DOCKER_INFLUXDB_INIT_MODE:-}" = setup ]; then
  INFLUXD_HTTP_BIND_ADDRESS=127.0.0.1:9999 influxd &
  server=$!
  if ! node "$(dirname "$0")/influxdb-setup.js" http://127.0.0.1:9999; then
    kill "$server" && wait "$server" || true
    rm -rf "$INFLUXD_BOLT_PATH" "${INFLUXD_ENGINE_PATH:?}"
    exit 1
  fi
  kill "$server" && wait "$server" || true
fi
exec influxd "$@"
