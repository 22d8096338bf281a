/** How is VictoriaMetrics? What it takes, how full it is, how fast it answers, how old its backups are. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { metricsDiskLeft } from './room';

export const storeVictoriaMetrics: Question = {
  uid: 'store-victoria-metrics',
  title: 'Store · VictoriaMetrics',
  rows: (about) => [
    { title: 'Taking', panels: about.where('vmstorage', () => taking(about)) },
    { title: 'Keeping', panels: about.where('vmstorage', () => keeping(about)) },
    { title: 'Answering', panels: about.where('vmselect', () => answering(about)) },
  ],
};

function taking(about: Subject): readonly Panel[] {
  return [
    graph(
      'Samples stored',
      'ops',
      'How much comes in, to which vmstorage?',
      about.sum('pod', about.rate('vm_rows_added_to_storage_total', about.job('vmstorage'))),
      { about: 'pod', next: 'telemetry-senders' },
    ),
    graph(
      'Ignored samples',
      'ops',
      'What is not kept, and why?',
      about.trouble('reason', about.rate('vm_rows_ignored_total', about.job('vmstorage'))),
      { alert: 'MetricsStoreIgnoresSamples', next: 'telemetry-dropped' },
    ),
    graph(
      'Slow inserts',
      'percentunit',
      'Does it still know its series by heart?',
      about.max(
        'pod',
        `${about.rate('vm_slow_row_inserts_total', about.job('vmstorage'))} / ${about.rate('vm_rows_added_to_storage_total', about.job('vmstorage'))}`,
      ),
      { about: 'pod', alert: 'MetricsStoreSlow' },
    ),
  ];
}

function keeping(about: Subject): readonly Panel[] {
  const storage = about.job('vmstorage');
  return [
    ...metricsDiskLeft(about),
    graph(
      'Free space',
      'bytes',
      'Is a volume about to fill?',
      about.min('pod', about.series('vm_free_disk_space_bytes', storage)),
      { about: 'pod', alert: 'MetricsStoreFilling', next: 'stores-filling' },
    ),
    graph(
      'Active series',
      'short',
      'Does somebody bring more series than declared?',
      about.sum('pod', about.series('vm_cache_entries', 'type="storage/hour_metric_ids"', storage)),
      { about: 'pod' },
    ),
    graph(
      'Read-only',
      'short',
      'Does a vmstorage take no more?',
      about.max('pod', about.series('vm_storage_is_read_only', storage)),
      { about: 'pod', alert: 'MetricsStoreReadOnly', showsLimit: false },
    ),
  ];
}

function answering(about: Subject): readonly Panel[] {
  const select = about.job('vmselect');
  return [
    graph(
      'Queries at once',
      'percentunit',
      'Do people queue?',
      about.max(
        'pod',
        `${about.series('vm_concurrent_select_current', select)} / ${about.series('vm_concurrent_select_capacity', select)}`,
      ),
      { about: 'pod', alert: 'MetricsQueriesWait' },
    ),
    graph(
      'Slow queries',
      'ops',
      'Which queries take long?',
      about.trouble('pod', about.rate('vm_slow_queries_total', select)),
      { about: 'pod', next: 'end-to-end-latency' },
    ),
  ];
}
