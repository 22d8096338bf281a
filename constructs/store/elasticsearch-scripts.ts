/**
 * The scripts of Elasticsearch's pods and of its setup task, for the image's bash and curl.
 */
import { CURL_FUNCTION } from '../core/curl-script';
import { ELASTICSEARCH_DIRS, ELASTICSEARCH_PORTS } from './elasticsearch-config';

/** Where a node's own configuration is put together; mounted as its configuration afterwards. */
export const NEW_CONFIG_DIR = '/mnt/config';
/** A restarted node finds its shards again in minutes; after that, another node may go although something is wrong. */
export const GREEN_WAIT_SECONDS = 600;
/** A cluster that starts for the first time: volumes, images, an election. */
const WAIT_ATTEMPTS = 120;
const WAIT_SECONDS = 5;

/**
 * The configuration of a node: what the image brings, our files over it, the users with their passwords hashed, and the
 * keys of the object store in Elasticsearch's key store. Runs before each start, also over what a former run has left.
 */
export const PREPARE_SCRIPT: readonly string[] = [
  '#!/bin/bash',
  'set -euo pipefail',
  'umask 077',
  `files=${ELASTICSEARCH_DIRS.source}`,
  `export ES_PATH_CONF=${NEW_CONFIG_DIR}`,
  `cp -r ${ELASTICSEARCH_DIRS.config}/. "$ES_PATH_CONF"/`,
  'cp "$files"/elasticsearch.yml "$files"/roles.yml "$ES_PATH_CONF"/',
  ': >"$ES_PATH_CONF"/users',
  ': >"$ES_PATH_CONF"/users_roles',
  '# On its input, where no other process sees it; asked for twice.',
  'while read -r name role key; do',
  `  password="$(<${ELASTICSEARCH_DIRS.passwords}/"$key")"`,
  '  printf \'%s\\n%s\\n\' "$password" "$password" | elasticsearch-users useradd "$name" -r "$role"',
  'done <"$files"/users.txt',
  'if [[ -n "${S3_ACCESS_KEY:-}" ]]; then',
  '  rm -f "$ES_PATH_CONF"/elasticsearch.keystore',
  '  elasticsearch-keystore create',
  '  printf \'%s\' "$S3_ACCESS_KEY" | elasticsearch-keystore add --stdin s3.client.default.access_key',
  '  printf \'%s\' "$S3_SECRET_KEY" | elasticsearch-keystore add --stdin s3.client.default.secret_key',
  'fi',
];

/**
 * Before a node stops: waits until every shard has all its copies, so that a rolling update never takes the second of
 * two copies away while the first is still being made anew. Not for ever: a node that is drained has to go some time.
 */
export const DRAIN_SCRIPT: readonly string[] = [
  '#!/bin/bash',
  'set -u',
  ...CURL_FUNCTION,
  'node="${API_URL#https://}"',
  `until [[ "$(api GET '/_cluster/health?filter_path=status' --max-time 10 --resolve "$node:127.0.0.1")" == *'"green"'* ]]; do`,
  `  ((SECONDS < ${GREEN_WAIT_SECONDS})) || exit 0`,
  '  sleep 5',
  'done',
];

/**
 * Brings a cluster to the declared state: one request a line of `requests.txt` (method, path, file of the body, and a
 * path that answers 200 where the request is not to be made any more; `-` for none). Safe to run again at any time.
 */
export const SETUP_SCRIPT: readonly string[] = [
  '#!/bin/bash',
  'set -euo pipefail',
  'files="$(cd "$(dirname "$0")" && pwd)"',
  ...CURL_FUNCTION,
  '',
  'attempt=1',
  'until [[ "$(status_of \'/_cluster/health?wait_for_status=yellow&timeout=5s\')" == 200 ]]; do',
  `  if ((attempt >= ${WAIT_ATTEMPTS})); then`,
  `    echo "no cluster at $API_URL after ${WAIT_ATTEMPTS} attempts" >&2`,
  '    exit 1',
  '  fi',
  '  attempt=$((attempt + 1))',
  `  sleep ${WAIT_SECONDS}`,
  'done',
  '',
  'while read -r method path body unless; do',
  '  if [[ "$unless" != - ]]; then',
  '    status="$(status_of "$unless")"',
  '    if [[ "$status" == 200 ]]; then',
  '      echo "$unless is there"',
  '      continue',
  '    fi',
  '    if [[ "$status" != 404 ]]; then',
  '      echo "$unless: $status" >&2',
  '      exit 1',
  '    fi',
  '  fi',
  '  data=()',
  '  if [[ "$body" != - ]]; then',
  '    data=(--header "Content-Type: application/json" --data-binary "@$files/$body")',
  '  fi',
  '  echo "$method $path"',
  '  api "$method" "$path" --fail-with-body ${data[@]+"${data[@]}"}',
  '  echo',
  'done <"$files"/requests.txt',
];

/** The variable that `DRAIN_SCRIPT` and tasks need. */
export function apiUrl(host: string): string {
  return `https://${host}:${ELASTICSEARCH_PORTS.http}`;
}
