#!/bin/sh
set -eu

fingerprint() {
  cat /etc/hyperion/tls/tls-combined.pem | sha256sum
}

haproxy -W -db -f /etc/hyperion/haproxy/haproxy.cfg &
master=$!
# Finish open requests, then end. While it reloads, HAProxy loses the signal: again, until it has ended.
end() {
  while kill -USR1 "$master" 2>/dev/null; do sleep 1; done &
  wait "$master"
  exit 0
}
trap end TERM INT USR1
seen="$(fingerprint)"
while kill -0 "$master" 2>/dev/null; do
  sleep "${LOOK_SECONDS:-30}" &
  # Not in the foreground: a signal would wait for its end.
  wait $! || true
  now="$(fingerprint)"
  if [ "$now" != "$seen" ]; then
    seen="$now"
    kill -USR2 "$master"
  fi
done
wait "$master"
