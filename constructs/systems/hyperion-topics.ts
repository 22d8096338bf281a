/**
 * Kafka's topics and users in Hyperion: who may write and read what.
 */
import { Duration } from 'cdk8s';
import type { KafkaReader, KafkaTopic, KafkaUser } from '../buffer/kafka-buffer';
import { loadOf, type DeclaredWorkload } from '../core/declared-workload';
import { scaleLoad, type Load } from '../core/delivery';
import type { Telemetry } from '../core/endpoint';
import { SecretRef } from '../core/secrets';
import { tempoTopic, type TempoTopic } from '../store/tempo-topic';
import type { ExternalConsumer, HyperionProps } from './hyperion-props';

export const KAFKA_USERS = {
  ingress: user('otel-ingress'),
  replay: user('otel-replay'),
  egress: user('otel-egress'),
  tempo: user('tempo'),
} as const;

/** The live-stores' consumer groups begin with it, so Kafka has to know it. */
export const TEMPO_NAME = 'tempo';

export interface HyperionTopics {
  readonly failover: { readonly [T in Telemetry]: KafkaTopic<T> };
  readonly deadLetters: { readonly [T in Telemetry]: KafkaTopic<T> };

  /** Tempo's write-ahead log; only its microservices need one. */
  readonly tempo: TempoTopic | undefined;
  readonly all: readonly KafkaTopic[];
}

/** A week for somebody to look at what nothing would take. */
const KEEP_DEAD_LETTERS = Duration.days(7);
/** What is refused for good is a mistake of a sender: a thousandth is far more than that should ever be. */
const DEAD_LETTER_SHARE = 0.001;

export function hyperionTopics(props: HyperionProps): HyperionTopics {
  const { workload } = props;
  const failover = {
    logs: failoverTopic('logs', workload),
    metrics: failoverTopic('metrics', workload),
    traces: failoverTopic('traces', workload),
  };
  const deadLetters = {
    logs: deadLetterTopic('logs', workload),
    metrics: deadLetterTopic('metrics', workload),
    traces: deadLetterTopic('traces', workload),
  };
  const tempo =
    props.traces.kind === 'microservices'
      ? tempoTopic({
          tempo: TEMPO_NAME,
          load: keptTraces(props, props.traces.spans),
          user: KAFKA_USERS.tempo,
        })
      : undefined;
  return {
    failover,
    deadLetters,
    tempo,
    all: [
      ...Object.values(failover),
      ...Object.values(deadLetters),
      ...props.consumers.map((consumer) => consumerTopic(consumer, workload)),
      ...(tempo === undefined ? [] : [tempo]),
    ],
  };
}

export function consumerUser(consumer: Pick<ExternalConsumer, 'name'>): KafkaUser {
  return user(consumer.name);
}

function user(name: string): KafkaUser {
  return { name, password: SecretRef.named(`kafka-${name}-password`) };
}

function failoverTopic<T extends Telemetry>(signal: T, workload: DeclaredWorkload): KafkaTopic<T> {
  return {
    name: `failover-${signal}`,
    signals: [signal],
    load: loadOf(workload, signal),
    writers: [KAFKA_USERS.ingress],
    readers: [{ user: KAFKA_USERS.replay, groups: [{ prefix: 'otel-replay' }] }],
  };
}

function deadLetterTopic<T extends Telemetry>(signal: T, workload: DeclaredWorkload): KafkaTopic<T> {
  return {
    name: `dead-letter-${signal}`,
    signals: [signal],
    load: scaleLoad(loadOf(workload, signal), DEAD_LETTER_SHARE),
    writers: [KAFKA_USERS.replay],
    // An operator reads them with the admin's login.
    readers: [],
    keep: KEEP_DEAD_LETTERS,
  };
}

export function consumerTopic<T extends Telemetry>(
  consumer: Omit<ExternalConsumer, 'signal'> & { readonly signal: T },
  workload: DeclaredWorkload,
): KafkaTopic<T> {
  const reader: KafkaReader = { user: consumerUser(consumer), groups: [{ prefix: consumer.name }] };
  return {
    name: `egress-${consumer.name}`,
    signals: [consumer.signal],
    load: scaleLoad(loadOf(workload, consumer.signal), consumer.expectedPercent / 100),
    writers: [KAFKA_USERS.egress],
    readers: [reader],
    readersOutside: true,
    keep: consumer.keep,
  };
}

/** What reaches a trace store that keeps all spans, or those of the traces that tail sampling keeps. */
export function keptTraces(props: HyperionProps, spans: 'all' | 'sampled'): Load {
  const load = loadOf(props.workload, 'traces');
  return spans === 'all' ? load : scaleLoad(load, props.sampling.keptPercent / 100);
}
