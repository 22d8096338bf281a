/**
 * Kafka as its exporter sees it from outside, whoever runs the brokers: partitions without enough copies or a leader, consumers
 * that stay behind, brokers that nobody reaches. Metric names: kafka_exporter 1.9, by its source.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import { LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** Messages that a group would need so long for, at the pace at which it works. */
const LAG_SECONDS = 900;
/** What a consumer that polls now and then leaves behind. */
const LAG_MESSAGES = 1000;

export const kafkaExporterAlerts: ProgramAlerts = {
  programs: ['kafka-exporter'],
  groups: (context) => [topics(context), consumers(context)],
};

/** The component that the exporter looks at: its pods may be an operator's, which have no metrics of their own here. */
function brokers({ platform, workloads }: AlertContext): string {
  const looked = workloads
    .flatMap((workload) => platform.graph.outOf(workload))
    .find(({ to }) => to.protocol === 'kafka');
  return looked?.to.owner.componentName ?? 'kafka';
}

function topics(context: AlertContext): RuleGroup {
  const { selector } = context;
  const component = brokers(context);
  return {
    name: 'kafka',
    rules: [
      {
        alert: 'KafkaDown',
        about: 'down',
        // Without brokers the exporter still answers, with what it knew; only offsets have to be asked for each time.
        expr: `(sum(up{${selector}}) > 0) unless (count(kafka_topic_partition_current_offset{${selector}}) > 0)`,
        holds: SOON,
        severity: 'critical',
        component,
        summary: 'No broker of Kafka answers',
        description: 'Writers keep what they have in their queues. Look at the brokers’ pods and volumes.',
      },
      {
        alert: 'KafkaWithoutLeader',
        about: 'replication',
        expr: `count by (topic) (kafka_topic_partition_leader{${selector}} < 0) > 0`,
        holds: Duration.minutes(1),
        severity: 'critical',
        component,
        summary: '{{ $value }} partitions of {{ $labels.topic }} have no leader',
        description: 'Nobody can write or read them. Look for brokers that are down.',
      },
      {
        alert: 'KafkaCopiesMissing',
        about: 'replication',
        expr: `sum by (topic) (kafka_topic_partition_under_replicated_partition{${selector}}) > 0`,
        holds: SOON,
        severity: 'critical',
        component,
        summary: '{{ $value }} partitions of {{ $labels.topic }} have too few copies',
        description:
          'A broker is away or cannot keep up. One more, and writers are refused. Look at the brokers’ pods and volumes.',
      },
    ],
  };
}

function consumers(context: AlertContext): RuleGroup {
  const { selector } = context;
  const lag = `sum by (consumergroup, topic) (kafka_consumergroup_lag{${selector}})`;
  const pace = `sum by (consumergroup, topic) (rate(kafka_consumergroup_current_offset{${selector}}[15m]))`;
  return {
    name: 'kafka-consumers',
    rules: [
      {
        alert: 'KafkaConsumersLag',
        about: 'lagging',
        expr: `${lag} > ${LAG_SECONDS} * ${pace} and ${lag} > ${LAG_MESSAGES}`,
        holds: LASTING,
        severity: 'warning',
        component: brokers(context),
        summary: '{{ $labels.consumergroup }} is {{ $value }} messages behind in {{ $labels.topic }}',
        description:
          'What it does not read within the topic’s retention is gone. Look at the consumer, and give it more replicas.',
      },
    ],
  };
}
