/** What is dropped, and why? Zero everywhere while everything is well. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { troubleBySignal } from './collector-items';

export const telemetryDropped: Question = {
  uid: 'telemetry-dropped',
  title: 'What is dropped, and why?',
  rows: (about) => [
    { title: 'Refused: the sender knows, and comes again', panels: refused(about) },
    { title: 'Lost: nobody comes again', panels: lost(about) },
    { title: 'Left out on purpose', panels: leftOut(about) },
    { title: 'At risk', panels: atRisk(about) },
  ],
};

function refused(about: Subject): readonly Panel[] {
  return [
    ...about.where('otel-collector', () => [
      graph(
        'Refused by the collectors',
        'ops',
        'Are senders told to come again?',
        troubleBySignal(about, 'receiver_refused'),
        { alert: 'CollectorRefusesData', next: 'telemetry-stuck' },
      ),
    ]),
    ...about.where('telemetry-services', () => [
      graph(
        'Errors of the streamer',
        'ops',
        'What is wrong with what is sent?',
        about.trouble('type', about.rate('streamer_errors_total')),
      ),
      graph(
        'Messages given back',
        'ops',
        'Do collectors give up on messages?',
        about.trouble('pod', about.rate('proxy_messages_given_back_total')),
      ),
    ]),
    ...about.where('vmauth', () => [
      graph(
        'Refused at the door of the metrics',
        'ops',
        'Who reaches his limit?',
        about.trouble('username', about.rate('vmauth_user_concurrent_requests_limit_reached_total')),
        { next: 'front-door' },
      ),
    ]),
  ];
}

function lost(about: Subject): readonly Panel[] {
  return [
    ...about.where('otel-collector', () => [
      graph(
        'Failed to send',
        'ops',
        'Which collector is refused?',
        troubleBySignal(about, 'exporter_send_failed'),
        { alert: 'CollectorDropsData' },
      ),
    ]),
    ...about.where('vmagent', () => [
      graph(
        'Dropped by the agents',
        'Bps',
        'Is anything lost before the store of metrics?',
        about.trouble('job, pod', about.rate('vm_persistentqueue_bytes_dropped_total')),
        { about: 'pod', alert: 'ScrapeAgentDropsData' },
      ),
    ]),
    ...about.where('vminsert', () => [
      graph(
        'Samples that VictoriaMetrics ignores',
        'ops',
        'What does it not keep, and why?',
        about.trouble('reason', about.rate('vm_rows_ignored_total')),
        { alert: 'MetricsStoreIgnoresSamples' },
      ),
    ]),
    ...about.where('loki', () => [
      graph(
        'Lines that Loki refuses',
        'ops',
        'What does Loki refuse, and why?',
        about.trouble('reason', about.rate('loki_discarded_samples_total')),
        { alert: 'LinesDiscarded', next: 'store-loki' },
      ),
    ]),
    ...about.where('tempo', () => [
      graph(
        'Spans that Tempo refuses',
        'ops',
        'What does Tempo refuse, and why?',
        about.trouble('reason', about.rate('tempo_discarded_spans_total')),
        { next: 'store-tempo' },
      ),
    ]),
    ...about.where('alloy', () => [
      graph(
        'Lines given up by agents',
        'ops',
        'Does anything get lost on the way?',
        about.trouble('pod', about.rate('loki_write_dropped_entries_total')),
        { about: 'pod', alert: 'AgentDropsLines' },
      ),
    ]),
    ...about.where('loki-canary', () => [
      graph(
        'Missing lines of the canary',
        'short',
        'Is everything found that was written?',
        about.trouble('', `increase(${about.series('loki_canary_missing_entries_total')}[$__rate_interval])`),
        { alert: 'LinesMissing' },
      ),
    ]),
    ...about.where('telemetry-services', () => [
      graph(
        'Dead letters',
        'short',
        'What could nobody handle?',
        about.trouble('topic', about.series('broker_queue_messages', 'topic=~".+[.]dead-letters"')),
        { alert: 'DeadLettersGrow' },
      ),
      graph(
        'Sorted out by the collectors',
        'ops',
        'Why could nobody handle it?',
        about.trouble('reason', about.rate('collector_dead_letters_total')),
        { alert: 'DeadLettersGrow' },
      ),
    ]),
    ...about.where('elasticsearch-exporter', () => [
      graph(
        'Writes that Elasticsearch rejects',
        'ops',
        'Is it overrun?',
        about.trouble('name', about.rate('elasticsearch_thread_pool_rejected_count', 'type="write"')),
        { next: 'store-elasticsearch' },
      ),
    ]),
  ];
}

function leftOut(about: Subject): readonly Panel[] {
  return about.where('otel-collector', () => [
    graph(
      'Metrics outside the allow-list',
      'ops',
      'What does the allow-list drop?',
      about.trouble('job', about.rate('otelcol_processor_filter_datapoints_filtered')),
    ),
  ]);
}

function atRisk(about: Subject): readonly Panel[] {
  return about.where('kafka-exporter', () => [
    graph(
      'Partitions with too few copies',
      'short',
      'Does every partition have all its copies?',
      about.sum('topic', about.series('kafka_topic_partition_under_replicated_partition')),
      { alert: 'KafkaCopiesMissing', next: 'store-kafka' },
    ),
  ]);
}
