/**
 * The Job that makes ClickHouse's tables: waits for a server, then runs every statement of the schema in order. It may
 * run again at any time. Another schema is another Job (its name carries the hash of its files).
 *
 * It makes what is missing, replaces read views, and brings the retention of tables that exist to the declared one. A
 * changed column or materialized view reaches them by an `ALTER` that an operator runs.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Endpoint } from '../core/endpoint';
import type { SecretRef } from '../core/secrets';
import { Task } from '../core/task';
import type { Statement } from './clickhouse/ddl';
import { CLICKHOUSE_DIRS, CLICKHOUSE_UID } from './clickhouse/settings';
import { CLICKHOUSE_USERS } from './clickhouse-users';

export interface ClickHouseSchemaTaskProps {
  readonly statements: readonly Statement[];
  /** Where the schema's user logs in. */
  readonly endpoint: Endpoint<'coordination', 'clickhouse-native'>;
  readonly password: SecretRef;
}

/** A server that starts for the first time needs its volume, its image and Keeper. */
const WAIT_ATTEMPTS = 60;
const WAIT_SECONDS = 5;
/** Every statement waits at most three minutes for all servers (`distributed_ddl_task_timeout`). */
const DEADLINE = Duration.hours(1);

export function addSchemaTask(scope: Component, id: string, props: ClickHouseSchemaTaskProps): void {
  const { endpoint, password } = props;
  const config = scope.configMap(id, [
    ConfigFile.lines('apply.sh', APPLY_SCRIPT),
    { name: 'schema.sql', text: schemaText(props.statements) },
  ]);
  const task = new Task(scope, id, {
    uid: CLICKHOUSE_UID,
    deadline: DEADLINE,
    container: {
      image: CATALOG.clickhouse,
      command: ['/bin/sh', `${CLICKHOUSE_DIRS.schema}/apply.sh`],
      env: {
        CLICKHOUSE_SERVER: endpoint.host,
        CLICKHOUSE_PORT: String(endpoint.port),
        CLICKHOUSE_LOGIN: CLICKHOUSE_USERS.schema.name,
        // The client reads it by itself: a password among the arguments would stand in the process list.
        CLICKHOUSE_PASSWORD: { secret: scope.secret(password) },
      },
      resources: { cpuMillis: 100, memory: Size.mebibytes(512) },
      configs: [{ mountPath: CLICKHOUSE_DIRS.schema, config }],
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(64) }],
    },
  });
  task.connect(endpoint, {
    signals: ['coordination'],
    purpose: 'tables and views',
    credential: { kind: 'password', secret: password },
  });
}

/** One statement after the other; `ddl.ts` writes them without the semicolon. */
function schemaText(statements: readonly Statement[]): string {
  return statements.map(({ sql }) => `${sql};\n`).join('\n');
}

const APPLY_SCRIPT = [
  '#!/bin/sh',
  'set -eu',
  'client() {',
  '  clickhouse-client --host "$CLICKHOUSE_SERVER" --port "$CLICKHOUSE_PORT" --user "$CLICKHOUSE_LOGIN" "$@"',
  '}',
  'attempt=1',
  "until client --query 'SELECT 1' >/dev/null; do",
  `  if [ "$attempt" -ge ${WAIT_ATTEMPTS} ]; then`,
  `    echo "no answer from $CLICKHOUSE_SERVER after ${WAIT_ATTEMPTS} attempts" >&2`,
  '    exit 1',
  '  fi',
  '  attempt=$((attempt + 1))',
  `  sleep ${WAIT_SECONDS}`,
  'done',
  '# The first statement that fails ends the script.',
  `client --queries-file ${CLICKHOUSE_DIRS.schema}/schema.sql`,
];
