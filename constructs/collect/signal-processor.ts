/**
 * What the metrics and the logs processor have in common: OTLP in, redaction, one store behind a queue of the declared
 * kind, and by choice a copy to the egress collector.
 */
import { Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { loadOf, type DeclaredWorkload } from '../core/declared-workload';
import { Delivery } from '../core/delivery';
import type { AnyEndpoint, Endpoint, Telemetry } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { BEST_EFFORT_QUEUE_SIZE, EGRESS_FORWARD, egressCopy } from './otel/best-effort';
import { EVENTS_PER_CORE, autoscale, planReplicas } from './otel/capacity';
import { COLLECTOR_PORTS, collectorConfig, collectorWorkload, listenForScrapes } from './otel/collector';
import type { CollectorConfig } from './otel/config';
import {
  QUEUE_EXTENSION,
  deliveryOf,
  queueClaims,
  sendingQueue,
  type ProcessorQueue,
} from './otel/disk-queue';
import { STORE_TIMEOUT, otlpHttpExporter, otlpHttpReceiver } from './otel/hops';
import { isRedacting, redactionMistake, redactionProcessor, type Redaction } from './otel/redaction';

export interface SignalProcessorProps<T extends Telemetry> extends ComponentProps {
  readonly store: Endpoint<T, 'otlp-http'>;
  /**
   * What holds the data while the store is away: an operator's decision.
   * `synchronous`: nothing here; a refusal travels back, and the ingress turns to Kafka. One request that the store
   * refuses for good then sends all of this signal through Kafka for some seconds.
   * `disk`: acknowledged once it is on this processor's volume. What the store refuses for good is dropped and
   * counted in `otelcol_exporter_send_failed_*`.
   */
  readonly queue: ProcessorQueue;
  readonly redact: Redaction;
  readonly workload: DeclaredWorkload;
  /** Takes a copy that may be dropped. @default none */
  readonly egress?: Endpoint<T, 'otlp-http'>;
  /** @default SIGNAL_PROCESSOR_DEFAULTS.resources */
  readonly resources?: Resources;
  /** @default what the declared workload needs */
  readonly replicas?: number;
}

const SIGNAL_PROCESSOR_DEFAULTS = {
  resources: { cpuMillis: 2000, memory: Size.gibibytes(2) },
} satisfies Partial<SignalProcessorProps<Telemetry>>;

/** Requests in flight end within the store's time-out; what a disk queue holds stays on the volume. */
const DRAIN_SECONDS = 60;

export abstract class SignalProcessor<T extends Telemetry> extends Component {
  public readonly otlp: Endpoint<T, 'otlp-http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  protected constructor(
    scope: Platform,
    id: string,
    signal: T,
    props: SignalProcessorProps<T>,
    summary: string,
  ) {
    super(scope, id, props, { layer: 'collect', summary });
    const { queue, redact } = props;
    const mistake = redactionMistake(redact);
    if (mistake !== undefined) {
      this.problem({ property: 'redact', value: redact, rule: mistake, remedy: 'correct the lists of keys' });
    }
    const resources = props.resources ?? SIGNAL_PROCESSOR_DEFAULTS.resources;
    const load = loadOf(props.workload, signal);
    const demand = { eventsPerSecond: load.eventsPerSecond, eventsPerCore: EVENTS_PER_CORE[signal] };
    const plan = planReplicas([demand], resources.cpuMillis, scope.tier);
    const replicas = props.replicas ?? this.derived('replicas', plan.replicas, plan.from);
    const workload = collectorWorkload(this, {
      config: renderSignalProcessor(signal, props),
      replicas,
      // A StatefulSet does not shrink by itself: its volumes may hold data.
      ...(queue.kind === 'disk'
        ? { claims: queueClaims(this, queue, [queue.size]) }
        : { autoscale: autoscale(replicas) }),
      resources,
      drainSeconds: DRAIN_SECONDS,
    });
    this.otlp = workload.listen({
      name: 'otlp-http',
      port: COLLECTOR_PORTS.http,
      protocol: 'otlp-http',
      signals: [signal],
      access: 'write',
    });
    this.metrics = listenForScrapes(workload);
    workload.connect(props.store, {
      signals: [signal],
      purpose: `${signal} to their store`,
      delivery: deliveryOf(queue, replicas),
      load,
    });
    if (props.egress !== undefined) {
      workload.connect(props.egress, {
        signals: [signal],
        purpose: `copy of the ${signal} for external consumers`,
        delivery: Delivery.bestEffort(BEST_EFFORT_QUEUE_SIZE),
        load,
      });
    }
  }
}

export interface SignalProcessorConfigProps {
  readonly store: AnyEndpoint;
  readonly queue: ProcessorQueue;
  readonly redact: Redaction;
  readonly egress?: AnyEndpoint;
}

function renderSignalProcessor(signal: Telemetry, props: SignalProcessorConfigProps): CollectorConfig {
  const { queue, redact } = props;
  const copy = props.egress === undefined ? undefined : egressCopy(signal, props.egress);
  const { sending_queue, retry_on_failure } = sendingQueue(queue);
  return collectorConfig({
    receivers: { otlp: otlpHttpReceiver },
    processors: {
      ...(isRedacting(redact) ? { 'transform/redact': redactionProcessor(signal, redact) } : {}),
      ...copy?.processors,
    },
    exporters: {
      'otlp_http/store': otlpHttpExporter(props.store, {
        timeout: queue.kind === 'disk' ? '30s' : STORE_TIMEOUT,
        compression: 'gzip',
        queue: sending_queue,
        retry: retry_on_failure,
      }),
      ...copy?.exporters,
    },
    ...(copy === undefined ? {} : { connectors: copy.connectors }),
    ...(queue.kind === 'disk' ? { extensions: QUEUE_EXTENSION } : {}),
    pipelines: {
      [signal]: {
        receivers: ['otlp'],
        processors: isRedacting(redact) ? ['transform/redact'] : [],
        exporters: ['otlp_http/store', ...(copy === undefined ? [] : ([EGRESS_FORWARD] as const))],
      },
      ...copy?.pipelines,
    },
  });
}
