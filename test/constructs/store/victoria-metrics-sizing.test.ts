import fc from 'fast-check';
import {
  diskArithmetic,
  diskBytesNeeded,
  insertNeeded,
  insertReplicas,
  retentionCycleSeconds,
  storageNeeded,
  type StorageDemand,
} from '../../../constructs/store/victoria-metrics-sizing';

const DAY = 86_400;
const GIBI = 1024 ** 3;

const demand: StorageDemand = {
  samplesPerSecond: 100_000,
  activeSeries: 3_000_000,
  retentionSeconds: 14 * DAY,
  replicationFactor: 2,
};

const demands = fc.record({
  samplesPerSecond: fc.integer({ min: 1, max: 10_000_000 }),
  activeSeries: fc.integer({ min: 1, max: 100_000_000 }),
  retentionSeconds: fc.integer({ min: DAY, max: 400 * DAY }),
  replicationFactor: fc.integer({ min: 1, max: 5 }),
});
const replicaCounts = fc.integer({ min: 1, max: 20 });

describe('disk', () => {
  it('takes a byte a sample, each copy, the retention and a cycle, and room for merges', () => {
    // 1 × 100,000 × 2 × 15 × 86,400 × 1.25
    expect(diskBytesNeeded(demand)).toBe(324_000_000_000);
    expect(diskArithmetic(demand)).toBe('1 B × 100000 samples/s × 2 copies × (14 d + 1 d) × 1.25');
  });

  it('counts whole months above 30 days of retention', () => {
    expect(retentionCycleSeconds(30 * DAY)).toBe(DAY);
    expect(retentionCycleSeconds(30 * DAY + 1)).toBe(31 * DAY);
    expect(diskArithmetic({ ...demand, retentionSeconds: 90 * DAY })).toContain('(90 d + 31 d)');
  });

  it('agrees with the documented hub: 2,400 samples/s, 15 days, two copies on 2 × 100 GiB', () => {
    const hub = { ...demand, samplesPerSecond: 2400, retentionSeconds: 15 * DAY };
    expect(diskBytesNeeded(hub)).toBeLessThan(2 * 100 * GIBI);
  });

  it.each(['samplesPerSecond', 'retentionSeconds', 'replicationFactor'] as const)(
    'never shrinks when %s grows',
    (key) => {
      fc.assert(
        fc.property(demands, fc.integer({ min: 1, max: 1000 }), (some, more) => {
          expect(diskBytesNeeded({ ...some, [key]: some[key] + more })).toBeGreaterThan(
            diskBytesNeeded(some),
          );
        }),
      );
    },
  );

  it('is proportional to the rate', () => {
    fc.assert(
      fc.property(demands, (some) => {
        const double = { ...some, samplesPerSecond: some.samplesPerSecond * 2 };
        expect(diskBytesNeeded(double)).toBeCloseTo(2 * diskBytesNeeded(some), 0);
      }),
    );
  });
});

describe('CPU and memory', () => {
  it('gives each vmstorage the share of one that is away, and keeps half free', () => {
    // 100,000 × 2 copies ÷ 2 that are left ÷ 100,000 a core × 2
    expect(storageNeeded(demand, 3).cpuMillis).toBe(2000);
    // 3,000,000 × 2 ÷ 2 × 1 KiB × 2, up to whole 256 MiB
    expect(storageNeeded(demand, 3).memoryBytes).toBe(5.75 * GIBI);
  });

  it('never falls below what a process needs for itself', () => {
    fc.assert(
      fc.property(demands, replicaCounts, (some, replicas) => {
        for (const needed of [storageNeeded(some, replicas), insertNeeded(some, replicas)]) {
          expect(needed.cpuMillis).toBeGreaterThanOrEqual(250);
          expect(needed.memoryBytes).toBeGreaterThanOrEqual(GIBI);
        }
      }),
    );
  });

  it('never asks more of each when there are more', () => {
    fc.assert(
      fc.property(demands, replicaCounts, (some, replicas) => {
        const few = storageNeeded(some, replicas);
        const more = storageNeeded(some, replicas + 1);
        expect(more.cpuMillis).toBeLessThanOrEqual(few.cpuMillis);
        expect(more.memoryBytes).toBeLessThanOrEqual(few.memoryBytes);
      }),
    );
  });

  it('has room for every sample and copy when any one vmstorage is away', () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 2, max: 20 }), (some, replicas) => {
        const left = (replicas - 1) * storageNeeded(some, replicas).cpuMillis;
        expect(left / 1000).toBeGreaterThanOrEqual(
          (some.samplesPerSecond * some.replicationFactor) / 100_000 - 1e-6,
        );
      }),
    );
  });

  it('takes more vminserts before one of them needs more than 4 cores', () => {
    expect(insertReplicas(demand, 2)).toBe(2);
    expect(insertReplicas({ ...demand, samplesPerSecond: 1_000_000 }, 2)).toBe(10);
    fc.assert(
      fc.property(demands, (some) => {
        expect(insertNeeded(some, insertReplicas(some, 1)).cpuMillis).toBeLessThanOrEqual(4000);
      }),
    );
  });
});
