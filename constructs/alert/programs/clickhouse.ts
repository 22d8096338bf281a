/**
 * ClickHouse and its Keeper: replicas that stay behind or only read, inserts that are refused, volumes that fill. Metric names: its
 * own endpoint, 26.8, by `system.metrics`, `system.events` and `system.asynchronous_metrics`; the program is not to be had here.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** Five minutes behind: whoever asks that replica misses what people look at first. The makers' operator warns there, too. */
const DELAY_SECONDS = 300;
/** ClickHouse slows inserts at 1000 parts of a partition and refuses them at 3000 (`parts_to_delay_insert`, `parts_to_throw_insert`). */
const MANY_PARTS = 1000;
const LEAST_FREE = 0.2;
const FORECAST = { from: '6h', hours: 24, seconds: 24 * 3600 } as const;

export const clickhouseAlerts: ProgramAlerts = {
  programs: ['clickhouse', 'clickhouse-keeper'],
  groups: (context) => [inserts(context), volumes(context), ...replication(context)],
};

function inserts({ jobsOf, selectorOf, by }: AlertContext): RuleGroup {
  const selector = selectorOf(jobsOf('clickhouse'));
  const increase = (event: string): string =>
    `sum ${by('job', 'pod')} (increase(ClickHouseProfileEvents_${event}{${selector}}[5m]))`;
  return {
    name: 'clickhouse',
    rules: [
      {
        alert: 'InsertsRefused',
        about: 'dropping',
        expr: `${increase('RejectedInserts')} > 0`,
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} refuses inserts: too many parts wait to be merged',
        description:
          'The traces wait in the collectors. Look for inserts that are too small, and at the disk.',
      },
      {
        alert: 'PartsPileUp',
        about: 'saturated',
        expr: `max ${by('job', 'pod')} (ClickHouseAsyncMetrics_MaxPartCountForPartition{${selector}}) > ${MANY_PARTS}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} has {{ $value }} parts in one partition, and slows inserts down',
        description:
          'Merges do not keep up. Look at the CPU and the disk, and for inserts that are too small.',
      },
      {
        alert: 'InsertsFail',
        about: 'failing',
        expr: `${increase('FailedInsertQuery')} > 0`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'Inserts into {{ $labels.pod }} fail',
        description: 'The collectors repeat them from their queues. The log of ClickHouse has the exception.',
      },
    ],
  };
}

function volumes({ jobsOf, selectorOf, by }: AlertContext): RuleGroup {
  const selector = selectorOf(jobsOf('clickhouse'));
  const grouping = by('job', 'pod');
  const free = `min ${grouping} (ClickHouseAsyncMetrics_DiskAvailable_default{${selector}})`;
  const total = `min ${grouping} (ClickHouseAsyncMetrics_DiskTotal_default{${selector}})`;
  const later = `min ${grouping} (predict_linear(ClickHouseAsyncMetrics_DiskAvailable_default{${selector}}[${FORECAST.from}], ${FORECAST.seconds}))`;
  return {
    name: 'clickhouse-volumes',
    rules: [
      {
        alert: 'TraceStoreFilling',
        about: 'filling',
        expr: `${free} / ${total} < ${LEAST_FREE}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The volume of {{ $labels.pod }} has {{ $value | humanizePercentage }} left',
        description:
          'Merges need room for the largest part once more. Enlarge the volume, or keep spans for a shorter time.',
      },
      {
        alert: 'TraceStoreFullSoon',
        about: 'filling',
        // Half full at least: the forecast of an empty volume that begins to fill means nothing.
        expr: `${later} < 0 and ${free} / ${total} < 0.5`,
        holds: Duration.hours(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: `At the pace of the last hours the volume of {{ $labels.pod }} is full within ${FORECAST.hours} hours`,
        description: 'Look for who sends more spans than before; then enlarge the volume.',
      },
    ],
  };
}

/** One server alone has no replicas, and no Keeper. */
function replication({ jobsOf, selectorOf, by }: AlertContext): RuleGroup[] {
  const keepers = jobsOf('clickhouse-keeper');
  if (keepers.length === 0) return [];
  const servers = selectorOf(jobsOf('clickhouse'));
  return [
    {
      name: 'clickhouse-replication',
      rules: [
        {
          alert: 'ReplicaReadOnly',
          about: 'replication',
          expr: `max ${by('job', 'pod')} (ClickHouseMetrics_ReadonlyReplica{${servers}}) > 0`,
          holds: SOON,
          severity: 'critical',
          component: ITS_WORKLOAD,
          summary: '{{ $value }} tables of {{ $labels.pod }} take no inserts',
          description:
            'It has lost Keeper. Inserts go to the other replicas while there are any. Look at the Keepers.',
        },
        {
          alert: 'ReplicaDelayed',
          about: 'replication',
          expr: `max ${by('job', 'pod')} (ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{${servers}}) > ${DELAY_SECONDS}`,
          holds: LASTING,
          severity: 'warning',
          component: ITS_WORKLOAD,
          summary: '{{ $labels.pod }} is {{ $value | humanizeDuration }} behind the other replicas',
          description:
            'Who asks it misses the newest spans. `system.replication_queue` says what it waits for.',
        },
        {
          alert: 'KeeperWithoutLeader',
          about: 'replication',
          expr: `max ${by('job')} (ClickHouseAsyncMetrics_KeeperIsLeader{${selectorOf(keepers)}}) == 0`,
          holds: Duration.minutes(1),
          severity: 'critical',
          component: ITS_WORKLOAD,
          summary: 'The Keepers have no leader',
          description:
            'ClickHouse takes no inserts until they agree again. Look for Keepers that are down, and at port 9234 between them.',
        },
      ],
    },
  ];
}
