/**
 * The alerts of the telemetry stack: readings that wait, that nobody could read, that are refused; stores that fill;
 * answers that fail. Metric names are those of `apps/` and of InfluxDB 2.7, read off the running programs.
 */
import { Duration, type Size } from 'cdk8s';
import { bytesOf } from '../core/quantity';
import type { RuleGroup } from './rules';

export interface TelemetryAlertsProps {
  /** Readings a second at the declared peak. */
  readonly readingsPerSecond: number;
  /** Volume of the store. */
  readonly storeVolume: Size;
  /** Jobs of the brokers, the collector and the API. */
  readonly jobs: { readonly store: string; readonly api: string };
}

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
const ITS_WORKLOAD = '{{ $labels.job }}';
/** A topic's messages that nobody could handle. */
const DEAD_LETTERS = 'topic=~".+[.]dead-letters"';
const LIVING = 'topic!~".+[.]dead-letters"';
/** A minute of readings at the peak: more than a rolling update of the collectors leaves behind. */
const LAG_SECONDS = 60;

export function telemetryAlerts(props: TelemetryAlertsProps): RuleGroup[] {
  return [brokerAlerts(props.readingsPerSecond), storeAlerts(props), serviceAlerts(props)];
}

function brokerAlerts(readingsPerSecond: number): RuleGroup {
  const waiting = `sum by (job, topic) (broker_queue_messages{${LIVING}})`;
  return {
    name: 'brokers',
    rules: [
      {
        alert: 'PartitionStopped',
        expr: 'max by (job, pod, topic, partition) (broker_partition_stopped) == 1',
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: 'Partition {{ $labels.partition }} of {{ $labels.topic }} on {{ $labels.pod }} has stopped',
        description:
          'Its disk failed: it accepts nothing until the broker starts anew, and its keys go to other brokers. Look at the broker’s log and at its volume.',
      },
      {
        alert: 'DamagedLog',
        expr: 'max by (job, pod) (broker_damaged_places) > 0',
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} found {{ $value }} damaged places in its log',
        description:
          'Accepted readings may be lost. They were copied to the folder `damaged` beside the log. Look at the volume.',
      },
      {
        alert: 'DeadLettersGrow',
        expr: `sum by (job, topic) (delta(broker_queue_messages{${DEAD_LETTERS}}[15m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value }} more messages in {{ $labels.topic }} within a quarter of an hour',
        description:
          'No collector could handle them. Their headers say why; `GET /topics/<topic>/dead-letters` shows them.',
      },
      {
        alert: 'LagGrows',
        expr: `${waiting} > ${Math.ceil(readingsPerSecond * LAG_SECONDS)} and deriv(${waiting}[15m:1m]) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value }} readings of {{ $labels.topic }} wait, and more every minute',
        description:
          'The collectors are too few or too slow, or the store is. They wait safely until the brokers’ disks are full.',
      },
      {
        alert: 'BrokerDiskFilling',
        expr: 'max by (job, pod) (broker_disk_used_bytes / broker_disk_limit_bytes) > 0.5',
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'Half of the room for messages of {{ $labels.pod }} is used',
        description:
          'The store or the collectors have been away for long; the outage budget says how long is left.',
      },
      {
        alert: 'BrokerDiskFull',
        expr: 'max by (job, pod) (broker_disk_used_bytes / broker_disk_limit_bytes) > 0.9',
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} is about to refuse readings',
        description:
          'Senders are told to come again (503). Nothing that was accepted is lost. Mend the store first.',
      },
    ],
  };
}

function storeAlerts({ storeVolume, jobs }: TelemetryAlertsProps): RuleGroup {
  const volume = bytesOf(storeVolume);
  return {
    name: 'readings-store',
    rules: [
      {
        alert: 'ReadingsStoreFilling',
        expr: `sum by (job) (storage_shard_disk_size{job=${JSON.stringify(jobs.store)}}) / ${volume} > 0.7`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The volume of {{ $labels.job }} is full to {{ $value | humanizePercentage }}',
        description:
          'Compaction needs the rest. Enlarge the volume, or keep readings for a shorter time; `hyperion check` has the arithmetic.',
      },
      {
        alert: 'StoreBreakerOpen',
        expr: 'max by (job, pod) (collector_breaker_state{state="open"}) == 1',
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} has given up on the store for now',
        description:
          'The store refuses or does not answer; readings wait in the brokers, for as long as the outage budget says. Look at InfluxDB.',
      },
    ],
  };
}

function serviceAlerts({ jobs }: TelemetryAlertsProps): RuleGroup {
  const requests = `http_request_duration_seconds_count{job=${JSON.stringify(jobs.api)}`;
  return {
    name: 'services',
    rules: [
      {
        alert: 'ApiErrors',
        expr: `sum by (job) (rate(${requests}, status=~"5.."}[5m])) / sum by (job) (rate(${requests}}[5m])) > 0.01`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value | humanizePercentage }} of the API’s answers are errors',
        description: 'Clients get no data. Look at the API’s log, and at the store behind it.',
      },
      {
        alert: 'BrokerTakesNothing',
        expr: 'min by (job, broker) (proxy_broker_takes_messages) == 0',
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'Broker {{ $labels.broker }} takes no readings',
        description:
          'It is out, or its disk is full. Its keys go to other brokers, out of order; what it holds waits. Look at the broker.',
      },
      {
        alert: 'ReadingsRefused',
        expr: 'sum by (job) (rate(http_request_duration_seconds_count{method="POST", status="503", job!="api"}[5m])) > 0',
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} refuses {{ $value }} requests a second',
        description:
          'Senders have to keep their readings and come again. Look at the brokers behind it: their disks, and whether they are ready.',
      },
    ],
  };
}
