/** How is Loki? What it takes, answers, refuses and stores. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

export const storeLoki: Question = {
  uid: 'store-loki',
  title: 'Store · Loki',
  rows: (about) => [
    { title: 'Taking', panels: about.where('loki', () => taking(about)) },
    { title: 'Answering', panels: about.where('loki', () => answering(about)) },
    { title: 'Keeping', panels: about.where('loki', () => keeping(about)) },
    { title: 'Proof: the canary', panels: canary(about) },
  ],
};

function taking(about: Subject): readonly Panel[] {
  return [
    graph(
      'Ingestion',
      'ops',
      'How many lines arrive?',
      about.sum('', about.rate('loki_distributor_lines_received_total')),
      { alert: 'NoLogsArrive', next: 'telemetry-senders' },
    ),
    graph(
      'Ingestion, bytes',
      'Bps',
      'How much arrives?',
      about.sum('', about.rate('loki_distributor_bytes_received_total')),
      { next: 'telemetry-senders' },
    ),
    graph(
      'Refused lines',
      'ops',
      'What does Loki refuse, and why?',
      about.trouble('reason', about.rate('loki_discarded_samples_total')),
      { alert: 'LinesDiscarded', next: 'telemetry-dropped' },
    ),
    graph(
      'New streams',
      'ops',
      'Does a label have ever new values?',
      about.sum('', about.rate('loki_ingester_streams_created_total')),
    ),
  ];
}

function answering(about: Subject): readonly Panel[] {
  return [
    graph(
      'Latency, slowest twentieth',
      's',
      'How long do people and agents wait?',
      about.quantile(
        0.95,
        'route',
        'loki_request_duration_seconds',
        'route=~"loki_api_v1_(query|query_range|push)|otlp_v1_logs"',
      ),
      { alert: 'QueriesSlow', next: 'end-to-end-latency' },
    ),
    graph(
      'Errors',
      'reqps',
      'Which requests fail?',
      about.trouble(
        'route, status_code',
        about.rate('loki_request_duration_seconds_count', 'status_code=~"[45].."'),
      ),
      { alert: 'RequestsFail' },
    ),
  ];
}

function keeping(about: Subject): readonly Panel[] {
  return [
    graph(
      'Streams',
      'short',
      'Does a label have too many values?',
      about.sum('', about.series('loki_ingester_memory_streams')),
      { alert: 'StreamsNearLimit', showsLimit: true },
    ),
    graph(
      'Waiting to be stored',
      'short',
      'Does the object store keep up?',
      about.sum('pod', about.series('loki_ingester_flush_queue_length')),
      { about: 'pod', alert: 'ChunksNotStored', next: 'telemetry-stuck' },
    ),
    graph(
      'Chunks that could not be stored',
      'ops',
      'Does the object store refuse?',
      about.trouble('pod', about.rate('loki_ingester_chunks_flush_failures_total')),
      { about: 'pod', alert: 'ChunksNotStored' },
    ),
  ];
}

function canary(about: Subject): readonly Panel[] {
  return about.where('loki-canary', () => [
    graph(
      'Missing lines of the canary',
      'short',
      'Is everything found that was written?',
      about.trouble('', `increase(${about.series('loki_canary_missing_entries_total')}[$__rate_interval])`),
      { alert: 'LinesMissing' },
    ),
    graph(
      'Until a line is found',
      's',
      'How long after it was written is it there?',
      about.quantile(0.99, '', 'loki_canary_response_latency_seconds'),
      { next: 'end-to-end-latency' },
    ),
  ]);
}
