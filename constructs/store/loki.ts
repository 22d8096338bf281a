/**
 * Loki, the log store: takes log records over OTLP, answers LogQL, keeps chunks and index in an object store.
 * One binary for small environments; `loki-distributed.ts` takes it apart for large ones.
 */
import { Size, type Duration } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { bucketIdentity, connectBucket, type ObjectBucket } from '../core/object-store';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';
import type { LogStore } from './log-store';
import { checkIngesterVolume, checkPromises, ingesterVolume } from './loki-checks';
import { LOKI_PORTS, LOKI_PUSH, renderLoki, type LokiLimits } from './loki-config';
import { LOKI_UID, lokiContainer } from './loki-container';
import { checkRulesAccess, lokiStoreAccess } from './loki-object-store';
import { ACCEPTS_DELAYED, resolveLimits } from './loki-limits';

export interface LokiProps extends ComponentProps {
  /** How long logs are kept: an operator's decision. A multiple of 24 hours. */
  readonly retention: Duration;
  /** Where chunks and index are kept. */
  readonly chunks: ObjectBucket;
  /** Where rules are kept that are written over its API. @default none: it evaluates no rules */
  readonly ruler?: ObjectBucket;
  /** Volume for the write-ahead log and the index being built. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** First day of the schema, ISO 8601; never changed once data was written. */
  readonly schemaFrom: string;
  /** What reaches it at the declared peak. */
  readonly load: Load;
  /** Oldest record that is still taken. @default 7 days */
  readonly acceptsDelayed?: Duration;
  /** @default twice the declared load, and the figures in `loki-limits.ts` */
  readonly limits?: Partial<LokiLimits>;
  /** @default DEFAULTS.resources */
  readonly resources?: Resources;
}

const DEFAULTS = {
  // Enough for some megabytes a second; the ingester keeps open chunks in memory.
  resources: { cpuMillis: 500, memory: Size.gibibytes(1) },
} satisfies Partial<LokiProps>;

/** Flushing what is in memory takes Loki up to its `graceful_shutdown_timeout` and a flush after it. */
const DRAIN_SECONDS = 300;

const HTTP = { name: 'http', port: LOKI_PORTS.http } as const;

export class Loki extends Component implements LogStore {
  public readonly query: Endpoint<'queries', 'loki-http'>;
  public readonly metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
  private readonly workload: Workload;
  private otlpTaken: Endpoint<'logs', 'otlp-http'> | undefined;
  private pushed: Endpoint<'logs', 'loki-http'> | undefined;

  public constructor(scope: Platform, id: string, props: LokiProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Log store (Loki, single binary) on an object store',
      store: true,
    });
    const { retention, schemaFrom, volume, load } = props;
    const acceptsDelayed = props.acceptsDelayed ?? ACCEPTS_DELAYED;
    const resources = props.resources ?? DEFAULTS.resources;
    const limits = resolveLimits(props.limits, load);
    this.derived('ingestion_rate_mb', limits.ingestionRateMb, 'twice the declared load');
    checkPromises(this, { retention, schemaFrom, acceptsDelayed });
    checkIngesterVolume(this, 'volume.size', volume.size, ingesterVolume(load.bytesPerSecond));
    const config = this.configMap(`${id}-config`, [
      ConfigFile.yaml(
        scope,
        'config.yaml',
        renderLoki({
          chunks: props.chunks,
          ruler: props.ruler,
          retention,
          limits,
          acceptsDelayed,
          schemaFrom,
          ingesterMemory: resources.memory,
        }),
      ),
    ]);
    this.workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: 1,
      uid: LOKI_UID,
      drainSeconds: DRAIN_SECONDS,
      identity: bucketIdentity(props.chunks),
      claims: [{ name: 'data', size: volume.size, storageClass: volume.storageClass }],
      container: lokiContainer({
        target: 'all',
        config,
        resources,
        ...lokiStoreAccess(props.chunks, props.ruler),
        claim: 'data',
      }),
    });
    this.query = this.workload.listen({
      ...HTTP,
      protocol: 'loki-http',
      signals: ['queries'],
      access: 'read',
    });
    this.metrics = [
      this.workload.listenForScrapes({
        ...HTTP,
      }),
    ];
    connectBucket(this.workload, props.chunks, 'chunks and index');
    if (props.ruler !== undefined) {
      checkRulesAccess(this, props.chunks, props.ruler);
      connectBucket(this.workload, props.ruler, 'rules');
    }
  }

  public get otlp(): Endpoint<'logs', 'otlp-http'> {
    this.otlpTaken ??= this.workload.listen({
      ...HTTP,
      protocol: 'otlp-http',
      signals: ['logs'],
      access: 'write',
      path: '/otlp',
    });
    return this.otlpTaken;
  }

  public get push(): Endpoint<'logs', 'loki-http'> {
    this.pushed ??= this.workload.listen(LOKI_PUSH);
    return this.pushed;
  }
}
