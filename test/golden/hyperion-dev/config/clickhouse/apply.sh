#!/bin/sh
set -eu
client() {
  clickhouse-client --host "$CLICKHOUSE_SERVER" --port "$CLICKHOUSE_PORT" --user "$CLICKHOUSE_LOGIN" "$@"
}
attempt=1
until client --query 'SELECT 1' >/dev/null; do
  if [ "$attempt" -ge 60 ]; then
    echo "no answer from $CLICKHOUSE_SERVER after 60 attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 5
done
# The first statement that fails ends the script.
client --queries-file /etc/hyperion/clickhouse-schema/schema.sql
