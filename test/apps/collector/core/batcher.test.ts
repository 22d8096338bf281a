/** Everything that goes in comes out once, in order, in batches that keep to their size. */
import fc from 'fast-check';

import { Batcher } from '../../../../apps/collector/core/batcher';

it('gives out everything once, in order, in batches of the size or less', async () => {
  const pieces = fc.array(fc.nat(30), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      pieces,
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: 1, max: 4 }),
      async (sizes, size, takers) => {
        const batcher = new Batcher<number>({ size, waitMs: 1 });
        const batches: number[][] = [];
        const take = async (): Promise<void> => {
          for (let batch = await batcher.next(); batch !== undefined; batch = await batcher.next())
            batches.push(batch);
        };
        const done = Array.from({ length: takers }, take);
        let next = 0;
        for (const count of sizes) {
          batcher.add(Array.from({ length: count }, () => next++));
          await Promise.resolve();
        }
        batcher.end();
        await Promise.all(done);
        expect(batches.every(({ length }) => length >= 1 && length <= size)).toBe(true);
        expect(batches.flat()).toEqual(Array.from({ length: next }, (_, i) => i));
      },
    ),
    { numRuns: 200 },
  );
});

describe('with a clock of its own', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('waits for the first item’s sake only so long', async () => {
    const batcher = new Batcher<string>({ size: 3, waitMs: 500 });
    const first = batcher.next();
    batcher.add(['a']);
    jest.advanceTimersByTime(400);
    batcher.add(['b']);
    jest.advanceTimersByTime(99);
    let isThere = false;
    void first.then(() => (isThere = true));
    await Promise.resolve();
    expect(isThere).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await first).toEqual(['a', 'b']);
  });

  it('gives a full batch at once, and one that was due to the next who asks', async () => {
    const batcher = new Batcher<string>({ size: 2, waitMs: 500 });
    batcher.add(['a', 'b', 'c']);
    expect(await batcher.next()).toEqual(['a', 'b']);
    jest.advanceTimersByTime(500);
    expect(await batcher.next()).toEqual(['c']);
    batcher.end();
    expect(await batcher.next()).toBeUndefined();
  });
});
