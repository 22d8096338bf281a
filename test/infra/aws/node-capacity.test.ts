import fc from 'fast-check';
import { firstNodes, fits, roomOn, type NodePools } from '../../../infra/aws/node-capacity';

const pools: fc.Arbitrary<NodePools> = fc.dictionary(
  fc.constantFrom('general', 'stores', 'batch'),
  fc
    .record({
      instanceTypes: fc.subarray(['m7i.large', 'm7i.xlarge', 'r7i.2xlarge', 'c6a.xlarge'], { minLength: 1 }),
      min: fc.integer({ min: 1, max: 4 }),
      more: fc.integer({ min: 0, max: 6 }),
    })
    .map(({ instanceTypes, min, more }) => ({
      instanceTypes,
      perZone: { min, max: min + more },
      diskGibibytes: 50,
    })),
  { minKeys: 1 },
);
const zones = fc.integer({ min: 1, max: 4 });
const requests = fc.record({
  cpuMillis: fc.integer({ min: 0, max: 200_000 }),
  memoryMebibytes: fc.integer({ min: 0, max: 600_000 }),
});

describe('firstNodes', () => {
  it('stays between min and max, and carries the platform wherever max does with room to spare', () => {
    fc.assert(
      fc.property(pools, zones, requests, (offered, inZones, wanted) => {
        const first = firstNodes(offered, inZones, wanted);
        for (const [name, { perZone }] of Object.entries(offered)) {
          expect(first[name]).toBeGreaterThanOrEqual(perZone.min);
          expect(first[name]).toBeLessThanOrEqual(perZone.max);
        }
        const most = Object.fromEntries(
          Object.entries(offered).map(([name, { perZone }]) => [name, perZone.max]),
        );
        expect(fits(wanted, roomOn(offered, first, inZones))).toBe(
          fits(wanted, roomOn(offered, most, inZones)),
        );
      }),
    );
  });

  it('takes no more than needed', () => {
    const general = { instanceTypes: ['m7i.xlarge'], perZone: { min: 1, max: 9 }, diskGibibytes: 50 };
    // 3 zones × 2 nodes × 3,670 m = 22,020 m, of which 85 % are 18,717 m.
    const need = (cpuMillis: number): unknown =>
      firstNodes({ general }, 3, { cpuMillis, memoryMebibytes: 1000 });
    expect(need(9000)).toEqual({ general: 1 });
    expect(need(18_717)).toEqual({ general: 2 });
    expect(need(18_718)).toEqual({ general: 3 });
  });
});
