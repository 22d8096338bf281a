/**
 * ClickHouse Keeper, the memory that the replicas of a ClickHouse share: which parts there are, which inserts were
 * seen, which statements run on every server. Three of them agree by Raft, so one may be away.
 * Source: ClickHouse 26 documentation, "ClickHouse Keeper", "Keeper HTTP API"; server ids from 0, as in ClickHouse's own
 * operator. No Keeper runs in the tests.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import { Workload } from '../core/workload';
import { CLICKHOUSE_UID, fromEnv, type FromEnv } from './clickhouse/settings';
import {
  CLICKHOUSE_PORTS,
  LISTEN,
  LOGGER,
  METRICS_PATH,
  PROMETHEUS,
  type PrometheusSection,
} from './clickhouse-config';

export interface ClickHouseKeeperProps {
  /** Snapshots and log of what the replicas agreed on: an operator's decision; a few gibibytes. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** An odd number. @default 3: one may be away */
  readonly replicas?: number;
  /** @default KEEPER_DEFAULTS.resources */
  readonly resources?: Resources;
}

export const KEEPER_DEFAULTS = {
  replicas: 3,
  // Model parameter: a dozen tables and some inserts a second are little; all of it lies in memory.
  resources: { cpuMillis: 250, memory: Size.gibibytes(1) },
} satisfies Partial<ClickHouseKeeperProps>;

export const KEEPER_PORTS = { client: 9181, raft: 9234, control: 9182 } as const;

export interface ClickHouseKeeperConfig {
  readonly logger: typeof LOGGER;
  readonly listen_host: readonly string[];
  readonly listen_try: boolean;
  readonly prometheus: PrometheusSection;
  readonly keeper_server: {
    readonly tcp_port: number;
    readonly server_id: FromEnv;
    readonly storage_path: string;
    readonly log_storage_path: string;
    readonly snapshot_storage_path: string;
    readonly http_control: { readonly port: number; readonly readiness: { readonly endpoint: string } };
    readonly coordination_settings: {
      readonly operation_timeout_ms: number;
      readonly session_timeout_ms: number;
      readonly raft_logs_level: string;
    };
    readonly raft_configuration: {
      readonly server: readonly { readonly id: number; readonly hostname: string; readonly port: number }[];
    };
  };
}

const DATA_DIR = '/var/lib/clickhouse-keeper';
const CONFIG_DIR = '/etc/clickhouse-keeper';
const SERVER_ID = 'KEEPER_SERVER_ID';
const READY_PATH = '/ready';
/** Ending the sessions and handing over leadership. */
const DRAIN_SECONDS = 30;
/** Reading the last snapshot and the log since. */
const STARTUP_SECONDS = 300;

export interface ClickHouseKeeper {
  readonly client: Endpoint<'coordination', 'clickhouse-keeper'>;
  readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
}

export function addClickHouseKeeper(
  scope: Component,
  id: string,
  props: ClickHouseKeeperProps,
): ClickHouseKeeper {
  const replicas = props.replicas ?? KEEPER_DEFAULTS.replicas;
  const config = scope.configMap(`${id}-config`, [
    ConfigFile.yaml(scope.platform, 'keeper.yaml', renderClickHouseKeeper(scope.podHosts(id, replicas))),
  ]);
  const workload = new Workload(scope, id, {
    kind: 'StatefulSet',
    replicas,
    uid: CLICKHOUSE_UID,
    drainSeconds: DRAIN_SECONDS,
    // None is ready before a majority has found each other by name.
    publishNotReadyAddresses: true,
    claims: [{ name: 'data', ...props.volume }],
    container: {
      image: CATALOG['clickhouse-keeper'],
      command: ['clickhouse-keeper', `--config-file=${CONFIG_DIR}/keeper.yaml`],
      env: {
        CLICKHOUSE_WATCHDOG_ENABLE: '0',
        [SERVER_ID]: { field: "metadata.labels['apps.kubernetes.io/pod-index']" },
      },
      resources: props.resources ?? KEEPER_DEFAULTS.resources,
      probes: {
        readiness: { http: READY_PATH, port: KEEPER_PORTS.control },
        // Not `/ready`: a Keeper without a majority is not ready, and a restart would not help it.
        liveness: { tcp: KEEPER_PORTS.client },
        startupSeconds: STARTUP_SECONDS,
      },
      configs: [{ mountPath: CONFIG_DIR, config }],
      volumes: [{ claim: 'data', mountPath: DATA_DIR }],
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(64) }],
    },
  });
  workload.listen({
    name: 'control',
    port: KEEPER_PORTS.control,
    protocol: 'http',
    signals: ['coordination'],
    access: 'control',
  });
  const raft = workload.listen({
    name: 'raft',
    port: KEEPER_PORTS.raft,
    protocol: 'clickhouse-raft',
    signals: ['coordination'],
    access: 'peer',
    via: 'headless',
  });
  workload.connect(raft, { signals: ['coordination'], purpose: 'agreement of the Keepers (Raft)' });
  return {
    client: workload.listen({
      name: 'client',
      port: KEEPER_PORTS.client,
      protocol: 'clickhouse-keeper',
      signals: ['coordination'],
      access: 'peer',
      via: 'headless',
    }),
    metrics: workload.listenForScrapes({
      name: 'metrics',
      port: CLICKHOUSE_PORTS.metrics,
      path: METRICS_PATH,
    }),
  };
}

function renderClickHouseKeeper(hosts: readonly string[]): ClickHouseKeeperConfig {
  return {
    logger: LOGGER,
    ...LISTEN,
    prometheus: PROMETHEUS,
    keeper_server: {
      tcp_port: KEEPER_PORTS.client,
      // The pod's number, which goes with its volume.
      server_id: fromEnv(SERVER_ID),
      storage_path: DATA_DIR,
      log_storage_path: `${DATA_DIR}/log`,
      snapshot_storage_path: `${DATA_DIR}/snapshots`,
      http_control: { port: KEEPER_PORTS.control, readiness: { endpoint: READY_PATH } },
      // Keeper's own defaults, said here because the replicas' read-only time after a failure follows from them.
      coordination_settings: {
        operation_timeout_ms: 10_000,
        session_timeout_ms: 30_000,
        raft_logs_level: 'information',
      },
      raft_configuration: {
        server: hosts.map((hostname, id) => ({ id, hostname, port: KEEPER_PORTS.raft })),
      },
    },
  };
}
