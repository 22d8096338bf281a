/**
 * The arithmetic of Elasticsearch's disks, over any load and retention: what fits stays below the low watermark.
 */
import { Duration, Size } from 'cdk8s';
import fc from 'fast-check';
import { bytesOf } from '../../../constructs/core/quantity';
import { elasticsearchMistakes } from '../../../constructs/store/elasticsearch-checks';
import {
  bytesKept,
  curatorLimitBytes,
  heapMebibytes,
  rolloverBytes,
  secondsThatFit,
  storedBytesPerSecond,
  usableBytes,
  type ElasticsearchDemand,
} from '../../../constructs/store/elasticsearch-sizing';

const demands = fc.record({
  bytesPerSecond: fc.integer({ min: 1, max: 100_000_000 }),
  days: fc.integer({ min: 1, max: 400 }),
  copies: fc.constantFrom(1, 2),
});
const sizes = fc.integer({ min: 1, max: 20_000 }).map((gibibytes) => Size.gibibytes(gibibytes));

function demandOf({
  bytesPerSecond,
  days,
  copies,
}: {
  bytesPerSecond: number;
  days: number;
  copies: number;
}): ElasticsearchDemand {
  return { load: { eventsPerSecond: 1, bytesPerSecond }, maxAge: Duration.days(days), copies };
}

test('whatever synthesis lets pass keeps every line for the declared age and fills no disk beyond 85 %', () => {
  fc.assert(
    fc.property(
      demands,
      sizes,
      sizes,
      fc.constantFrom('ilm', 'curator'),
      (given, volume, maxTotalSize, kind) => {
        const demand = demandOf(given);
        const nodes = given.copies === 1 ? 1 : 3;
        const mistakes = elasticsearchMistakes({
          tier: 'dev',
          nodes,
          volume,
          retention: { kind, maxAge: demand.maxAge, maxTotalSize },
          demand,
          people: [],
          heapMebibytes: 1024,
        });
        const fits =
          bytesKept(demand) <= bytesOf(maxTotalSize) &&
          bytesOf(maxTotalSize) <= bytesOf(volume) * nodes * 0.85;
        expect(mistakes.length === 0).toBe(fits);
      },
    ),
  );
});

test('the remedy of a retention that is too long is one that fits, and a day more is not', () => {
  fc.assert(
    fc.property(demands, sizes, (given, room) => {
      const bytes = bytesOf(room);
      const days = Math.floor(secondsThatFit(demandOf(given), bytes) / 86_400);
      fc.pre(days >= 1 && days < 100_000);
      expect(bytesKept(demandOf({ ...given, days }))).toBeLessThanOrEqual(bytes * (1 + 1e-9));
      expect(bytesKept(demandOf({ ...given, days: days + 1 }))).toBeGreaterThan(bytes);
    }),
  );
});

test('what arrives between two runs of Curator stays within the total size', () => {
  fc.assert(
    fc.property(demands, sizes, (given, maxTotalSize) => {
      const demand = demandOf(given);
      const limit = curatorLimitBytes(maxTotalSize, demand);
      fc.pre(limit > 0);
      expect(limit + storedBytesPerSecond(demand) * 15 * 60).toBeLessThanOrEqual(
        bytesOf(maxTotalSize) * (1 + 1e-9),
      );
    }),
  );
});

test('an index is a twentieth of the room at most, and no shard larger than 50 GiB', () => {
  fc.assert(
    fc.property(sizes, fc.constantFrom(1, 2), (maxTotalSize, copies) => {
      const bytes = rolloverBytes(maxTotalSize, copies);
      expect(bytes * copies).toBeLessThanOrEqual((bytesOf(maxTotalSize) / 20) * (1 + 1e-9));
      expect(bytes).toBeLessThanOrEqual(50 * 1024 ** 3);
    }),
  );
});

test('three nodes of 100 GiB hold 255 GiB; a day of 1 MB/s in two copies is 190 GB', () => {
  expect(usableBytes(Size.gibibytes(100), 3)).toBe(255 * 1024 ** 3);
  const demand = demandOf({ bytesPerSecond: 1_000_000, days: 1, copies: 2 });
  expect(storedBytesPerSecond(demand)).toBeCloseTo(2_200_000);
  expect(bytesKept(demand)).toBeCloseTo(2_200_000 * (2 * 86_400 + 900), 0);
});

test.each([
  [4, 2048],
  [60, 30_720],
  [128, 30_720],
])('of %d GiB of memory, %d MiB are heap', (gibibytes, mebibytes) => {
  expect(heapMebibytes({ cpuMillis: 1000, memory: Size.gibibytes(gibibytes) })).toBe(mebibytes);
});
