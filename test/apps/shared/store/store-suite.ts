/** What every store has to do. The same tests run against the embedded store and against a real InfluxDB. */
import fc from 'fast-check';

import type { Reading } from '../../../../apps/shared/telemetry/reading';
import {
  AGGREGATES,
  type SeriesSample,
  type TelemetryReader,
  type TelemetryWriter,
} from '../../../../apps/shared/store/telemetry-store';

export interface OpenStore {
  readonly writer: TelemetryWriter;
  readonly reader: TelemetryReader;
}

/** 2025-09-25T12:00:00Z, a multiple of ten minutes. */
export const START_US = 1_758_801_600_000_000;
export const SECOND_US = 1_000_000;

const ALL = { fromUs: START_US, toUs: START_US + 86_400 * SECOND_US };

export function gpuReading(gpu: number, atUs: number, value: number, more: Partial<Reading> = {}): Reading {
  return {
    metric: 'DCGM_FI_DEV_GPU_UTIL',
    timeUs: START_US + atUs,
    value,
    tags: {
      uuid: `GPU-${gpu}`,
      gpu_id: String(gpu % 8),
      device: `nvidia${gpu % 8}`,
      model: gpu % 2 === 0 ? 'NVIDIA H100 80GB HBM3' : 'NVIDIA A100',
      hostname: `host-${Math.floor(gpu / 8)}`,
    },
    ...more,
  };
}

export async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = [];
  for await (const item of items) array.push(item);
  return array;
}

const METRIC = 'DCGM_FI_DEV_GPU_UTIL';

