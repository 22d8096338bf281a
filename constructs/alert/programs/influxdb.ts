/**
 * The alerts of InfluxDB 2.7, the store of readings: a volume that fills, points that it does not keep, queries that it turns
 * away. It has no backup of its own, so there is none whose age could be watched.
 */
import { Duration } from 'cdk8s';
import { bytesOf } from '../../core/quantity';
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, type AlertContext, type ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
/** Compaction writes a shard anew beside the old one. */
const NEARLY_ALL = 0.7;
/** Below it a forecast says nothing: a fresh store always grows. */
const FORECAST_FLOOR = 0.4;
/** A volume is enlarged, or a retention shortened, within some working days. */
const AHEAD_DAYS = 4;
const DAY_SECONDS = 86_400;

export const influxdbAlerts: ProgramAlerts = {
  programs: ['influxdb'],
  groups: (context) => [room(context), answers(context)],
};

function room({ workloads, selector, by }: AlertContext): RuleGroup {
  const volume = Math.min(
    ...workloads.flatMap(({ spec }) => (spec.claims ?? []).map(({ size }) => bytesOf(size))),
  );
  const used = `sum ${by('job')} (storage_shard_disk_size{${selector}})`;
  return {
    name: 'readings-store',
    rules: [
      {
        alert: 'ReadingsStoreFilling',
        about: 'filling',
        expr: `${used} / ${volume} > ${NEARLY_ALL}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The volume of {{ $labels.job }} is full to {{ $value | humanizePercentage }}',
        description:
          'Compaction needs the rest. Enlarge the volume, or keep readings for a shorter time; `hyperion check` has the arithmetic.',
      },
      {
        alert: 'ReadingsStoreGrowing',
        about: 'filling',
        expr: `(predict_linear(${used}[6h:5m], ${AHEAD_DAYS * DAY_SECONDS}) > ${volume}) and ${used} / ${volume} > ${FORECAST_FLOOR}`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: `The volume of {{ $labels.job }} is full within ${AHEAD_DAYS} days`,
        description:
          'As it grew over the last six hours. More devices, or more often than declared? Enlarge the volume before it is full.',
      },
    ],
  };
}

function answers({ selector, by }: AlertContext): RuleGroup {
  const requests = `http_api_requests_total{${selector}`;
  return {
    name: 'readings-store-answers',
    rules: [
      {
        alert: 'ReadingsStoreFails',
        about: 'failing',
        expr: `sum ${by('job')} (rate(${requests}, status="5XX"}[5m])) / sum ${by('job')} (rate(${requests}}[5m])) > 0.05`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $value | humanizePercentage }} of the answers of {{ $labels.job }} are errors',
        description:
          'Readings wait in the brokers, and queries fail. Look at its log, at its memory and at the volume.',
      },
      {
        alert: 'PointsDropped',
        about: 'dropping',
        expr: `sum ${by('job')} (rate(storage_writer_dropped_points_sum{${selector}}[5m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} drops {{ $value }} points a second',
        description:
          'They are older than the retention, or a field has another type than before. Its log names the measurement.',
      },
      {
        alert: 'StoreQueriesTurnedAway',
        about: 'saturated',
        expr: `sum ${by('job')} (rate(qc_requests_total{${selector}, result="queue_error"}[5m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} turns away {{ $value }} queries a second',
        description:
          'All its places for queries are taken and the queue is full. Look for a dashboard or a client that asks for much at once.',
      },
    ],
  };
}
