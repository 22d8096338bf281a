/** Windows and their aggregates. */
import { AGGREGATES } from '../../../../../apps/shared/store/telemetry-store';
import { ALL, gpuReading, METRIC, SECOND_US, START_US, toArray, type CurrentStore } from './readings';

export function windowsSuite(current: CurrentStore): void {
  describe('windows', () => {
    const minute = 60 * SECOND_US;

    it('compute every aggregate, percentiles interpolated linearly', async () => {
      await current().writer.write([7, 1, 4, 10, 3].map((value, i) => gpuReading(1, i * SECOND_US, value)));
      const query = { ...ALL, metric: METRIC, windowUs: minute, aggregates: AGGREGATES };
      expect(await toArray(current().reader.windows(query, 10))).toEqual([
        {
          uuid: 'GPU-1',
          startUs: START_US,
          values: {
            mean: 5,
            min: 1,
            max: 10,
            sum: 25,
            count: 5,
            last: 3,
            p50: 4,
            p90: expect.closeTo(8.8, 9) as number,
            p95: expect.closeTo(9.4, 9) as number,
            p99: expect.closeTo(9.88, 9) as number,
          },
        },
      ]);
    });

    it('start at multiples of their length, whatever the range is, and are left out when empty', async () => {
      await current().writer.write([0, 30, 59, 60, 200].map((s) => gpuReading(1, s * SECOND_US, s)));
      const query = { fromUs: START_US + 25 * SECOND_US, toUs: START_US + 250 * SECOND_US, windowUs: minute };
      const windows = await toArray(
        current().reader.windows({ ...query, metric: METRIC, aggregates: ['sum', 'count'] }, 10),
      );
      expect(windows.map(({ startUs, values }) => [(startUs - START_US) / minute, values])).toEqual([
        [0, { sum: 89, count: 2 }],
        [1, { sum: 60, count: 1 }],
        [3, { sum: 200, count: 1 }],
      ]);
    });

    it('come by device, then time, and keep to the limit', async () => {
      const batch = [1, 10, 2].flatMap((gpu) =>
        [0, 70, 130].map((s) => gpuReading(gpu, s * SECOND_US, gpu + s)),
      );
      await current().writer.write(batch);
      const query = { ...ALL, metric: METRIC, windowUs: minute, aggregates: ['max'] as const };
      const windows = await toArray(current().reader.windows(query, 100));
      expect(windows.map(({ uuid, values }) => [uuid, values.max])).toEqual([
        ['GPU-1', 1],
        ['GPU-1', 71],
        ['GPU-1', 131],
        ['GPU-10', 10],
        ['GPU-10', 80],
        ['GPU-10', 140],
        ['GPU-2', 2],
        ['GPU-2', 72],
        ['GPU-2', 132],
      ]);
      expect(await toArray(current().reader.windows(query, 4))).toEqual(windows.slice(0, 4));
      expect(await toArray(current().reader.windows({ ...query, uuids: ['GPU-2'] }, 100))).toEqual(
        windows.slice(6),
      );
    });

    it('count series of one device and metric together', async () => {
      const { tags } = gpuReading(1, 0, 0);
      await current().writer.write([
        gpuReading(1, 0, 1),
        gpuReading(1, SECOND_US, 5, { tags: { ...tags, pod: 'training-0' } }),
        gpuReading(1, 2 * SECOND_US, 3),
      ]);
      const query = {
        ...ALL,
        metric: METRIC,
        windowUs: minute,
        aggregates: ['count', 'last', 'p50'] as const,
      };
      expect(await toArray(current().reader.windows(query, 10))).toEqual([
        { uuid: 'GPU-1', startUs: START_US, values: { count: 3, last: 3, p50: 3 } },
      ]);
    });
  });
}
