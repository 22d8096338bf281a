/** The devices with the most, and the stretches without samples. */
import type { Reading } from '../../../../../apps/shared/telemetry/reading';
import { ALL, gpuReading, METRIC, SECOND_US, START_US, type CurrentStore } from './readings';

export function topAndGapsSuite(current: CurrentStore): void {
  describe('top and gaps', () => {
    it('orders devices by an aggregate', async () => {
      const values: Record<number, number[]> = { 1: [5, 7], 2: [9, 1], 3: [6, 6], 4: [8, 4] };
      const batch = Object.entries(values).flatMap(([gpu, all]) =>
        all.map((value, i) => gpuReading(Number(gpu), i * SECOND_US, value)),
      );
      await current().writer.write(batch);
      const query = { ...ALL, metric: METRIC };
      expect(await current().reader.top({ ...query, aggregate: 'max', order: 'highest' }, 2)).toEqual([
        { uuid: 'GPU-2', value: 9 },
        { uuid: 'GPU-4', value: 8 },
      ]);
      expect(await current().reader.top({ ...query, aggregate: 'mean', order: 'lowest' }, 3)).toEqual([
        { uuid: 'GPU-2', value: 5 },
        { uuid: 'GPU-1', value: 6 },
        { uuid: 'GPU-3', value: 6 },
      ]);
      expect(await current().reader.top({ ...query, aggregate: 'mean', order: 'highest' }, 10)).toEqual([
        { uuid: 'GPU-1', value: 6 },
        { uuid: 'GPU-3', value: 6 },
        { uuid: 'GPU-4', value: 6 },
        { uuid: 'GPU-2', value: 5 },
      ]);
      expect(
        await current().reader.top({ ...query, aggregate: 'p50', order: 'highest', model: 'NVIDIA A100' }, 1),
      ).toEqual([{ uuid: 'GPU-1', value: 6 }]);
    });

    it('finds the stretches without samples, the range’s ends included', async () => {
      const at = (gpu: number, ...seconds: number[]): Reading[] =>
        seconds.map((s) => gpuReading(gpu, s * SECOND_US, 1));
      await current().writer.write([...at(1, 0, 10, 20, 60, 70, 100), ...at(2, 50, 60), ...at(3, 500)]);
      const query = { fromUs: START_US, toUs: START_US + 100 * SECOND_US, metric: METRIC };
      const gaps = await current().reader.gaps({ ...query, longerThanUs: 30 * SECOND_US }, 10);
      expect(
        gaps.map((gap) => [gap.uuid, (gap.fromUs - START_US) / 1e6, (gap.toUs - START_US) / 1e6]),
      ).toEqual([
        ['GPU-1', 20, 60],
        ['GPU-2', 0, 50],
        ['GPU-2', 60, 100],
      ]);
      expect(gaps[0]?.metric).toBe(METRIC);
      expect(await current().reader.gaps({ ...query, longerThanUs: 30 * SECOND_US }, 2)).toEqual(
        gaps.slice(0, 2),
      );
      expect(await current().reader.gaps({ ...query, longerThanUs: 50 * SECOND_US }, 10)).toEqual([]);
    });
  });
}
