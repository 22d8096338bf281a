/** How is InfluxDB? What it takes, answers and keeps. */
import { graph } from '../panel';
import type { Question } from '../question';

export const storeInfluxdb: Question = {
  uid: 'store-influxdb',
  title: 'Store · InfluxDB',
  rows: (about) => [
    {
      title: 'Taking',
      panels: about.where('influxdb', () => [
        graph(
          'Writes',
          'reqps',
          'Does InfluxDB take what comes?',
          about.sum('status', about.rate('http_api_requests_total', 'path="/api/v2/write"')),
          { alert: 'ReadingsStoreFails', next: 'telemetry-arriving' },
        ),
        graph(
          'Points dropped',
          'ops',
          'Does it throw points away?',
          about.trouble('', about.rate('storage_writer_dropped_points_sum')),
          { alert: 'PointsDropped', next: 'telemetry-dropped' },
        ),
      ]),
    },
    {
      title: 'Keeping',
      panels: about.where('influxdb', () => [
        graph(
          'On disk',
          'bytes',
          'Is the volume about to fill?',
          about.sum('', about.series('storage_shard_disk_size')),
          { alert: 'ReadingsStoreFilling', showsLimit: true, next: 'stores-filling' },
        ),
        graph(
          'Series',
          'short',
          'Are there more GPUs or metrics than before?',
          about.sum('', about.series('storage_bucket_series_num')),
          { next: 'gpu-fleet' },
        ),
      ]),
    },
    {
      title: 'Answering',
      panels: about.where('influxdb', () => [
        graph(
          'Queries at once',
          'short',
          'Do people queue?',
          about.sum('', about.series('qc_executing_active')),
          { alert: 'StoreQueriesTurnedAway' },
        ),
        graph(
          'Requests by path',
          'reqps',
          'Who asks what?',
          about.sum('path', about.rate('http_api_requests_total')),
        ),
      ]),
    },
  ],
};
