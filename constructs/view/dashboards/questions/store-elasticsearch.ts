/** How is Elasticsearch? What it takes and answers, and whether it has room to work. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { elasticDiskLeft } from './room';

export const storeElasticsearch: Question = {
  uid: 'store-elasticsearch',
  title: 'Store · Elasticsearch',
  rows: (about) => [{ title: 'Logs', panels: about.where('elasticsearch-exporter', () => panels(about)) }],
};

function panels(about: Subject): readonly Panel[] {
  return [
    graph(
      'Lines in',
      'ops',
      'Do the lines arrive?',
      about.sum('name', about.rate('elasticsearch_indices_indexing_index_total')),
      { next: 'telemetry-arriving' },
    ),
    ...elasticDiskLeft(about),
    graph(
      'Heap in use',
      'percentunit',
      'Does it have room to work?',
      about.max(
        'name',
        `${about.series('elasticsearch_jvm_memory_used_bytes', 'area="heap"')} / ${about.series('elasticsearch_jvm_memory_max_bytes', 'area="heap"')}`,
      ),
      { alert: 'LogStoreHeapFull', showsLimit: true },
    ),
    graph(
      'Searches',
      'ops',
      'Is anybody looking?',
      about.sum('name', about.rate('elasticsearch_indices_search_query_total')),
    ),
    graph(
      'Health',
      'short',
      'Is every shard somewhere?',
      about.max('color', about.series('elasticsearch_cluster_health_status')),
      { alert: 'LogStoreUnhealthy' },
    ),
    graph(
      'Rejected writes',
      'ops',
      'Is it overrun?',
      about.trouble('name', about.rate('elasticsearch_thread_pool_rejected_count', 'type="write"')),
      { alert: 'LogStoreRejectsWrites', next: 'telemetry-dropped' },
    ),
  ];
}
