/** How is Prometheus? What it takes, keeps and evaluates. */
import { graph } from '../panel';
import type { Question } from '../question';

export const storePrometheus: Question = {
  uid: 'store-prometheus',
  title: 'Store · Prometheus',
  rows: (about) => [
    {
      title: 'Taking and keeping',
      panels: about.where('prometheus', () => [
        graph(
          'Samples taken',
          'ops',
          'Do the platform’s own metrics arrive?',
          about.sum('pod', about.rate('prometheus_tsdb_head_samples_appended_total')),
          { about: 'pod', next: 'telemetry-arriving' },
        ),
        graph(
          'Active series',
          'short',
          'Does somebody bring more series than declared?',
          about.sum('pod', about.series('prometheus_tsdb_head_series')),
          { about: 'pod' },
        ),
        graph(
          'Blocks on disk',
          'bytes',
          'Does it come to the size at which it deletes the oldest?',
          about.max('pod', about.series('prometheus_tsdb_storage_blocks_bytes')),
          { about: 'pod', alert: 'RetentionCutBySize', next: 'stores-filling' },
        ),
        graph(
          'Samples that were not kept',
          'ops',
          'Are samples refused?',
          about.trouble('pod', about.rate('prometheus_target_scrapes_sample_out_of_order_total')),
          { about: 'pod', alert: 'SamplesNotKept', next: 'telemetry-dropped' },
        ),
      ]),
    },
    {
      title: 'Evaluating and answering',
      panels: about.where('prometheus', () => [
        graph(
          'Time of a round of rules',
          's',
          'Are the rules evaluated in time?',
          about.max('rule_group', about.series('prometheus_rule_group_last_duration_seconds')),
          { alert: 'RulesLate', next: 'alerting' },
        ),
        graph(
          'Time of queries',
          's',
          'Do people wait for their dashboards?',
          about.max('slice', about.series('prometheus_engine_query_duration_seconds', 'quantile="0.99"')),
          { next: 'end-to-end-latency' },
        ),
      ]),
    },
  ],
};
