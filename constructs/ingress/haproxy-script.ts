/**
 * The script that starts HAProxy and lets it read its certificate anew when cert-manager has renewed it: HAProxy does
 * not watch its files. A reload hands the listening ports from the old process to the new one, so nobody is refused.
 */
import { HAPROXY_DIRS } from './haproxy-config';

/** How often it looks; the kubelet brings a changed Secret within a minute or two anyway. */
const LOOK_SECONDS = 30;

export function haproxyScript(files: readonly string[]): string[] {
  return [
    '#!/bin/sh',
    'set -eu',
    '',
    'fingerprint() {',
    `  cat ${files.join(' ')} | sha256sum`,
    '}',
    '',
    `haproxy -W -db -f ${HAPROXY_DIRS.config}/haproxy.cfg &`,
    'master=$!',
    '# Finish open requests, then end. While it reloads, HAProxy loses the signal: again, until it has ended.',
    'end() {',
    '  while kill -USR1 "$master" 2>/dev/null; do sleep 1; done &',
    '  wait "$master"',
    '  exit 0',
    '}',
    'trap end TERM INT USR1',
    'seen="$(fingerprint)"',
    'while kill -0 "$master" 2>/dev/null; do',
    `  sleep "\${LOOK_SECONDS:-${LOOK_SECONDS}}" &`,
    '  # Not in the foreground: a signal would wait for its end.',
    '  wait $! || true',
    '  now="$(fingerprint)"',
    '  if [ "$now" != "$seen" ]; then',
    '    seen="$now"',
    '    kill -USR2 "$master"',
    '  fi',
    'done',
    'wait "$master"',
  ];
}
