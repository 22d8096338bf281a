/** How much room stores have left: on the dashboard of all stores, and on the one of each. */
import { graph, promql, type Panel } from '../panel';
import type { Subject } from '../subject';

/** Share of the volume, as the alert counts it: what is free, of that and what the data takes. */
export function metricsDiskLeft(about: Subject): readonly Panel[] {
  return about.where('vmstorage', () => {
    const storage = about.job('vmstorage');
    const free = `min${about.by('job, pod')}(${about.series('vm_free_disk_space_bytes', storage)})`;
    const taken = `sum${about.by('job, pod')}(${about.series('vm_data_size_bytes', storage)})`;
    return [
      graph(
        'Room on the volumes of VictoriaMetrics',
        'percentunit',
        'When does a vmstorage fill?',
        promql(`${free} / (${free} + ${taken})`, about.legend('pod')),
        { about: 'pod', alert: 'MetricsStoreFilling', showsLimit: true, next: 'store-victoria-metrics' },
      ),
    ];
  });
}

export function elasticDiskLeft(about: Subject): readonly Panel[] {
  return about.where('elasticsearch-exporter', () => [
    graph(
      'Disk that Elasticsearch has left',
      'percentunit',
      'When is it full?',
      about.min(
        'name',
        `${about.series('elasticsearch_filesystem_data_available_bytes')} / ${about.series('elasticsearch_filesystem_data_size_bytes')}`,
      ),
      { alert: 'LogStoreFilling', showsLimit: true, next: 'store-elasticsearch' },
    ),
  ]);
}

/** Copies are counted once in both, so they can be compared. Ceph's manager is not the platform's: no labels of ours. */
export function cephShare({ cephPool }: Subject): readonly Panel[] {
  if (cephPool === undefined) return [];
  return [
    graph(
      'Share of Ceph that the pool takes',
      'percentunit',
      'Is the pool about to fill?',
      promql(
        `(ceph_pool_stored / (ceph_pool_stored + ceph_pool_max_avail)) * ${ofPool(cephPool)}`,
        '{{name}}',
      ),
      { alert: 'LogStoreFilling', showsLimit: true, next: 'store-ceph' },
    ),
  ];
}

/** Joins the pool's name to what Ceph counts by number, and leaves only that pool. */
export function ofPool(pool: string): string {
  return `on (pool_id) group_left (name) ceph_pool_metadata{name=${JSON.stringify(pool)}}`;
}
