import fc from 'fast-check';
import {
  diskArithmetic,
  diskBytesNeeded,
  diskTerms,
  serverNeeded,
  spanDaysThatFit,
  type ClickHouseDemand,
} from '../../../constructs/store/clickhouse-sizing';

const DEMAND: ClickHouseDemand = {
  load: { eventsPerSecond: 10_000, bytesPerSecond: 7_000_000 },
  retentionDays: { spans: 7, perMinute: 90, edges: 60, endToEnd: 30 },
  services: 100,
};

test('the disk of a server, term by term', () => {
  expect(diskTerms(DEMAND)).toEqual([
    // 10,000 × (32 + 3) + 7,000,000 ÷ 10 bytes a second
    { what: 'spans', bytesPerDay: 90_720_000_000, days: 7 },
    { what: 'trace states', bytesPerDay: 14_688_000_000, days: 30 },
    { what: 'minutes of services', bytesPerDay: 86_400_000, days: 90 },
    { what: 'minutes of edges', bytesPerDay: 259_200_000, days: 60 },
  ]);
  expect(diskBytesNeeded(DEMAND)).toBe(
    (90_720_000_000 * 8 + 14_688_000_000 * 31 + 86_400_000 * 91 + 259_200_000 * 61) * 1.25,
  );
  expect(diskArithmetic(DEMAND)).toBe(
    '(spans 84.5 GiB/d × (7 + 1) d + trace states 13.7 GiB/d × (30 + 1) d + minutes of services 82.4 MiB/d × (90 + 1) d + minutes of edges 247.2 MiB/d × (60 + 1) d) × 1.25 for merges',
  );
});

test('the resources of a server, and the least of them', () => {
  expect(serverNeeded({ eventsPerSecond: 0, bytesPerSecond: 40e6 })).toEqual({
    cpuMillis: 8000,
    memoryBytes: 32 * 1024 ** 3,
  });
  expect(serverNeeded({ eventsPerSecond: 10, bytesPerSecond: 7000 })).toEqual({
    cpuMillis: 500,
    memoryBytes: 4 * 1024 ** 3,
  });
});

describe('for any demand', () => {
  const days = fc.integer({ min: 1, max: 1000 });
  const demands: fc.Arbitrary<ClickHouseDemand> = fc.record({
    load: fc
      .record({ perSecond: fc.integer({ min: 1, max: 1_000_000 }), each: fc.integer({ min: 50, max: 5000 }) })
      .map(({ perSecond, each }) => ({ eventsPerSecond: perSecond, bytesPerSecond: perSecond * each })),
    retentionDays: fc.record({ spans: days, perMinute: days, edges: days, endToEnd: days }),
    services: fc.integer({ min: 1, max: 2000 }),
  });
  const withSpans = (demand: ClickHouseDemand, spans: number): ClickHouseDemand => ({
    ...demand,
    retentionDays: { ...demand.retentionDays, spans },
  });

  test('the days that are said to fit do fit, and no day more', () => {
    fc.assert(
      fc.property(demands, fc.double({ min: 1e9, max: 1e16, noNaN: true }), (demand, volumeBytes) => {
        const fit = spanDaysThatFit(demand, volumeBytes);
        if (fit > 0) expect(diskBytesNeeded(withSpans(demand, fit))).toBeLessThanOrEqual(volumeBytes);
        expect(diskBytesNeeded(withSpans(demand, fit + 1))).toBeGreaterThan(volumeBytes * (1 - 1e-12));
      }),
    );
  });

  test('more of anything needs more', () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { load, retentionDays, services } = demand;
        const more: ClickHouseDemand[] = [
          { ...demand, services: services + 1 },
          { ...demand, load: { ...load, eventsPerSecond: load.eventsPerSecond + 1 } },
          { ...demand, load: { ...load, bytesPerSecond: load.bytesPerSecond * 1.01 } },
          ...(['spans', 'perMinute', 'edges', 'endToEnd'] as const).map((kind) => ({
            ...demand,
            retentionDays: { ...retentionDays, [kind]: retentionDays[kind] + 1 },
          })),
        ];
        const needed = diskBytesNeeded(demand);
        for (const larger of more) expect(diskBytesNeeded(larger)).toBeGreaterThan(needed);
      }),
    );
  });
});
