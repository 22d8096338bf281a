/**
 * Kafka's brokers and ZooKeeper by their own figures, where the JMX exporter runs in them: who is in charge, folders that are lost,
 * a quorum that has nobody to spare. Metric names: as `buffer/jmx-exporter.ts` makes them, and ZooKeeper's Prometheus provider.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** Of Kafka's documentation, "Monitoring": writers wait for it on each batch. */
const SLOW_PRODUCE_MILLISECONDS = 1000;
/** ZooKeeper's documentation ("Alerting with Prometheus") warns there. */
const WAITING_REQUESTS = 10;

export const kafkaAlerts: ProgramAlerts = {
  programs: ['kafka', 'kafka-legacy'],
  groups: (context) => (context.jobs.length === 0 ? [] : [brokers(context)]),
};

export const zookeeperAlerts: ProgramAlerts = {
  programs: ['zookeeper'],
  groups: (context) => (context.jobs.length === 0 ? [] : [zookeeper(context)]),
};

function brokers({ selector, by }: AlertContext): RuleGroup {
  return {
    name: 'kafka-brokers',
    rules: [
      {
        alert: 'KafkaWithoutController',
        about: 'replication',
        expr: `sum ${by('job')} (kafka_controller_kafkacontroller_activecontrollercount{${selector}}) != 1`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} has {{ $value }} controllers in place of one',
        description:
          'No new leaders are chosen, and topics cannot be changed. Look at the log of the brokers for "controller".',
      },
      {
        alert: 'KafkaFolderLost',
        about: 'failing',
        expr: `sum ${by('job', 'pod')} (kafka_log_logmanager_offlinelogdirectorycount{${selector}}) > 0`,
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} has lost the folder with its messages',
        description:
          'Its disk failed. The partitions live on in other brokers, with a copy less. Look at its volume.',
      },
      {
        alert: 'KafkaWritesSlow',
        about: 'saturated',
        expr: `max ${by('job', 'pod')} (kafka_network_requestmetrics_totaltimems_p99{request="Produce", ${selector}}) > ${SLOW_PRODUCE_MILLISECONDS}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'One write in a hundred takes {{ $value }} ms on {{ $labels.pod }}',
        description: 'Look at its disk and its CPU, and for a copy on another broker that is slow to follow.',
      },
    ],
  };
}

function zookeeper({ selector, by, workloads }: AlertContext): RuleGroup {
  const replicas = Math.max(0, ...workloads.map((workload) => workload.replicas));
  return {
    name: 'zookeeper',
    rules: [
      ...(replicas < 2
        ? []
        : [
            {
              alert: 'ZookeeperFollowersMissing',
              about: 'replication' as const,
              expr: `max ${by('job')} (synced_followers{${selector}}) < ${replicas - 1}`,
              holds: SOON,
              severity: 'warning' as const,
              component: ITS_WORKLOAD,
              summary: `{{ $value }} of ${replicas - 1} followers of {{ $labels.job }} are up to date`,
              description:
                'With one more away there is no majority, and Kafka chooses no leaders. Look at its pods.',
            },
          ]),
      {
        alert: 'ZookeeperRequestsWait',
        about: 'saturated',
        expr: `max ${by('job', 'pod')} (outstanding_requests{${selector}}) > ${WAITING_REQUESTS}`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value }} requests wait in {{ $labels.pod }}',
        description: 'Brokers whose sessions end leave the cluster. Look at the latency of its disk.',
      },
    ],
  };
}
