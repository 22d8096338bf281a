/**
 * The servers of a ClickHouse: one StatefulSet with its configuration, its users and, with Keeper, what the replicas
 * say to each other.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { EnvSource, Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import type { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';
import { CLICKHOUSE_DIRS, CLICKHOUSE_UID } from './clickhouse/settings';
import { CLICKHOUSE_PORTS, SERVER_VARIABLES, renderClickHouse, type HostPort } from './clickhouse-config';
import {
  CLICKHOUSE_USERS,
  renderClickHouseUsers,
  resolveReaderLimits,
  type ReaderLimits,
} from './clickhouse-users';

export interface ClickHousePasswords {
  readonly writer: SecretRef;
  readonly reader: SecretRef;
  readonly schema: SecretRef;
  /** With which replicas fetch parts from each other. */
  readonly interserver: SecretRef;
}

export interface ClickHouseServerProps {
  readonly replicas: number;
  readonly database: string;
  readonly volume: { readonly size: Size; readonly storageClass: string };
  readonly resources: Resources;
  readonly passwords: ClickHousePasswords;
  readonly readerLimits?: Partial<ReaderLimits> | undefined;
  /** @default none: not replicated */
  readonly keepers?: readonly HostPort[];
}

/** The exporter waits 30 s for an insert, and Grafana's queries end after a minute by themselves. */
const DRAIN = Duration.minutes(1);
/** After the drain: ending merges, flushing the query log. */
const SHUTDOWN_SECONDS = 30;
/** Reading the list of parts of a full volume. */
const STARTUP_SECONDS = 600;

export function addClickHouseServer(scope: Component, id: string, props: ClickHouseServerProps): Workload {
  const workload = new Workload(scope, id, {
    kind: 'StatefulSet',
    replicas: props.replicas,
    uid: CLICKHOUSE_UID,
    drainSeconds: DRAIN.toSeconds() + SHUTDOWN_SECONDS,
    // A server that starts looks for its own name among those of a statement for all servers.
    publishNotReadyAddresses: true,
    claims: [{ name: 'data', ...props.volume }],
    container: {
      image: CATALOG.clickhouse,
      // Not the image's entry point, which would write users into the read-only configuration.
      command: ['clickhouse-server', `--config-file=${CLICKHOUSE_DIRS.config}/config.yaml`],
      env: environment(scope, props),
      resources: props.resources,
      probes: {
        readiness: { http: '/ping', port: CLICKHOUSE_PORTS.http },
        startupSeconds: STARTUP_SECONDS,
      },
      configs: [
        {
          mountPath: CLICKHOUSE_DIRS.config,
          config: scope.configMap(`${id}-config`, configFiles(scope, id, props)),
        },
      ],
      volumes: [{ claim: 'data', mountPath: CLICKHOUSE_DIRS.data }],
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(64) }],
    },
  });
  workload.listen({
    name: 'http',
    port: CLICKHOUSE_PORTS.http,
    protocol: 'clickhouse-http',
    signals: ['coordination'],
    access: 'control',
  });
  return workload;
}

/** What the replicas say to Keeper and to each other. */
export function connectReplicas(
  server: Workload,
  keeper: Endpoint<'coordination', 'clickhouse-keeper'>,
  password: SecretRef,
): void {
  const parts = server.listen({
    name: 'interserver',
    port: CLICKHOUSE_PORTS.interserver,
    protocol: 'http',
    signals: ['coordination'],
    access: 'peer',
    via: 'headless',
    auth: AuthScheme.secret('basic', [password]),
  });
  server.connect(parts, {
    signals: ['coordination'],
    purpose: 'parts of tables, fetched from the other replica',
    credential: { kind: 'basic', secret: password },
  });
  server.connect(keeper, {
    signals: ['coordination'],
    purpose: 'which parts there are, which inserts were seen, statements for all servers',
  });
}

function configFiles(scope: Component, id: string, props: ClickHouseServerProps): readonly ConfigFile[] {
  const { keepers, replicas, readerLimits, database } = props;
  const config = renderClickHouse({
    drain: DRAIN,
    ...(keepers === undefined ? {} : { peers: { keepers, servers: scope.podHosts(id, replicas) } }),
  });
  const users = renderClickHouseUsers({
    database,
    replicated: keepers !== undefined,
    readerLimits: resolveReaderLimits(readerLimits, props.resources.memory),
  });
  return [
    ConfigFile.yaml(scope.platform, 'config.yaml', config),
    ConfigFile.yaml(scope.platform, 'users.yaml', users),
  ];
}

function environment(
  scope: Component,
  { keepers, passwords }: ClickHouseServerProps,
): Readonly<Record<string, EnvSource>> {
  const { writer, reader, schema } = CLICKHOUSE_USERS;
  return {
    // A second process that restarts the first would hide its death from Kubernetes.
    CLICKHOUSE_WATCHDOG_ENABLE: '0',
    [writer.variable]: { secret: scope.secret(passwords.writer) },
    [reader.variable]: { secret: scope.secret(passwords.reader) },
    [schema.variable]: { secret: scope.secret(passwords.schema) },
    ...(keepers === undefined
      ? {}
      : {
          [SERVER_VARIABLES.replica]: { field: 'metadata.name' },
          [SERVER_VARIABLES.interserver]: { secret: scope.secret(passwords.interserver) },
        }),
  };
}
