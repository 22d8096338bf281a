/**
 * ClickHouse, the store for questions over many traces: takes spans from the collector's exporter over the native
 * protocol, computes rates, edges and end-to-end latency of them as they come, answers SQL.
 *
 * One server in small environments. With Keeper, every server keeps everything (one shard): an insert is acknowledged
 * by one replica and fetched by the others within seconds, so what reached only a server whose volume is lost in
 * that time is gone. An outage of all replicas is bridged by the senders' queues. There is no backup: the copies are
 * the replicas' volumes, which outlive the pods, and Tempo keeps the traces themselves.
 */
import { Duration, type Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import { humanBytes, mebibytesFor, quantity } from '../core/quantity';
import { SecretRef } from '../core/secrets';
import type { Workload } from '../core/workload';
import { clickHouseMistakes } from './clickhouse-checks';
import { CLICKHOUSE_CLUSTER, CLICKHOUSE_PORTS, METRICS_PATH } from './clickhouse-config';
import {
  KEEPER_DEFAULTS,
  KEEPER_PORTS,
  addClickHouseKeeper,
  type ClickHouseKeeperProps,
} from './clickhouse-keeper';
import { renderClickHouseSchema, type ClickHouseSchemaProps } from './clickhouse-schema';
import { addSchemaTask } from './clickhouse-schema-task';
import { addClickHouseServer, connectReplicas, type ClickHousePasswords } from './clickhouse-server';
import { diskArithmetic, diskBytesNeeded, serverNeeded, type ClickHouseDemand } from './clickhouse-sizing';
import { CLICKHOUSE_USERS, type ReaderLimits } from './clickhouse-users';

export interface ClickHouseProps extends ComponentProps {
  /** For how long each kind of row is kept, in whole days: an operator's decision. */
  readonly retention: Readonly<Record<keyof ClickHouseSchemaProps['retentionDays'], Duration>>;
  /** Volume of each server: an operator's decision, checked against load and retention. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** Spans that reach it at the declared peak. */
  readonly load: Load;
  /** Passwords of the user who inserts and of the one who reads; the others have defaults. */
  readonly passwords: Pick<ClickHousePasswords, 'writer' | 'reader'> & Partial<ClickHousePasswords>;
  /** Replicates the tables, so that servers may be added later. @default none: one server */
  readonly keeper?: ClickHouseKeeperProps;
  /** @default 1; with Keeper 2, so that one may be away */
  readonly replicas?: number;
  /** @default CLICKHOUSE_DEFAULTS.database */
  readonly database?: string;
  /** @default see `clickhouse-schema.ts` */
  readonly schema?: Pick<ClickHouseSchemaProps, 'zstdLevel' | 'edgeRefreshMinutes' | 'traceSpansMax'>;
  /** Services that send spans, for the size of the tables per minute. @default CLICKHOUSE_DEFAULTS.services */
  readonly services?: number;
  /** @default computed from the load, see `clickhouse-sizing.ts` */
  readonly resources?: Resources;
  /** @default READER_DEFAULTS in `clickhouse-users.ts`, and shares of the memory */
  readonly readerLimits?: Partial<ReaderLimits>;
}

const CLICKHOUSE_DEFAULTS = {
  database: 'otel',
  // Model parameter: a platform of some teams. Too few only makes the volume's arithmetic too kind.
  services: 50,
  passwords: {
    schema: SecretRef.named('clickhouse-schema-password'),
    interserver: SecretRef.named('clickhouse-interserver-password'),
  },
} as const;

const REPLICAS_WITH_KEEPER = 2;

const NATIVE = { name: 'native', port: CLICKHOUSE_PORTS.native, protocol: 'clickhouse-native' } as const;

/** Where the exporter inserts and as whom. */
export interface ClickHouseWriter {
  readonly to: Endpoint<'traces', 'clickhouse-native'>;
  readonly user: string;
  readonly password: SecretRef;
  readonly database: string;
}

/** Where Grafana asks and as whom. */
export interface ClickHouseReader {
  readonly endpoint: Endpoint<'queries', 'clickhouse-native'>;
  readonly user: string;
  readonly credential: { readonly kind: 'password'; readonly secret: SecretRef };
  readonly database: string;
}

export class ClickHouse extends Component {
  public readonly insert: Endpoint<'traces', 'clickhouse-native'>;
  public readonly query: Endpoint<'queries', 'clickhouse-native'>;
  public readonly metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
  /** Everything that the exporter has to know. */
  public readonly writer: ClickHouseWriter;
  /** Everything that Grafana has to know. */
  public readonly reader: ClickHouseReader;

  public constructor(scope: Platform, id: string, props: ClickHouseProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: `Trace analytics (ClickHouse, ${props.keeper === undefined ? 'one server' : 'replicated'}) on volumes`,
      store: true,
    });
    const { keeper } = props;
    const passwords = resolvePasswords(props.passwords);
    const replicas = props.replicas ?? (keeper === undefined ? 1 : REPLICAS_WITH_KEEPER);
    const schema = schemaOf(props);
    const { database } = schema;
    this.check(props, scope.tier, replicas, schema);

    const keeperId = `${id}-keeper`;
    const server = addClickHouseServer(this, id, {
      replicas,
      database,
      volume: props.volume,
      resources: props.resources ?? this.resourcesFor(props.load),
      passwords,
      readerLimits: props.readerLimits,
      ...(keeper === undefined ? {} : { keepers: this.keepersOf(keeperId, keeper) }),
    });
    this.insert = server.listen({
      ...NATIVE,
      signals: ['traces'],
      access: 'write',
      auth: AuthScheme.secret('password', [passwords.writer]),
    });
    this.query = server.listen({
      ...NATIVE,
      signals: ['queries'],
      access: 'read',
      auth: AuthScheme.secret('password', [passwords.reader]),
    });
    const metrics = server.listenForScrapes({
      name: 'metrics',
      port: CLICKHOUSE_PORTS.metrics,
      path: METRICS_PATH,
    });
    if (keeper === undefined) {
      this.metrics = [metrics];
    } else {
      const keepers = addClickHouseKeeper(this, keeperId, keeper);
      connectReplicas(server, keepers.client, passwords.interserver);
      this.metrics = [metrics, keepers.metrics];
    }
    this.addSchema(server, schema, passwords.schema);

    const { writer, reader } = CLICKHOUSE_USERS;
    this.writer = { to: this.insert, user: writer.name, password: passwords.writer, database };
    this.reader = {
      endpoint: this.query,
      user: reader.name,
      credential: { kind: 'password', secret: passwords.reader },
      database,
    };
  }

  private check(props: ClickHouseProps, tier: Tier, replicas: number, schema: ClickHouseSchemaProps): void {
    const { keeper, load, volume } = props;
    const demand: ClickHouseDemand = {
      load,
      retentionDays: schema.retentionDays,
      services: props.services ?? CLICKHOUSE_DEFAULTS.services,
    };
    this.derived('disk of each server', humanBytes(diskBytesNeeded(demand)), diskArithmetic(demand));
    const keepers = keeper === undefined ? undefined : (keeper.replicas ?? KEEPER_DEFAULTS.replicas);
    const mistakes = clickHouseMistakes({ tier, replicas, keepers, schema, demand, volume: volume.size });
    for (const mistake of mistakes) this.problem(mistake);
  }

  private resourcesFor(load: Load): Resources {
    const { cpuMillis, memoryBytes } = serverNeeded(load);
    const memory = mebibytesFor(memoryBytes);
    this.derived(
      'resources of each server',
      `${cpuMillis}m CPU, ${quantity(memory)}`,
      `${humanBytes(load.bytesPerSecond)}/s: a core for each 10 MB/s of inserts and one for the queries, 4 GiB a core`,
    );
    return { cpuMillis, memory };
  }

  private keepersOf(
    id: string,
    { replicas }: ClickHouseKeeperProps,
  ): readonly { host: string; port: number }[] {
    const hosts = this.podHosts(id, replicas ?? KEEPER_DEFAULTS.replicas);
    return hosts.map((host) => ({ host, port: KEEPER_PORTS.client }));
  }

  private addSchema(server: Workload, schema: ClickHouseSchemaProps, password: SecretRef): void {
    const endpoint = server.listen({
      ...NATIVE,
      signals: ['coordination'],
      access: 'control',
      auth: AuthScheme.secret('password', [password]),
    });
    addSchemaTask(this, `${this.node.id}-schema`, {
      statements: renderClickHouseSchema(schema),
      endpoint,
      password,
    });
  }
}

function resolvePasswords(given: ClickHouseProps['passwords']): ClickHousePasswords {
  return {
    ...given,
    schema: given.schema ?? CLICKHOUSE_DEFAULTS.passwords.schema,
    interserver: given.interserver ?? CLICKHOUSE_DEFAULTS.passwords.interserver,
  };
}

function schemaOf({ retention, schema, database, keeper }: ClickHouseProps): ClickHouseSchemaProps {
  const days = (time: Duration): number => time.toDays({ integral: false });
  return {
    ...schema,
    database: database ?? CLICKHOUSE_DEFAULTS.database,
    retentionDays: {
      spans: days(retention.spans),
      perMinute: days(retention.perMinute),
      edges: days(retention.edges),
      endToEnd: days(retention.endToEnd),
    },
    ...(keeper === undefined ? {} : { cluster: CLICKHOUSE_CLUSTER }),
  };
}
