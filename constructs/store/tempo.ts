/**
 * Tempo, the trace store: takes spans over OTLP, answers TraceQL, keeps blocks in an object store.
 * One binary for small environments, without Kafka; `tempo-distributed.ts` takes it apart for large ones.
 */
import { Size, type Duration } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { bucketEnv, bucketIdentity, connectBucket, type ObjectBucket } from '../core/object-store';
import type { Platform } from '../core/platform';
import { humanBytes } from '../core/quantity';
import { Workload } from '../core/workload';
import { checkLiveVolume, checkRetention } from './tempo-checks';
import { renderTempo, TEMPO_OTLP_GRPC, TEMPO_PORTS } from './tempo-config';
import { TEMPO_UID, tempoContainer } from './tempo-container';
import { tempoLimits } from './tempo-sizing';
import type { TraceStore } from './trace-store';

export interface TempoProps extends ComponentProps {
  /** How long traces are kept: an operator's decision. Whole hours. */
  readonly retention: Duration;
  /** Where blocks are kept. */
  readonly blocks: ObjectBucket;
  /** Volume for spans that are not in the object store yet, and for the blocks of the last 20 minutes. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** What reaches it at the declared peak. */
  readonly load: Load;
  /** @default DEFAULTS.resources */
  readonly resources?: Resources;
}

const DEFAULTS = {
  // Enough for some megabytes a second: 250 MB of open traces, and blocks being written.
  resources: { cpuMillis: 500, memory: Size.gibibytes(2) },
} satisfies Partial<TempoProps>;

/** It writes what it holds to its volume: 250 MB of open traces, and blocks half done. */
const DRAIN_SECONDS = 120;
/** What Tempo's makers name for one binary: 25 – 35 MB/s. */
const SINGLE_BYTES_PER_SECOND = 25_000_000;

export class Tempo extends Component implements TraceStore {
  public readonly otlp: Endpoint<'traces', 'otlp-http'>;
  public readonly query: Endpoint<'queries', 'tempo-http'>;
  public readonly metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
  private readonly workload: Workload;
  private grpc: Endpoint<'traces', 'otlp-grpc'> | undefined;

  public constructor(scope: Platform, id: string, props: TempoProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Trace store (Tempo, single binary) on an object store',
      store: true,
    });
    const { blocks, retention, volume, load } = props;
    this.check(props);
    const limits = tempoLimits(load, 1);
    this.derived('rate_limit_bytes', limits.rateBytesPerSecond, 'twice the declared load');
    this.derived('max_traces_per_user', limits.maxLiveTraces, 'spans of 30 s, each as a trace of its own');
    const config = this.configMap(`${id}-config`, [
      ConfigFile.yaml(scope, 'tempo.yaml', renderTempo({ blocks, retention, limits })),
    ]);
    this.workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: 1,
      uid: TEMPO_UID,
      drainSeconds: DRAIN_SECONDS,
      identity: bucketIdentity(blocks),
      claims: [{ name: 'data', size: volume.size, storageClass: volume.storageClass }],
      container: tempoContainer({
        target: 'all',
        config,
        env: bucketEnv(blocks),
        resources: props.resources ?? DEFAULTS.resources,
        data: { claim: 'data' },
      }),
    });
    this.otlp = this.workload.listen({
      name: 'otlp-http',
      port: TEMPO_PORTS.otlpHttp,
      protocol: 'otlp-http',
      signals: ['traces'],
      access: 'write',
    });
    const http = { name: 'http', port: TEMPO_PORTS.http } as const;
    this.query = this.workload.listen({
      ...http,
      protocol: 'tempo-http',
      signals: ['queries'],
      access: 'read',
    });
    this.metrics = [
      this.workload.listenForScrapes({
        ...http,
      }),
    ];
    connectBucket(this.workload, blocks, 'blocks of traces');
  }

  public get otlpGrpc(): Endpoint<'traces', 'otlp-grpc'> {
    this.grpc ??= this.workload.listen(TEMPO_OTLP_GRPC);
    return this.grpc;
  }

  private check({ load, retention, volume }: TempoProps): void {
    checkRetention(this, retention);
    checkLiveVolume(this, 'volume.size', volume.size, load.bytesPerSecond);
    if (load.bytesPerSecond <= SINGLE_BYTES_PER_SECOND) return;
    this.problem({
      property: 'load',
      value: `${humanBytes(load.bytesPerSecond)}/s`,
      rule: `one Tempo binary carries ${humanBytes(SINGLE_BYTES_PER_SECOND)}/s, and there can be only one`,
      remedy: 'use TempoDistributed, or send fewer spans (sampling)',
    });
  }
}
