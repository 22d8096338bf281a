/** Is the end-to-end latency within its objective? From sending to finding, where something measures it; then hop by hop. */
import { graph, promql, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

/** What people feel: the slowest hundredth. */
const SLOWEST = 0.99;

export const endToEndLatency: Question = {
  uid: 'end-to-end-latency',
  title: 'Is the end-to-end latency within its objective?',
  rows: (about) => [
    { title: 'From end to end', panels: fromEndToEnd(about) },
    { title: 'Hop by hop', panels: hops(about) },
    { title: 'Asking', panels: asking(about) },
  ],
};

function fromEndToEnd(about: Subject): readonly Panel[] {
  return [
    ...about.where('loki-canary', () => [
      graph(
        'Until a line is found',
        's',
        'How long after it was written is a line of the canary in Loki?',
        about.quantile(SLOWEST, '', 'loki_canary_response_latency_seconds'),
        { next: 'objectives' },
      ),
    ]),
    ...about.where(['vmagent', 'prometheus'], () => [
      graph(
        'Age of the newest sample',
        's',
        'How old is what alerts and people see?',
        promql(`max${about.by('job')}(time() - timestamp(${about.series('up')}))`, about.legend('job')),
        { next: 'objectives' },
      ),
    ]),
  ];
}

function hops(about: Subject): readonly Panel[] {
  return [
    ...about.where('telemetry-services', () => [
      graph(
        'Until the streamer has handed on',
        's',
        'How long does a batch take to the brokers?',
        about.quantile(SLOWEST, '', 'streamer_batch_duration_seconds'),
      ),
      graph(
        'Until the store has taken it',
        's',
        'How long does InfluxDB take for a batch?',
        about.quantile(SLOWEST, 'outcome', 'collector_store_write_seconds'),
        { next: 'store-influxdb' },
      ),
      graph(
        'Calls to the brokers',
        's',
        'Which broker answers slowly?',
        about.quantile(SLOWEST, 'broker, operation', 'proxy_broker_request_duration_seconds'),
      ),
    ]),
    ...about.where('loki', () => [
      graph(
        'Pushes to Loki',
        's',
        'How long do agents wait until a line is taken?',
        about.quantile(
          SLOWEST,
          'route',
          'loki_request_duration_seconds',
          'route=~"loki_api_v1_push|otlp_v1_logs"',
        ),
        { next: 'store-loki' },
      ),
    ]),
  ];
}

function asking(about: Subject): readonly Panel[] {
  return [
    ...about.where('vmauth', () => [
      graph(
        'Time of queries of metrics',
        's',
        'Do people wait for their dashboards?',
        about.max(
          'username, quantile',
          about.series(
            'vmauth_user_request_duration_seconds',
            'username!~"vmagent.*"',
            'quantile=~"0.5|0.99"',
          ),
        ),
        { next: 'store-victoria-metrics' },
      ),
    ]),
    ...about.where('loki', () => [
      graph(
        'Time of queries of logs',
        's',
        'How long do people wait for lines?',
        about.quantile(0.95, 'route', 'loki_request_duration_seconds', 'route=~"loki_api_v1_query(_range)?"'),
        { alert: 'QueriesSlow', showsLimit: true, next: 'store-loki' },
      ),
    ]),
    ...about.where('prometheus', () => [
      graph(
        'Time of queries of Prometheus',
        's',
        'Do people wait for their dashboards?',
        about.max('slice', about.series('prometheus_engine_query_duration_seconds', 'quantile="0.99"')),
        { next: 'store-prometheus' },
      ),
    ]),
    ...about.where('telemetry-services', () => [
      graph(
        'Answers of the API',
        's',
        'How long do clients wait?',
        about.quantile(SLOWEST, 'route', 'http_request_duration_seconds', 'job="api"'),
        { next: 'services-answering' },
      ),
    ]),
  ];
}
