/**
 * OTel trace processor: takes the spans of its traces from the load balancer, redacts, makes span metrics and the service
 * graph, and writes all spans or the sampled ones to each trace store.
 *
 * What it guarantees depends on the choice: a store that gets `all` spans loses none, for they are on this processor's
 * volume before it answers. A store that gets `sampled` spans, and the metrics made of spans, can lose those of the
 * last `decisionWait` when a trace processor dies, because tail sampling answers first and decides later, in memory.
 * A processor that is told to stop decides on what it has at once, and loses nothing.
 */
import { Duration, Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { loadOf, type DeclaredWorkload } from '../core/declared-workload';
import { Delivery, scaleLoad, type Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { bytesOf, humanBytes, mebibytesFor, quantity } from '../core/quantity';
import type { SecretRef } from '../core/secrets';
import type { Workload } from '../core/workload';
import { BEST_EFFORT_QUEUE_SIZE } from './otel/best-effort';
import { EVENTS_PER_CORE, planReplicas } from './otel/capacity';
import { COLLECTOR_PORTS, collectorWorkload, listenForScrapes } from './otel/collector';
import { queueClaims, type DiskQueue } from './otel/disk-queue';
import { redactionMistake, type Redaction } from './otel/redaction';
import {
  CLICKHOUSE_PASSWORD,
  DERIVED_SERIES,
  METRICS_FLUSH_SECONDS,
  metricsQueueSize,
  renderOtelTraceProcessor,
  type SpanChoice,
} from './otel-trace-processor-config';

export interface TempoTarget {
  readonly to: Endpoint<'traces', 'otlp-http'>;
  readonly spans: SpanChoice;
}

export interface ClickHouseTarget {
  readonly to: Endpoint<'traces', 'clickhouse-native'>;
  readonly spans: SpanChoice;
  readonly user: string;
  readonly password: SecretRef;
  readonly database: string;
  /** @default the exporter's own, `otel_traces` */
  readonly table?: string;
}

/** Which traces are kept: those with an error, the slow ones, and a share of the rest. */
export interface TailSampling {
  /** From this duration on a trace is slow. */
  readonly slowerThan: Duration;
  /** Of the traces that are neither slow nor failed, 0 to 100. */
  readonly baseRatePercent: number;
  /** How long after a trace's first span the decision is made. @default TRACE_PROCESSOR_DEFAULTS.decisionWait */
  readonly decisionWait?: Duration;
  /** Spans of an average trace. @default TRACE_PROCESSOR_DEFAULTS.spansPerTrace */
  readonly spansPerTrace?: number;
  /**
   * Traces kept in all, for the queues' arithmetic.
   * @default the base rate and TRACE_PROCESSOR_DEFAULTS.notablePercent for errors and slow ones
   */
  readonly keptPercent?: number;
}

export interface OtelTraceProcessorProps extends ComponentProps {
  readonly tempo: TempoTarget;
  /** @default none */
  readonly clickhouse?: ClickHouseTarget;
  /** Takes span metrics and the service graph. */
  readonly metricsStore: Endpoint<'metrics', 'otlp-http'>;
  readonly sampling: TailSampling;
  /**
   * `size` for each trace store; the metrics of spans get a tenth beside it.
   * Always on the disk: tail sampling and the connectors answer before they send, so only a queue behind them can
   * hold what a store does not take.
   */
  readonly queue: DiskQueue;
  readonly redact: Redaction;
  readonly workload: DeclaredWorkload;
  /** Span attributes that become labels of the span metrics. @default none */
  readonly dimensions?: readonly string[];
  /** Takes a copy of all spans that may be dropped. @default none */
  readonly egress?: Endpoint<'traces', 'otlp-http'>;
  /** @default TRACE_PROCESSOR_DEFAULTS.resources, with the memory that waiting traces need */
  readonly resources?: Resources;
  /** @default what the declared workload needs */
  readonly replicas?: number;
}

const TRACE_PROCESSOR_DEFAULTS = {
  // Longer than the requests of most services; each second costs memory and is a second of possible loss.
  decisionWait: Duration.seconds(10),
  // A request over a handful of services; a model parameter.
  spansPerTrace: 10,
  // Errors and slow traces: a service level objective of 95 %, used up.
  notablePercent: 5,
  resources: { cpuMillis: 2000, memory: Size.gibibytes(4) },
};

/** A span in memory as structs and strings takes some three times its wire form. */
const MEMORY_PER_WIRE_BYTE = 3;
/** Share of the container's memory that waiting spans may take: the limiter refuses at 55 %. */
const WAITING_SHARE = 0.5;
/** Deciding on what waits and handing it to the queue. */
const DRAIN_SECONDS = 60;

export class OtelTraceProcessor extends Component {
  /** For the load balancer only: each pod, over gRPC. */
  public readonly otlp: Endpoint<'traces', 'otlp-grpc'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: OtelTraceProcessorProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: 'Redacts and tail-samples traces, makes metrics of them, and writes them to the trace stores',
    });
    this.check(props);
    const load = loadOf(props.workload, 'traces');
    const wait = props.sampling.decisionWait ?? TRACE_PROCESSOR_DEFAULTS.decisionWait;
    const cpuMillis = props.resources?.cpuMillis ?? TRACE_PROCESSOR_DEFAULTS.resources.cpuMillis;
    const demand = { eventsPerSecond: load.eventsPerSecond, eventsPerCore: EVENTS_PER_CORE.traces };
    const plan = planReplicas([demand], cpuMillis, scope.tier);
    const replicas = props.replicas ?? this.derived('replicas', plan.replicas, plan.from);
    const stores = [props.tempo, ...(props.clickhouse === undefined ? [] : [props.clickhouse])];
    const samples = stores.some(({ spans }) => spans === 'sampled');
    if (samples) this.noteLossWindow(wait);
    const workload = collectorWorkload(this, {
      config: renderOtelTraceProcessor({
        ...props,
        sampling: {
          ...props.sampling,
          decisionWait: wait,
          spansPerTrace: props.sampling.spansPerTrace ?? TRACE_PROCESSOR_DEFAULTS.spansPerTrace,
        },
        spansPerSecond: load.eventsPerSecond / replicas,
      }),
      replicas,
      claims: queueClaims(this, props.queue, [
        ...stores.map(() => props.queue.size),
        metricsQueueSize(props.queue),
      ]),
      resources: this.resources(props, scaleLoad(load, 1 / replicas), samples ? wait : undefined),
      drainSeconds: DRAIN_SECONDS,
      env: {
        // Tells the replicas' span metrics apart.
        POD_NAME: { field: 'metadata.name' },
        ...(props.clickhouse === undefined
          ? {}
          : { [CLICKHOUSE_PASSWORD]: { secret: this.secret(props.clickhouse.password) } }),
      },
    });
    this.otlp = workload.listen({
      name: 'otlp-grpc',
      port: COLLECTOR_PORTS.grpc,
      protocol: 'otlp-grpc',
      signals: ['traces'],
      access: 'write',
      via: 'headless',
    });
    this.metrics = listenForScrapes(workload);
    this.connectStores(workload, props, load, replicas);
  }

  private connectStores(
    workload: Workload,
    props: OtelTraceProcessorProps,
    load: Load,
    replicas: number,
  ): void {
    // Tail sampling answers before it decides, so nobody can be refused any more when the queue behind it is full.
    const delivery = (spans: SpanChoice): Delivery =>
      Delivery.diskQueue(props.queue.size, replicas, spans === 'sampled' ? 'loses' : 'refuses');
    const { baseRatePercent, keptPercent } = props.sampling;
    const kept = keptPercent ?? Math.min(100, baseRatePercent + TRACE_PROCESSOR_DEFAULTS.notablePercent);
    const loadFor = (spans: SpanChoice): Load => (spans === 'all' ? load : scaleLoad(load, kept / 100));
    const purpose = (spans: SpanChoice): string => `${spans} spans to the trace store`;
    const { tempo, clickhouse, egress } = props;
    workload.connect(tempo.to, {
      signals: ['traces'],
      purpose: purpose(tempo.spans),
      delivery: delivery(tempo.spans),
      load: loadFor(tempo.spans),
    });
    if (clickhouse !== undefined) {
      workload.connect(clickhouse.to, {
        signals: ['traces'],
        purpose: purpose(clickhouse.spans),
        delivery: delivery(clickhouse.spans),
        load: loadFor(clickhouse.spans),
        credential: { kind: 'password', secret: clickhouse.password },
      });
    }
    const samples = (DERIVED_SERIES * replicas) / METRICS_FLUSH_SECONDS;
    workload.connect(props.metricsStore, {
      signals: ['metrics'],
      purpose: 'span metrics and service graph',
      delivery: Delivery.diskQueue(metricsQueueSize(props.queue), replicas, 'loses'),
      load: { eventsPerSecond: samples, bytesPerSecond: samples * props.workload.metrics.bytesEach },
    });
    if (egress !== undefined) {
      workload.connect(egress, {
        signals: ['traces'],
        purpose: 'copy of the spans for external consumers',
        delivery: Delivery.bestEffort(BEST_EFFORT_QUEUE_SIZE),
        load,
      });
    }
  }

  private noteLossWindow(wait: Duration): void {
    this.derived(
      'sampled spans that the death of a trace processor loses',
      `those of its last ${wait.toSeconds()} s`,
      'tail sampling answers at once and decides after decisionWait, in memory',
    );
  }

  /** Enough memory for the spans that wait for a decision; reports a given one that is not. */
  private resources(
    { resources }: OtelTraceProcessorProps,
    loadEach: Load,
    wait: Duration | undefined,
  ): Resources {
    const waitSeconds = wait?.toSeconds() ?? 0;
    const waiting = loadEach.bytesPerSecond * waitSeconds * MEMORY_PER_WIRE_BYTE;
    const needed = mebibytesFor(waiting / WAITING_SHARE);
    const from = `${humanBytes(loadEach.bytesPerSecond)}/s × ${waitSeconds} s × ${MEMORY_PER_WIRE_BYTE} in memory ÷ ${WAITING_SHARE}`;
    const { memory } = resources ?? TRACE_PROCESSOR_DEFAULTS.resources;
    if (bytesOf(memory) >= bytesOf(needed)) return resources ?? TRACE_PROCESSOR_DEFAULTS.resources;
    if (resources !== undefined) {
      this.problem({
        property: 'resources.memory',
        value: quantity(memory),
        rule: `spans wait in memory for their decision: ${from} = ${quantity(needed)}`,
        remedy: 'give it that much, use more replicas, or decide sooner',
      });
    }
    this.derived('memory', quantity(needed), from);
    return { ...(resources ?? TRACE_PROCESSOR_DEFAULTS.resources), memory: needed };
  }

  private check({ sampling, redact }: OtelTraceProcessorProps): void {
    const { baseRatePercent, slowerThan, keptPercent } = sampling;
    for (const [property, value] of [
      ['sampling.baseRatePercent', baseRatePercent],
      ['sampling.keptPercent', keptPercent ?? 0],
    ] as const) {
      if (value >= 0 && value <= 100) continue;
      this.problem({
        property,
        value,
        rule: 'a share of traces lies between 0 and 100 percent',
        remedy: 'give a value in that range',
      });
    }
    if (slowerThan.toMilliseconds() === 0) {
      this.problem({
        property: 'sampling.slowerThan',
        value: '0 ms',
        rule: 'every trace takes longer than nothing, so every trace would be kept as slow',
        remedy: 'name the duration from which on a trace is slow',
      });
    }
    const mistake = redactionMistake(redact);
    if (mistake !== undefined) {
      this.problem({ property: 'redact', value: redact, rule: mistake, remedy: 'correct the lists of keys' });
    }
  }
}
