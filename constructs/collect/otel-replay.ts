/**
 * OTel replay collector: brings what waits in Kafka to the processors, and commits an offset only after delivery.
 *
 * Its guarantee: every record of the topics reaches its processor or the dead-letter topic, at least once. While a
 * processor is away, its record is tried again without end, and its partition waits. What a processor refuses for good
 * goes to the dead-letter topic. A record of another partition that begins in the same milliseconds may go with it
 * (the failover's state is one for all partitions), so a dead letter is not always a bad one, and all may be tried
 * again. What is not OTLP at all can be delivered nowhere: it is skipped, its topic, partition and offset in the log.
 */
import { Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { loadOf, type DeclaredWorkload } from '../core/declared-workload';
import { Delivery } from '../core/delivery';
import { TELEMETRY, type Endpoint, type Telemetry } from '../core/endpoint';
import type { Platform } from '../core/platform';
import type { Workload } from '../core/workload';
import { planPassingOn } from './otel/capacity';
import { collectorWorkload, listenForScrapes } from './otel/collector';
import { kafkaCredential, kafkaMounts, type KafkaAccess } from './otel/kafka';
import { renderOtelReplay } from './otel-replay-config';

export interface ReplayRoute<T extends Telemetry> {
  /**
   * As at the ingress: with `kafka-first` all data of the signal comes this way, with `failover` only what its
   * processor did not take.
   */
  readonly mode: 'failover' | 'kafka-first';
  readonly topic: Endpoint<T, 'kafka'>;
  readonly to: Endpoint<T, 'otlp-http'>;
  /** May be one topic for all signals: each record's header `hyperion.signal` says which it is. */
  readonly deadLetters: Endpoint<T, 'kafka'>;
}

export type ReplayRoutes = { readonly [T in Telemetry]: ReplayRoute<T> };

export interface OtelReplayProps extends ComponentProps {
  readonly routes: ReplayRoutes;
  readonly kafka: KafkaAccess;
  readonly workload: DeclaredWorkload;
  /** @default OTEL_REPLAY_DEFAULTS.resources */
  readonly resources?: Resources;
  /** At most as many as a topic has partitions do work. @default what all signals at the declared workload need */
  readonly replicas?: number;
}

const OTEL_REPLAY_DEFAULTS = {
  resources: { cpuMillis: 2000, memory: Size.gibibytes(2) },
} satisfies Partial<OtelReplayProps>;

/** What is being delivered is given up and read again by the next owner of the partition; leaving the group is quick. */
const DRAIN_SECONDS = 30;

export class OtelReplay extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: OtelReplayProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: 'Brings telemetry that waits in Kafka to the processors',
    });
    const resources = props.resources ?? OTEL_REPLAY_DEFAULTS.resources;
    const replicas = props.replicas ?? this.planned(props.workload, resources);
    const workload = collectorWorkload(this, {
      config: renderOtelReplay({ id, routes: props.routes, kafka: props.kafka }),
      replicas,
      resources,
      drainSeconds: DRAIN_SECONDS,
      ...kafkaMounts(
        this,
        TELEMETRY.map((signal) => ({ topic: props.routes[signal].topic, access: props.kafka })),
      ),
    });
    this.metrics = listenForScrapes(workload);
    this.replay(workload, 'logs', props.routes.logs, props);
    this.replay(workload, 'metrics', props.routes.metrics, props);
    this.replay(workload, 'traces', props.routes.traces, props);
  }

  private replay<T extends Telemetry>(
    workload: Workload,
    signal: T,
    route: ReplayRoute<T>,
    { kafka, workload: declared }: OtelReplayProps,
  ): void {
    const load = route.mode === 'kafka-first' ? { load: loadOf(declared, signal) } : {};
    workload.connect(route.topic, {
      signals: [signal],
      purpose: `${signal} that wait for their processor`,
      credential: kafkaCredential(route.topic, kafka),
      ...load,
    });
    workload.connect(route.to, {
      signals: [signal],
      purpose: `${signal} from Kafka to their processor`,
      delivery: Delivery.synchronous(),
      ...load,
    });
    workload.connect(route.deadLetters, {
      signals: [signal],
      purpose: `${signal} that their processor refuses for good`,
      credential: kafkaCredential(route.deadLetters, kafka),
    });
  }

  /** For all signals whatever their mode: after an outage the backlog comes back beside the live traffic. */
  private planned(workload: DeclaredWorkload, resources: Resources): number {
    const { replicas, from } = planPassingOn(workload, resources.cpuMillis, this.platform.tier);
    return this.derived('replicas', replicas, from);
  }
}
