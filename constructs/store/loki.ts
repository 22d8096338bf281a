/**
 * Loki, the log store: takes log records over OTLP, answers LogQL, keeps chunks and index in an object store.
 * One binary for small environments; `loki-distributed.ts` takes it apart for large ones.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { BlobContainer } from '../core/object-store';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';
import { LOKI_DATA_DIR, LOKI_PORTS, renderLoki, type LokiLimits } from './loki-config';

export interface LokiProps extends ComponentProps {
  /** How long logs are kept: an operator's decision. */
  readonly retention: Duration;
  /** Where chunks and index are kept. */
  readonly chunks: BlobContainer;
  /** Volume for the write-ahead log and the index being built. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** First day of the schema, ISO 8601; never changed once data was written. */
  readonly schemaFrom: string;
  /** @default LOKI_DEFAULTS.limits */
  readonly limits?: LokiLimits;
  /** @default LOKI_DEFAULTS.resources */
  readonly resources?: Resources;
}

export const LOKI_DEFAULTS = {
  limits: {
    ingestionRateMb: 16,
    maxStreams: 10_000,
    // Loki's own advice: a handful of labels, the rest as structured metadata.
    maxLabelNames: 15,
  },
  resources: { cpuMillis: 500, memory: Size.gibibytes(1) },
} satisfies Partial<LokiProps>;

/** The image's own user. */
const UID = 10001;
/** Flushing what is in memory takes Loki up to its `graceful_shutdown_timeout` and a flush after it. */
const DRAIN_SECONDS = 300;

export class Loki extends Component {
  /** Takes log records. */
  public readonly otlp: Endpoint<'logs', 'otlp-http'>;
  /** Answers queries. */
  public readonly query: Endpoint<'queries', 'loki-http'>;
  /** Its own metrics. */
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: LokiProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Log store (Loki, single binary) on an object store',
      store: true,
    });
    const config = this.configMap(`${id}-config`, [
      ConfigFile.yaml(
        scope,
        'config.yaml',
        renderLoki({
          chunks: props.chunks,
          retention: props.retention,
          limits: props.limits ?? LOKI_DEFAULTS.limits,
          schemaFrom: props.schemaFrom,
          replicationFactor: 1,
          ringMembers: [],
        }),
      ),
    ]);
    const workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: 1,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      identity: { azureClientId: props.chunks.clientId },
      claims: [{ name: 'data', size: props.volume.size, storageClass: props.volume.storageClass }],
      container: {
        image: CATALOG.loki,
        args: ['-config.file=/etc/loki/config.yaml', '-target=all'],
        resources: props.resources ?? LOKI_DEFAULTS.resources,
        probes: { readiness: { http: '/ready', port: LOKI_PORTS.http }, startupSeconds: 600 },
        configs: [{ mountPath: '/etc/loki', config }],
        volumes: [{ claim: 'data', mountPath: LOKI_DATA_DIR }],
        scratch: [{ mountPath: '/tmp', size: Size.mebibytes(256) }],
      },
    });
    const http = { name: 'http', port: LOKI_PORTS.http };
    this.otlp = workload.listen({
      ...http,
      protocol: 'otlp-http',
      signals: ['logs'],
      access: 'write',
      path: '/otlp',
    });
    this.query = workload.listen({ ...http, protocol: 'loki-http', signals: ['queries'], access: 'read' });
    this.metrics = workload.listen({
      ...http,
      protocol: 'prometheus-scrape',
      signals: ['metrics'],
      access: 'read',
      path: '/metrics',
    });
    workload.connect(props.chunks.endpoint, {
      signals: ['objects'],
      purpose: 'chunks and index',
      credential: { kind: 'workload-identity' },
    });
  }
}
