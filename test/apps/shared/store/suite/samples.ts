/** Samples in order, by pages, chosen by any filter. */
import { type TelemetryReader } from '../../../../../apps/shared/store/telemetry-store';
import {
  ALL,
  gpuReading,
  METRIC,
  readSamples,
  SECOND_US,
  START_US,
  toArray,
  type CurrentStore,
} from './readings';

export function samplesSuite(current: CurrentStore): void {
  describe('samples', () => {
    beforeEach(async () => {
      const batch = Array.from({ length: 20 }, (_, second) =>
        Array.from({ length: 6 }, (__, gpu) => gpuReading(gpu, second * SECOND_US, second * 10 + gpu)),
      );
      await current().writer.write(batch.flat());
      await current().writer.write([{ ...gpuReading(0, 0, 99), metric: 'DCGM_FI_DEV_FB_USED' }]);
    });

    it('come in order of time, and every one once over pages', async () => {
      const found: number[] = [];
      let after: Parameters<TelemetryReader['samples']>[0]['after'];
      for (;;) {
        const page = await toArray(current().reader.samples({ ...ALL, metric: METRIC, after }, 7));
        found.push(...page.map(({ value }) => value));
        after = page.at(-1)?.place;
        if (page.length < 7) break;
      }
      expect(found).toHaveLength(120);
      expect(found.map((value) => Math.floor(value / 10))).toEqual(
        Array.from({ length: 120 }, (_, i) => Math.floor(i / 6)),
      );
      expect(new Set(found).size).toBe(120);
    });

    it.each([
      [{ uuids: ['GPU-2', 'GPU-4', 'GPU-77'] }, 40],
      [{ uuids: [] }, 0],
      [{ hostname: 'host-0' }, 120],
      [{ hostname: 'host' }, 0],
      [{ model: 'NVIDIA A100' }, 60],
      [{ model: 'NVIDIA A100', uuids: ['GPU-1', 'GPU-2'] }, 20],
      [{ metric: 'nothing' }, 0],
      [{ toUs: START_US + SECOND_US }, 6],
      [{ fromUs: START_US + 19 * SECOND_US, uuids: ['GPU-1'] }, 1],
    ])('are chosen by %j', async (query, count) => {
      expect(await readSamples(current(), query)).toHaveLength(count);
      expect(await current().reader.count({ ...ALL, metric: METRIC, ...query })).toBe(count);
    });

    it('keep to the limit', async () => {
      expect(await readSamples(current(), {}, 5)).toHaveLength(5);
      expect(await readSamples(current(), {}, 0)).toHaveLength(0);
    });

    it('go on behind a place when a device is chosen', async () => {
      const query = { ...ALL, metric: METRIC, uuids: ['GPU-3'] };
      const [, second] = await toArray(current().reader.samples(query, 2));
      const rest = await toArray(current().reader.samples({ ...query, after: second?.place }, 100));
      expect(rest.map(({ value }) => value)).toEqual(Array.from({ length: 18 }, (_, i) => (i + 2) * 10 + 3));
    });

    it('are counted over all metrics', async () => {
      expect(await current().reader.count(ALL)).toBe(121);
    });

    it('stop when the question is withdrawn', async () => {
      const controller = new AbortController();
      controller.abort(new Error('nobody listens'));
      await expect(
        toArray(current().reader.samples({ ...ALL, metric: METRIC }, 10, controller.signal)),
      ).rejects.toThrow();
      await expect(current().reader.count(ALL, controller.signal)).rejects.toThrow();
    });

    it.each([
      '" or 1=1 --',
      `GPU-1' OR '1'='1`,
      '") |> drop(columns: ["_value"]) //',
      '${1+1}',
      '\\',
      '\\"',
      'GPU-1\n',
    ])('take %j for a value and nothing else', async (value) => {
      expect(await readSamples(current(), { uuids: [value] })).toEqual([]);
      expect(await readSamples(current(), { hostname: value })).toEqual([]);
      expect(await readSamples(current(), { metric: value })).toEqual([]);
      expect(await current().reader.count({ ...ALL, model: value })).toBe(0);
      expect(await current().reader.devices({ hostname: value }, { limit: 10 })).toEqual([]);
    });
  });
}
