/** What is admitted never exceeds the limits, and everybody who waits gets in, in order. */
import fc from 'fast-check';

import { Room } from '../../../../apps/collector/core/room';

it('admits in order, within its limits, and forgets nobody', async () => {
  const requests = fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 10 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.nat(50),
    }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(requests, async (all) => {
      const room = new Room({ messages: 10, bytes: 60 });
      const admitted: number[] = [];
      const held: { messages: number; bytes: number }[] = [];
      const waiting = all.map(async ({ count, share, bytes }, i) => {
        await room.reserve(count);
        admitted.push(i);
        expect(room.heldMessages).toBeLessThanOrEqual(10);
        const messages = Math.floor(count * share);
        room.settle(count, { messages, bytes: messages === 0 ? 0 : bytes });
        held.push({ messages, bytes: messages === 0 ? 0 : bytes });
        // The last request may pass the limit of bytes, the next one may not.
        expect(room.heldBytes).toBeLessThan(60 + 50);
      });
      while (admitted.length < all.length || held.length > 0) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const each of held.splice(0)) room.release(each);
      }
      await Promise.all(waiting);
      expect(admitted).toEqual(all.map((_, i) => i));
      expect([room.heldMessages, room.heldBytes]).toEqual([0, 0]);
    }),
    { numRuns: 200 },
  );
});

it('refuses what never fits, and what was never held', () => {
  const room = new Room({ messages: 10, bytes: 60 });
  expect(() => room.reserve(11)).toThrow('11 messages never fit');
  expect(() => {
    room.release({ messages: 1, bytes: 0 });
  }).toThrow('more was released than held');
});
