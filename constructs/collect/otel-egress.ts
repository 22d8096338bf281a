/**
 * OTel egress collector: gives each external consumer its part of the processed telemetry, filtered, sampled and
 * redacted, in a Kafka topic of its own, written with a login of its own.
 *
 * It gets a copy from the processors, already redacted by them, and not from Kafka, whose failover topics hold raw data.
 * Nothing waits for it: copies are dropped (and counted) when it or a topic is away for longer than a queue in memory
 * lasts. A consumer that is away loses nothing until its topic's retention ends, and no consumer slows another.
 */
import { Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { loadOf, type DeclaredWorkload } from '../core/declared-workload';
import { Delivery, type Load } from '../core/delivery';
import { TELEMETRY, type Endpoint, type Telemetry } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { BEST_EFFORT_QUEUE_SIZE } from './otel/best-effort';
import { EVENTS_PER_CORE, autoscale, planReplicas } from './otel/capacity';
import { COLLECTOR_PORTS, collectorWorkload, listenForScrapes } from './otel/collector';
import { kafkaCredential, kafkaMounts, type KafkaAccess } from './otel/kafka';
import { redactionMistake, type Redaction } from './otel/redaction';
import { consumerFilterMistake, type ConsumerFilter, type LogFilter } from './otel/consumer-filter';
import { renderOtelEgress } from './otel-egress-config';

interface Consumer<T extends Telemetry> {
  /** Lower-case words joined by hyphens, e.g. `checkpoint-logging`. */
  readonly name: string;
  readonly signal: T;
  readonly topic: Endpoint<T, 'kafka'>;
  readonly kafka: KafkaAccess;
  readonly redact: Redaction;
  /** What passes filter and sampling at the declared workload. */
  readonly load: Load;
}

/** A consumer that wants two signals is two entries, each with a topic. */
export type EgressConsumer =
  | (Consumer<'logs'> & { readonly filter: LogFilter; readonly samplingPercent: number })
  | (Consumer<'traces'> & { readonly filter: ConsumerFilter; readonly samplingPercent: number })
  /** Not sampled: a counter with samples left out tells something else. */
  | (Consumer<'metrics'> & { readonly filter: ConsumerFilter });

export interface OtelEgressProps extends ComponentProps {
  readonly consumers: readonly EgressConsumer[];
  readonly workload: DeclaredWorkload;
  /** @default OTEL_EGRESS_DEFAULTS.resources */
  readonly resources?: Resources;
  /** @default what the signals that consumers take need */
  readonly replicas?: number;
}

const OTEL_EGRESS_DEFAULTS = {
  resources: { cpuMillis: 2000, memory: Size.gibibytes(2) },
} satisfies Partial<OtelEgressProps>;

/** What the queues hold is sent while there is time. */
const DRAIN_SECONDS = 60;

export class OtelEgress extends Component {
  /** Takes the signals that some consumer wants. */
  public readonly otlp: Endpoint<Telemetry, 'otlp-http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: OtelEgressProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary:
        'Gives external consumers their part of the telemetry: filtered, sampled, redacted, through Kafka',
    });
    const { consumers } = props;
    this.check(consumers);
    const resources = props.resources ?? OTEL_EGRESS_DEFAULTS.resources;
    const replicas = props.replicas ?? this.planned(props, resources);
    const workload = collectorWorkload(this, {
      config: renderOtelEgress(consumers),
      replicas,
      autoscale: autoscale(replicas),
      resources,
      drainSeconds: DRAIN_SECONDS,
      ...kafkaMounts(
        this,
        consumers.map(({ topic, kafka }) => ({ topic, access: kafka })),
      ),
    });
    this.otlp = workload.listen({
      name: 'otlp-http',
      port: COLLECTOR_PORTS.http,
      protocol: 'otlp-http',
      signals: TELEMETRY.filter((signal) => consumers.some((consumer) => consumer.signal === signal)),
      access: 'write',
    });
    this.metrics = listenForScrapes(workload);
    for (const consumer of consumers) {
      const options = {
        purpose: `${consumer.signal} for ${consumer.name}`,
        delivery: Delivery.bestEffort(BEST_EFFORT_QUEUE_SIZE),
        credential: kafkaCredential(consumer.topic, consumer.kafka),
        load: consumer.load,
      };
      switch (consumer.signal) {
        case 'logs':
          workload.connect(consumer.topic, { signals: ['logs'], ...options });
          break;
        case 'metrics':
          workload.connect(consumer.topic, { signals: ['metrics'], ...options });
          break;
        case 'traces':
          workload.connect(consumer.topic, { signals: ['traces'], ...options });
      }
    }
  }

  /** Each consumer's pipeline copies and judges every event of its signal; little of it is left to be processed. */
  private planned({ consumers, workload }: OtelEgressProps, resources: Resources): number {
    const demands = consumers.map(({ signal }) => ({
      eventsPerSecond: loadOf(workload, signal).eventsPerSecond,
      eventsPerCore: EVENTS_PER_CORE.passing,
    }));
    const { replicas, from } = planReplicas(demands, resources.cpuMillis, this.platform.tier);
    return this.derived('replicas', replicas, from);
  }

  private check(consumers: readonly EgressConsumer[]): void {
    if (consumers.length === 0) {
      this.problem({
        property: 'consumers',
        value: [],
        rule: 'an egress collector without consumers sends nothing to nobody',
        remedy: 'name a consumer, or leave the component out',
      });
    }
    const names = consumers.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      this.problem({
        property: 'consumers[].name',
        value: twice,
        rule: 'each consumer has a name of its own, which names its pipeline',
        remedy: 'rename one of the two, e.g. by its signal',
      });
    }
    for (const consumer of consumers) this.checkConsumer(consumer);
  }

  private checkConsumer(consumer: EgressConsumer): void {
    const at = `consumers.${consumer.name}`;
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(consumer.name)) {
      this.problem({
        property: 'consumers[].name',
        value: consumer.name,
        rule: 'the name of a consumer is lower-case words joined by hyphens',
        remedy: 'rename it',
      });
    }
    const filterMistake = consumerFilterMistake(consumer.filter);
    if (filterMistake !== undefined) {
      this.problem({
        property: `${at}.filter`,
        value: consumer.filter,
        rule: filterMistake,
        remedy: 'say what the consumer may have: services, attributes or a severity',
      });
    }
    if ('samplingPercent' in consumer && !(consumer.samplingPercent > 0 && consumer.samplingPercent <= 100)) {
      this.problem({
        property: `${at}.samplingPercent`,
        value: consumer.samplingPercent,
        rule: 'a share of the data lies above 0 and at most at 100 percent',
        remedy: 'give a value in that range, or leave the consumer out',
      });
    }
    const mistake = redactionMistake(consumer.redact);
    if (mistake !== undefined) {
      this.problem({
        property: `${at}.redact`,
        value: consumer.redact,
        rule: mistake,
        remedy: 'correct the lists of keys',
      });
    }
  }
}
