/** The alerts of InfluxDB. */
import { bytesOf } from '../../../../constructs/core/quantity';
import { Workload } from '../../../../constructs/core/workload';
import type { AlertCases, Place } from './case';

const STORE = 'job="influxdb"';
const FIRES = { job: 'influxdb', component: 'influxdb' } as const;
/** Values of nine hours. */
const MINUTES = 540;

export const influxdbCases: AlertCases = (place) => {
  const volume = volumeOf(place);
  const size = (share: number, perHour = 0): Readonly<Record<string, string>> => ({
    [`storage_shard_disk_size{${STORE}, id="1"}`]: `${(volume * share) / 2}x${MINUTES}`,
    [`storage_shard_disk_size{${STORE}, id="2"}`]: `${(volume * share) / 2}+${(volume * perHour) / 60}x${MINUTES}`,
  });
  return [
    {
      alert: 'ReadingsStoreFilling',
      series: size(0.8),
      silent: size(0.6),
      fires: { ...FIRES, severity: 'warning' },
    },
    {
      alert: 'ReadingsStoreGrowing',
      // A hundredth an hour: 96 of them in four days.
      series: size(0.45, 0.01),
      // As fast, and almost empty.
      silent: size(0.1, 0.01),
      after: '8h',
      fires: { ...FIRES, severity: 'warning' },
    },
    {
      alert: 'ReadingsStoreFails',
      series: {
        [`http_api_requests_total{${STORE}, path="/api/v2/write", status="2XX"}`]: '0+90x60',
        [`http_api_requests_total{${STORE}, path="/api/v2/write", status="5XX"}`]: '0+10x60',
      },
      silent: {
        [`http_api_requests_total{${STORE}, path="/api/v2/write", status="2XX"}`]: '0+90x60',
        [`http_api_requests_total{${STORE}, path="/api/v2/query", status="4XX"}`]: '0+10x60',
      },
      fires: { ...FIRES, severity: 'critical' },
    },
    {
      alert: 'PointsDropped',
      series: { [`storage_writer_dropped_points_sum{${STORE}, path="/data"}`]: '0+4x60' },
      silent: { [`storage_writer_dropped_points_sum{${STORE}, path="/data"}`]: '4x60' },
      fires: { ...FIRES, severity: 'critical' },
    },
    {
      alert: 'StoreQueriesTurnedAway',
      series: { [`qc_requests_total{${STORE}, org="a", result="queue_error"}`]: '0+4x60' },
      silent: {
        [`qc_requests_total{${STORE}, org="a", result="success"}`]: '0+400x60',
        [`qc_requests_total{${STORE}, org="a", result="compile_error"}`]: '0+4x60',
      },
      fires: { ...FIRES, severity: 'warning' },
    },
  ];
};

function volumeOf({ platform }: Place): number {
  const stores = platform.graph.parties.filter((party) => party.id === 'influxdb');
  const sizes = stores.flatMap((store) =>
    store instanceof Workload ? (store.spec.claims ?? []).map(({ size }) => bytesOf(size)) : [],
  );
  return sizes[0] ?? 0;
}
