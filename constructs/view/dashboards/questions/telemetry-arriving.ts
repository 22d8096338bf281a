/** Is telemetry arriving? From the entrance to the stores, in the order in which it flows. */
import { graph, stat, promql, orNone, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { itemsBySignal } from './collector-items';

export const telemetryArriving: Question = {
  uid: 'telemetry-arriving',
  title: 'Is telemetry arriving?',
  rows: (about) => [
    { title: 'Who is there', panels: targets(about) },
    { title: 'Ingestion', panels: ingestion(about) },
    { title: 'Processing', panels: processing(about) },
    { title: 'Storage', panels: storage(about) },
  ],
};

function targets(about: Subject): readonly Panel[] {
  return [
    stat(
      'Targets that answer',
      'short',
      'Does everything send, and as much as yesterday?',
      about.sum('', about.series('up')),
      { alert: 'ComponentDown' },
    ),
    stat(
      'Targets that do not',
      'short',
      'What is down?',
      orNone(promql(`count${about.by('job')}(${about.series('up')} == 0)`, about.legend('job'))),
      { alert: 'ComponentDown', next: 'telemetry-stuck' },
    ),
    ...about.where(['vmagent', 'prometheus'], () => [
      graph(
        'Samples of one round of scrapes',
        'short',
        'How much is scraped, and does it grow?',
        about.sum('', about.series('scrape_samples_post_metric_relabeling')),
        { next: 'telemetry-senders' },
      ),
    ]),
  ];
}

function ingestion(about: Subject): readonly Panel[] {
  return [
    ...about.where('nginx-ingress', () => [
      graph(
        'Requests at the ingress controller',
        'reqps',
        'What comes through NGINX?',
        about.sum('pod', about.rate('nginx_ingress_nginx_http_requests_total')),
        { about: 'pod', next: 'front-door' },
      ),
    ]),
    ...about.where('otel-collector', () => [
      graph(
        'Accepted by each collector',
        'ops',
        'Is telemetry arriving, of which signal, and how far does it come?',
        itemsBySignal(about, 'receiver_accepted'),
        { next: 'telemetry-dropped' },
      ),
    ]),
    ...about.where('telemetry-services', () => [
      graph(
        'Readings at the streamer',
        'ops',
        'Do readings arrive, and are they taken?',
        about.sum('source, outcome', about.rate('streamer_rows_total')),
      ),
      graph(
        'Messages at the brokers',
        'ops',
        'Does what is published come out again?',
        about.sum('event', about.rate('broker_messages_total', 'topic!~".+[.]dead-letters"')),
        { next: 'telemetry-stuck' },
      ),
    ]),
    ...about.where('alloy', () => [
      graph(
        'Lines sent by the agents',
        'ops',
        'Does every node send its lines?',
        about.sum('pod', about.rate('loki_write_sent_entries_total')),
        { about: 'pod' },
      ),
    ]),
    ...about.where('kafka-exporter', () => [
      graph(
        'Written to topics',
        'ops',
        'Who sends how much, and is a failover topic in use?',
        about.sum('topic', about.rate('kafka_topic_partition_current_offset')),
        { next: 'store-kafka' },
      ),
    ]),
  ];
}

function processing(about: Subject): readonly Panel[] {
  return about.where('otel-collector', () => [
    graph(
      'Sent on by each collector',
      'ops',
      'Does each processor pass on what it takes?',
      itemsBySignal(about, 'exporter_sent'),
      { next: 'telemetry-stuck' },
    ),
  ]);
}

function storage(about: Subject): readonly Panel[] {
  return [
    ...about.where('loki', () => [
      graph(
        'Log bytes taken',
        'Bps',
        'Does Loki take what comes?',
        about.sum('', about.rate('loki_distributor_bytes_received_total')),
        { next: 'store-loki' },
      ),
    ]),
    ...about.where('tempo', () => [
      graph(
        'Span bytes taken',
        'Bps',
        'Does Tempo take what comes?',
        about.sum('', about.rate('tempo_distributor_bytes_received_total')),
        { next: 'store-tempo' },
      ),
    ]),
    ...about.where('vminsert', () => [
      graph(
        'Metric rows taken',
        'ops',
        'Does VictoriaMetrics take what comes?',
        about.sum('type', about.rate('vm_rows_inserted_total', about.job('vminsert'))),
        { next: 'store-victoria-metrics' },
      ),
    ]),
    ...about.where('clickhouse', () => [
      graph(
        'Rows taken by ClickHouse',
        'ops',
        'Do the spans arrive for analytics?',
        about.sum('pod', about.rate('ClickHouseProfileEvents_InsertedRows')),
        { next: 'store-clickhouse' },
      ),
    ]),
    ...about.where('influxdb', () => [
      graph(
        'Readings written to the store',
        'ops',
        'Does InfluxDB take what comes?',
        about.sum('status', about.rate('http_api_requests_total', 'path="/api/v2/write"')),
        { next: 'store-influxdb' },
      ),
    ]),
    ...about.where('prometheus', () => [
      graph(
        'Samples taken by Prometheus',
        'ops',
        'Are the platform’s own metrics kept?',
        about.sum('pod', about.rate('prometheus_tsdb_head_samples_appended_total')),
        { next: 'store-prometheus' },
      ),
    ]),
    ...about.where('elasticsearch-exporter', () => [
      graph(
        'Lines taken by Elasticsearch',
        'ops',
        'Do the lines arrive?',
        about.sum('name', about.rate('elasticsearch_indices_indexing_index_total')),
        { next: 'store-elasticsearch' },
      ),
    ]),
  ];
}
