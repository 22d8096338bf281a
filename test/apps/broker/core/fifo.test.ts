import fc from 'fast-check';

import { Fifo } from '../../../../apps/broker/core/fifo';

test('it gives what an array gives, over any number of entries', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: 900 }), fc.nat({ max: 900 })), { maxLength: 8 }),
      (rounds) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        let next = 0;
        for (const [pushes, shifts] of rounds) {
          for (let i = 0; i < pushes; i += 1) {
            fifo.push(next);
            model.push(next);
            next += 1;
          }
          const taken = Array.from({ length: shifts }, () => fifo.shift());
          const expected = Array.from({ length: shifts }, () => model.shift());
          expect(taken.join()).toBe(expected.join());
          expect(fifo.length).toBe(model.length);
          expect(fifo.toArray().join()).toBe(model.join());
        }
      },
    ),
  );
});