/** `open` gives an empty store; it is closed by whoever made it. */
export function storeSuite(open: () => Promise<OpenStore>): void {
  let writer: TelemetryWriter;
  let reader: TelemetryReader;
  beforeEach(async () => {
    ({ writer, reader } = await open());
  });

  const samples = (query: object = {}, limit = 10_000): Promise<SeriesSample[]> =>
    toArray(reader.samples({ ...ALL, metric: METRIC, ...query }, limit));
  const valuesAt = async (query: object = {}): Promise<[number, number][]> =>
    (await samples(query)).map(({ timeUs, value }) => [timeUs - START_US, value]);

  describe('writing', () => {
    it('answers a ping', async () => {
      await expect(writer.ping()).resolves.toBeUndefined();
      await expect(reader.ping()).resolves.toBeUndefined();
    });

    it('gives back what was written, with all tags', async () => {
      const reading = gpuReading(3, 17, 0.1 + 0.2);
      await writer.write([reading]);
      expect(await samples()).toEqual([
        expect.objectContaining({
          metric: METRIC,
          timeUs: START_US + 17,
          value: 0.30000000000000004,
          tags: reading.tags,
        }),
      ]);
    });

    it('writes nothing when there is nothing', async () => {
      await writer.write([]);
      expect(await reader.count(ALL)).toBe(0);
    });

    it('has the same batch twice once', async () => {
      const batch = Array.from({ length: 700 }, (_, i) => gpuReading(i % 7, i * 1000, i));
      await writer.write(batch);
      await writer.write(batch);
      await writer.write([...batch].reverse());
      expect(await reader.count(ALL)).toBe(700);
      expect((await valuesAt()).reduce((sum, [, value]) => sum + value, 0)).toBe((699 * 700) / 2);
    });

    it('keeps the last of several readings of one series and time, in a batch and between batches', async () => {
      await writer.write([gpuReading(1, 0, 1), gpuReading(1, 0, 2)]);
      expect(await valuesAt()).toEqual([[0, 2]]);
      await writer.write([gpuReading(1, 0, 3)]);
      expect(await valuesAt()).toEqual([[0, 3]]);
      expect((await reader.latest({}, 10)).map(({ value }) => value)).toEqual([3]);
    });

    it('takes the order of tags for nothing', async () => {
      const one = gpuReading(1, 0, 1);
      await writer.write([
        one,
        { ...one, value: 2, tags: Object.fromEntries(Object.entries(one.tags).reverse()) },
      ]);
      expect(await valuesAt()).toEqual([[0, 2]]);
    });

    it('tells microseconds apart', async () => {
      await writer.write([gpuReading(1, 0, 1), gpuReading(1, 1, 2), gpuReading(1, 2, 3)]);
      expect(await valuesAt()).toEqual([
        [0, 1],
        [1, 2],
        [2, 3],
      ]);
      expect(await valuesAt({ fromUs: START_US + 1, toUs: START_US + 2 })).toEqual([[1, 2]]);
    });

    it('keeps any number exactly', async () => {
      const numbers = [
        0,
        -1,
        1e-300,
        -1.7976931348623157e308,
        5e-324,
        123456789.12345679,
        2 ** 53,
        1 / 3,
        1e21,
      ];
      await writer.write(numbers.map((value, i) => gpuReading(1, i, value)));
      expect((await valuesAt()).map(([, value]) => value)).toEqual(numbers);
    });

    it('keeps any tag and metric that a reading may have', async () => {
      const character = fc.oneof(
        fc.constantFrom(
          ' ',
          ',',
          '=',
          '\\',
          '"',
          "'",
          '$',
          '{',
          '}',
          '#',
          '\u00e9',
          '\u{1f600}',
          'n',
          '|',
          '\u2028',
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      );
      const text = fc
        .array(character, { minLength: 1, maxLength: 12 })
        .map((all) => all.join(''))
        .filter((all) => !/\p{Cc}/u.test(all) && !/\p{Cs}/u.test(all));
      const tags = fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]{0,8}$/), text, { maxKeys: 5 });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          tags,
          fc.stringMatching(/^[A-Za-z_:][A-Za-z0-9_:.]{0,20}$/),
          async (more, metric) => {
            round += 1;
            const reading = {
              metric,
              timeUs: START_US + round,
              value: round,
              tags: { ...more, uuid: `GPU-${round}` },
            };
            await writer.write([reading]);
            const range = { fromUs: reading.timeUs, toUs: reading.timeUs + 1 };
            const [found, ...others] = await toArray(reader.samples({ ...range, metric }, 10));
            expect(others).toEqual([]);
            expect(found).toMatchObject({ metric, value: round, tags: reading.tags });
            expect(Object.keys(found?.tags ?? {}).sort()).toEqual(Object.keys(reading.tags).sort());
          },
        ),
        { numRuns: 60 },
      );
    });
  });

  describe('samples', () => {
    beforeEach(async () => {
      const batch = Array.from({ length: 20 }, (_, second) =>
        Array.from({ length: 6 }, (__, gpu) => gpuReading(gpu, second * SECOND_US, second * 10 + gpu)),
      );
      await writer.write(batch.flat());
      await writer.write([{ ...gpuReading(0, 0, 99), metric: 'DCGM_FI_DEV_FB_USED' }]);
    });

    it('come in order of time, and every one once over pages', async () => {
      const found: number[] = [];
      let after: Parameters<TelemetryReader['samples']>[0]['after'];
      for (;;) {
        const page = await toArray(reader.samples({ ...ALL, metric: METRIC, after }, 7));
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
      expect(await samples(query)).toHaveLength(count);
      expect(await reader.count({ ...ALL, metric: METRIC, ...query })).toBe(count);
    });

    it('keep to the limit', async () => {
      expect(await samples({}, 5)).toHaveLength(5);
      expect(await samples({}, 0)).toHaveLength(0);
    });

    it('go on behind a place when a device is chosen', async () => {
      const query = { ...ALL, metric: METRIC, uuids: ['GPU-3'] };
      const [, second] = await toArray(reader.samples(query, 2));
      const rest = await toArray(reader.samples({ ...query, after: second?.place }, 100));
      expect(rest.map(({ value }) => value)).toEqual(Array.from({ length: 18 }, (_, i) => (i + 2) * 10 + 3));
    });

    it('are counted over all metrics', async () => {
      expect(await reader.count(ALL)).toBe(121);
    });

    it('stop when the question is withdrawn', async () => {
      const controller = new AbortController();
      controller.abort(new Error('nobody listens'));
      await expect(
        toArray(reader.samples({ ...ALL, metric: METRIC }, 10, controller.signal)),
      ).rejects.toThrow();
      await expect(reader.count(ALL, controller.signal)).rejects.toThrow();
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
      expect(await samples({ uuids: [value] })).toEqual([]);
      expect(await samples({ hostname: value })).toEqual([]);
      expect(await samples({ metric: value })).toEqual([]);
      expect(await reader.count({ ...ALL, model: value })).toBe(0);
      expect(await reader.devices({ hostname: value }, { limit: 10 })).toEqual([]);
    });
  });

  describe('devices and metrics', () => {
    beforeEach(async () => {
      await writer.write([
        gpuReading(1, 5 * SECOND_US, 1),
        gpuReading(1, 9 * SECOND_US, 2),
        gpuReading(2, 0, 3),
        gpuReading(10, SECOND_US, 4),
        { ...gpuReading(2, 20 * SECOND_US, 5), metric: 'DCGM_FI_DEV_FB_USED' },
        { metric: 'up', timeUs: START_US + 3, value: 1, tags: { hostname: 'host-0' } },
      ]);
    });

    it('lists devices by uuid, with first and last time', async () => {
      expect(await reader.devices({}, { limit: 10 })).toEqual([
        {
          uuid: 'GPU-1',
          hostname: 'host-0',
          model: 'NVIDIA A100',
          gpuId: '1',
          device: 'nvidia1',
          firstSeenUs: START_US + 5 * SECOND_US,
          lastSeenUs: START_US + 9 * SECOND_US,
        },
        expect.objectContaining({ uuid: 'GPU-10', hostname: 'host-1', lastSeenUs: START_US + SECOND_US }),
        expect.objectContaining({
          uuid: 'GPU-2',
          firstSeenUs: START_US,
          lastSeenUs: START_US + 20 * SECOND_US,
        }),
      ]);
    });

    it('goes on behind a uuid', async () => {
      const first = await reader.devices({}, { limit: 2 });
      const second = await reader.devices({}, { limit: 2, after: first.at(-1)?.uuid });
      expect([...first, ...second].map(({ uuid }) => uuid)).toEqual(['GPU-1', 'GPU-10', 'GPU-2']);
      expect(await reader.devices({}, { limit: 2, after: 'GPU-2' })).toEqual([]);
    });

    it('chooses devices', async () => {
      const uuids = async (filter: object): Promise<string[]> =>
        (await reader.devices(filter, { limit: 10 })).map(({ uuid }) => uuid);
      expect(await uuids({ hostname: 'host-0' })).toEqual(['GPU-1', 'GPU-2']);
      expect(await uuids({ model: 'NVIDIA A100' })).toEqual(['GPU-1']);
      expect(await uuids({ uuids: ['GPU-10', 'GPU-2', 'none'] })).toEqual(['GPU-10', 'GPU-2']);
    });

    it('shows where a device that has moved is now', async () => {
      const { tags } = gpuReading(1, 0, 0);
      await writer.write([gpuReading(1, 30 * SECOND_US, 1, { tags: { ...tags, hostname: 'host-9' } })]);
      const [device] = await reader.devices({ uuids: ['GPU-1'] }, { limit: 1 });
      expect(device).toMatchObject({ hostname: 'host-9', firstSeenUs: START_US + 5 * SECOND_US });
    });

    it('lists metrics by name', async () => {
      expect(await reader.metrics({})).toEqual([
        { metric: 'DCGM_FI_DEV_FB_USED', devices: 1, lastSeenUs: START_US + 20 * SECOND_US },
        { metric: METRIC, devices: 3, lastSeenUs: START_US + 9 * SECOND_US },
        { metric: 'up', devices: 0, lastSeenUs: START_US + 3 },
      ]);
      expect(await reader.metrics({ uuids: ['GPU-10'] })).toEqual([
        { metric: METRIC, devices: 1, lastSeenUs: START_US + SECOND_US },
      ]);
    });

    it('gives the last sample of each series', async () => {
      const latest = await reader.latest({}, 10);
      expect(latest.map(({ metric, tags, value }) => [tags.uuid, metric, value])).toEqual([
        [undefined, 'up', 1],
        ['GPU-1', METRIC, 2],
        ['GPU-10', METRIC, 4],
        ['GPU-2', 'DCGM_FI_DEV_FB_USED', 5],
        ['GPU-2', METRIC, 3],
      ]);
      expect(await reader.latest({ metric: METRIC, hostname: 'host-1' }, 10)).toEqual([
        { metric: METRIC, value: 4, timeUs: START_US + SECOND_US, tags: gpuReading(10, 0, 0).tags },
      ]);
      expect(await reader.latest({}, 2)).toHaveLength(2);
    });

    it('does not take a late arrival for the latest', async () => {
      await writer.write([gpuReading(1, SECOND_US, 77)]);
      const [latest] = await reader.latest({ uuids: ['GPU-1'] }, 10);
      expect(latest).toMatchObject({ value: 2, timeUs: START_US + 9 * SECOND_US });
      const [device] = await reader.devices({ uuids: ['GPU-1'] }, { limit: 1 });
      expect(device).toMatchObject({ firstSeenUs: START_US + SECOND_US });
    });
  });

  describe('windows', () => {
    const minute = 60 * SECOND_US;

    it('compute every aggregate, percentiles interpolated linearly', async () => {
      await writer.write([7, 1, 4, 10, 3].map((value, i) => gpuReading(1, i * SECOND_US, value)));
      const query = { ...ALL, metric: METRIC, windowUs: minute, aggregates: AGGREGATES };
      expect(await toArray(reader.windows(query, 10))).toEqual([
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
      await writer.write([0, 30, 59, 60, 200].map((s) => gpuReading(1, s * SECOND_US, s)));
      const query = { fromUs: START_US + 25 * SECOND_US, toUs: START_US + 250 * SECOND_US, windowUs: minute };
      const windows = await toArray(
        reader.windows({ ...query, metric: METRIC, aggregates: ['sum', 'count'] }, 10),
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
      await writer.write(batch);
      const query = { ...ALL, metric: METRIC, windowUs: minute, aggregates: ['max'] as const };
      const windows = await toArray(reader.windows(query, 100));
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
      expect(await toArray(reader.windows(query, 4))).toEqual(windows.slice(0, 4));
      expect(await toArray(reader.windows({ ...query, uuids: ['GPU-2'] }, 100))).toEqual(windows.slice(6));
    });

    it('count series of one device and metric together', async () => {
      const { tags } = gpuReading(1, 0, 0);
      await writer.write([
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
      expect(await toArray(reader.windows(query, 10))).toEqual([
        { uuid: 'GPU-1', startUs: START_US, values: { count: 3, last: 3, p50: 3 } },
      ]);
    });
  });

  describe('top and gaps', () => {
    it('orders devices by an aggregate', async () => {
      const values: Record<number, number[]> = { 1: [5, 7], 2: [9, 1], 3: [6, 6], 4: [8, 4] };
      const batch = Object.entries(values).flatMap(([gpu, all]) =>
        all.map((value, i) => gpuReading(Number(gpu), i * SECOND_US, value)),
      );
      await writer.write(batch);
      const query = { ...ALL, metric: METRIC };
      expect(await reader.top({ ...query, aggregate: 'max', order: 'highest' }, 2)).toEqual([
        { uuid: 'GPU-2', value: 9 },
        { uuid: 'GPU-4', value: 8 },
      ]);
      expect(await reader.top({ ...query, aggregate: 'mean', order: 'lowest' }, 3)).toEqual([
        { uuid: 'GPU-2', value: 5 },
        { uuid: 'GPU-1', value: 6 },
        { uuid: 'GPU-3', value: 6 },
      ]);
      expect(await reader.top({ ...query, aggregate: 'mean', order: 'highest' }, 10)).toEqual([
        { uuid: 'GPU-1', value: 6 },
        { uuid: 'GPU-3', value: 6 },
        { uuid: 'GPU-4', value: 6 },
        { uuid: 'GPU-2', value: 5 },
      ]);
      expect(
        await reader.top({ ...query, aggregate: 'p50', order: 'highest', model: 'NVIDIA A100' }, 1),
      ).toEqual([{ uuid: 'GPU-1', value: 6 }]);
    });

    it('finds the stretches without samples, the range’s ends included', async () => {
      const at = (gpu: number, ...seconds: number[]): Reading[] =>
        seconds.map((s) => gpuReading(gpu, s * SECOND_US, 1));
      await writer.write([...at(1, 0, 10, 20, 60, 70, 100), ...at(2, 50, 60), ...at(3, 500)]);
      const query = { fromUs: START_US, toUs: START_US + 100 * SECOND_US, metric: METRIC };
      const gaps = await reader.gaps({ ...query, longerThanUs: 30 * SECOND_US }, 10);
      expect(
        gaps.map((gap) => [gap.uuid, (gap.fromUs - START_US) / 1e6, (gap.toUs - START_US) / 1e6]),
      ).toEqual([
        ['GPU-1', 20, 60],
        ['GPU-2', 0, 50],
        ['GPU-2', 60, 100],
      ]);
      expect(gaps[0]?.metric).toBe(METRIC);
      expect(await reader.gaps({ ...query, longerThanUs: 30 * SECOND_US }, 2)).toEqual(gaps.slice(0, 2));
      expect(await reader.gaps({ ...query, longerThanUs: 50 * SECOND_US }, 10)).toEqual([]);
    });
  });
}
