/**
 * VictoriaMetrics' cluster: volumes that fill, samples that are not kept, parts that do not reach each other, questions
 * that get half an answer. Metric names: 1.150; thresholds that are not ours are those of its makers' `alerts-cluster.yml`.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** Merges need room for the largest part once more; the makers say a fifth. */
const LEAST_FREE = 0.2;
/** A forecast from a day, over the time in which a volume is enlarged on a working day after a weekend. */
const FORECAST = { from: '1d', days: 4, seconds: 4 * 86_400 } as const;
/** An empty volume fills fast at first and means nothing: it has to be half full for the forecast to count. */
const FORECAST_FROM_FULL = 0.5;
/** Of each second that a connection was busy sending: the makers' figure for one that cannot keep up. */
const BUSY = 0.9;
/** Rows whose series had to be looked up on disk: the makers' figure for too little memory. */
const SLOW_ROWS = 0.05;

export const victoriaMetricsAlerts: ProgramAlerts = {
  programs: ['vmstorage', 'vminsert', 'vmselect'],
  groups: (context) => [volumes(context), parts(context)],
};

function volumes({ jobsOf, selectorOf, by }: AlertContext): RuleGroup {
  const selector = selectorOf(jobsOf('vmstorage'));
  const grouping = by('job', 'pod');
  const free = `min ${grouping} (vm_free_disk_space_bytes{${selector}})`;
  const used = `sum ${grouping} (vm_data_size_bytes{${selector}})`;
  // The step gives the forecast a straight line to see: merges make the free space jump.
  const later = `min ${grouping} (predict_linear(vm_free_disk_space_bytes{${selector}}[${FORECAST.from}], ${FORECAST.seconds}))`;
  return {
    name: 'metrics-store',
    rules: [
      {
        alert: 'MetricsStoreFilling',
        about: 'filling',
        expr: `${free} / (${free} + ${used}) < ${LEAST_FREE}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The volume of {{ $labels.pod }} has {{ $value | humanizePercentage }} left',
        description:
          'Merges need a fifth of it. Enlarge the volume, or keep samples for a shorter time; `hyperion check` has the arithmetic.',
      },
      {
        alert: 'MetricsStoreFullSoon',
        about: 'filling',
        expr: `${later} < 0 and ${free} / (${free} + ${used}) < ${1 - FORECAST_FROM_FULL}`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: `At the pace of the last day the volume of {{ $labels.pod }} is full within ${FORECAST.days} days`,
        description:
          'Look for what writes more than it did: `topk(10, sum by (job) (scrape_samples_post_metric_relabeling))`. The retention frees nothing before its end.',
      },
      {
        alert: 'MetricsStoreReadOnly',
        about: 'filling',
        expr: `max ${grouping} (vm_storage_is_read_only{${selector}}) == 1`,
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} takes no more samples: its volume is full',
        description: 'The others take its share until they are full too. Enlarge the volume now.',
      },
      {
        alert: 'MetricsStoreIgnoresSamples',
        about: 'dropping',
        expr: `sum ${by('job', 'reason')} (rate(vm_rows_ignored_total{${selector}}[5m])) > 0`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The metrics store ignores {{ $value }} samples a second: {{ $labels.reason }}',
        description:
          'Acknowledged, but not kept: too many labels, too old, too far ahead. Look at the log of vminsert for the series.',
      },
      {
        alert: 'MetricsStoreSlow',
        about: 'saturated',
        expr: `sum ${by('job')} (rate(vm_slow_row_inserts_total{${selector}}[5m])) / sum ${by('job')} (rate(vm_rows_added_to_storage_total{${selector}}[5m])) > ${SLOW_ROWS}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary:
          '{{ $value | humanizePercentage }} of the samples of {{ $labels.job }} belong to series that are not in memory',
        description:
          'There are more active or new series than memory is for. Look for a label that changes all the time before you add memory.',
      },
    ],
  };
}

function parts({ jobsOf, selectorOf, by }: AlertContext): RuleGroup {
  const insert = selectorOf(jobsOf('vminsert'));
  const select = selectorOf(jobsOf('vmselect'));
  return {
    name: 'metrics-parts',
    rules: [
      {
        alert: 'MetricsWritesSaturated',
        about: 'saturated',
        expr: `max ${by('job', 'addr')} (rate(vm_rpc_send_duration_seconds_total{${insert}}[5m])) > ${BUSY}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The connection of {{ $labels.job }} to {{ $labels.addr }} is busy all the time',
        description: 'Agents soon wait. Look at the CPU and the disk of that vmstorage; else add one.',
      },
      {
        alert: 'MetricsStorageUnreachable',
        about: 'replication',
        expr: `min ${by('job', 'addr')} (vm_rpc_vmstorage_is_reachable{${insert}}) == 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} does not reach {{ $labels.addr }}',
        description:
          'Its share goes to the others, with a copy less where there are copies. Look at that vmstorage: its events, its volume.',
      },
      {
        alert: 'MetricsQueriesWait',
        about: 'saturated',
        expr: `sum ${by('job')} (rate(vm_concurrent_select_limit_timeout_total{${select}}[5m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} refuses {{ $value }} queries a second: too many at once',
        description:
          'Dashboards and rules get errors. Look for a dashboard with a long range or an open-ended query.',
      },
      {
        alert: 'MetricsQueriesPartial',
        about: 'failing',
        expr: `sum ${by('job')} (rate(vm_partial_results_total{${select}}[5m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value }} answers a second of {{ $labels.job }} are not whole',
        description:
          'A vmstorage does not answer, so its series are missing. Graphs have gaps that are none.',
      },
    ],
  };
}
