/** What a store keeps of what is written. */
import fc from 'fast-check';

import {
  ALL,
  gpuReading,
  METRIC,
  readSamples,
  START_US,
  toArray,
  valuesAt,
  type CurrentStore,
} from './readings';

export function writingSuite(current: CurrentStore): void {
  describe('writing', () => {
    it('answers a ping', async () => {
      await expect(current().writer.ping()).resolves.toBeUndefined();
      await expect(current().reader.ping()).resolves.toBeUndefined();
    });

    it('gives back what was written, with all tags', async () => {
      const reading = gpuReading(3, 17, 0.1 + 0.2);
      await current().writer.write([reading]);
      expect(await readSamples(current())).toEqual([
        expect.objectContaining({
          metric: METRIC,
          timeUs: START_US + 17,
          value: 0.30000000000000004,
          tags: reading.tags,
        }),
      ]);
    });

    it('writes nothing when there is nothing', async () => {
      await current().writer.write([]);
      expect(await current().reader.count(ALL)).toBe(0);
    });

    it('has the same batch twice once', async () => {
      const batch = Array.from({ length: 700 }, (_, i) => gpuReading(i % 7, i * 1000, i));
      await current().writer.write(batch);
      await current().writer.write(batch);
      await current().writer.write([...batch].reverse());
      expect(await current().reader.count(ALL)).toBe(700);
      expect((await valuesAt(current())).reduce((sum, [, value]) => sum + value, 0)).toBe((699 * 700) / 2);
    });

    it('keeps the last of several readings of one series and time, in a batch and between batches', async () => {
      await current().writer.write([gpuReading(1, 0, 1), gpuReading(1, 0, 2)]);
      expect(await valuesAt(current())).toEqual([[0, 2]]);
      await current().writer.write([gpuReading(1, 0, 3)]);
      expect(await valuesAt(current())).toEqual([[0, 3]]);
      expect((await current().reader.latest({}, 10)).map(({ value }) => value)).toEqual([3]);
    });

    it('takes the order of tags for nothing', async () => {
      const one = gpuReading(1, 0, 1);
      await current().writer.write([
        one,
        { ...one, value: 2, tags: Object.fromEntries(Object.entries(one.tags).reverse()) },
      ]);
      expect(await valuesAt(current())).toEqual([[0, 2]]);
    });

    it('tells microseconds apart', async () => {
      await current().writer.write([gpuReading(1, 0, 1), gpuReading(1, 1, 2), gpuReading(1, 2, 3)]);
      expect(await valuesAt(current())).toEqual([
        [0, 1],
        [1, 2],
        [2, 3],
      ]);
      expect(await valuesAt(current(), { fromUs: START_US + 1, toUs: START_US + 2 })).toEqual([[1, 2]]);
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
      await current().writer.write(numbers.map((value, i) => gpuReading(1, i, value)));
      expect((await valuesAt(current())).map(([, value]) => value)).toEqual(numbers);
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
            await current().writer.write([reading]);
            const range = { fromUs: reading.timeUs, toUs: reading.timeUs + 1 };
            const [found, ...others] = await toArray(current().reader.samples({ ...range, metric }, 10));
            expect(others).toEqual([]);
            expect(found).toMatchObject({ metric, value: round, tags: reading.tags });
            expect(Object.keys(found?.tags ?? {}).sort()).toEqual(Object.keys(reading.tags).sort());
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}
