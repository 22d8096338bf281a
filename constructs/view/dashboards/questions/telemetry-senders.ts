/** Who sends what? By service, cluster, tenant or topic: whatever the environment tells its senders apart by. */
import { graph, logql, promql, RATE_WINDOW, sql, table, type Panel, type Query } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { fluxCount } from './flux';

/** More lines than this nobody reads. */
const MOST = 10;

export const telemetrySenders: Question = {
  uid: 'telemetry-senders',
  title: 'Who sends what?',
  rows: (about) => [
    { title: 'Logs', panels: logs(about) },
    { title: 'Metrics', panels: metrics(about) },
    { title: 'Traces', panels: traces(about) },
    { title: 'Messages and readings', panels: messages(about) },
  ],
};

function logs(about: Subject): readonly Panel[] {
  if (about.sources.logs === undefined) return [];
  const by = about.podNamespace === undefined ? 'service_name' : 'namespace';
  const busiest = (what: string): Query =>
    logql(`topk(${MOST}, sum by (${by}) (${what}({${by}=~".+"}[$__auto])))`, `{{${by}}}`);
  const leads = by === 'service_name' ? ({ about: 'service' } as const) : {};
  return [
    graph('Busiest senders of lines', 'ops', 'Who sends most lines?', busiest('rate'), {
      ...leads,
      next: 'store-loki',
    }),
    graph('Busiest senders of bytes', 'Bps', 'Who fills the store of logs?', busiest('bytes_rate'), {
      ...leads,
      next: 'stores-filling',
    }),
  ];
}

function metrics(about: Subject): readonly Panel[] {
  return [
    ...about.where('vmauth', () => [
      graph(
        'Requests by user',
        'reqps',
        'Who writes metrics, and who reads them?',
        about.sum('username', about.rate('vmauth_user_requests_total')),
        { next: 'front-door' },
      ),
    ]),
    ...about.where(['vmagent', 'prometheus'], () => [
      table(
        'Samples of each job',
        'short',
        'Which job brings how many series?',
        promql(
          `topk(${3 * MOST}, sum${about.by('job')}(${about.series('scrape_samples_post_metric_relabeling')}))`,
          about.legend('job'),
        ),
      ),
    ]),
  ];
}

function traces(about: Subject): readonly Panel[] {
  const named = about.traceQueries;
  return [
    ...(about.has('otel-collector') && about.sources.traces !== undefined && !about.manyClusters
      ? [
          graph(
            'Busiest services',
            'ops',
            'Who sends most spans?',
            promql(
              `topk(${MOST}, sum by (service_name) (rate(traces_span_metrics_calls_total[${RATE_WINDOW}])))`,
              '{{service_name}}',
            ),
            { about: 'service' },
          ),
        ]
      : []),
    ...(about.sources.traceAnalytics === undefined || named === undefined
      ? []
      : [
          table('Services', 'short', 'Which services are called, fail, and are slow?', sql(named.services), {
            next: 'store-clickhouse',
          }),
          table(
            'Who calls whom',
            'short',
            'Which calls between services fail, and are slow?',
            sql(named.edges),
            { next: 'store-clickhouse' },
          ),
        ]),
  ];
}

function messages(about: Subject): readonly Panel[] {
  const { readings } = about.sources;
  return [
    ...about.where('kafka-exporter', () => [
      graph(
        'Messages by topic',
        'ops',
        'Into which topic does most go?',
        about.sum('topic', about.rate('kafka_topic_partition_current_offset')),
        { next: 'store-kafka' },
      ),
    ]),
    ...about.where('haproxy', () => [
      graph(
        'Requests by frontend',
        'reqps',
        'What is used?',
        about.sum('proxy', about.rate('haproxy_frontend_http_requests_total')),
        { next: 'front-door' },
      ),
    ]),
    ...(readings === undefined
      ? []
      : [
          graph(
            'Readings of each host',
            'short',
            'Which hosts send, and which have stopped?',
            { language: 'flux', query: fluxCount(readings.bucket) },
            { next: 'gpu-fleet' },
          ),
        ]),
  ];
}
