import fc from 'fast-check';

import { IntervalSet } from '../../../../apps/broker/core/interval-set';

const ranges = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 6 })), { maxLength: 30 });

function fill(pairs: readonly (readonly [number, number])[]): { set: IntervalSet; model: Set<number> } {
  const set = new IntervalSet();
  const model = new Set<number>();
  for (const [first, length] of pairs) {
    set.add(first, first + length);
    for (let i = first; i <= first + length; i += 1) model.add(i);
  }
  return { set, model };
}

test('it has the members that were added, as the fewest intervals', () => {
  fc.assert(
    fc.property(ranges, (pairs) => {
      const { set, model } = fill(pairs);
      for (let i = 0; i < 70; i += 1) expect(set.has(i)).toBe(model.has(i));
      const starts = [...model].filter((i) => !model.has(i - 1));
      expect(set.intervals().map(({ first }) => first)).toEqual(starts.sort((a, b) => a - b));
      expect(set.max).toBe(Math.max(-1, ...model));
    }),
  );
});

test('it counts what is in none of the others', () => {
  fc.assert(
    fc.property(ranges, ranges, ranges, (a, b, c) => {
      const [one, two, three] = [fill(a), fill(b), fill(c)];
      const expected = [...one.model].filter((i) => !two.model.has(i) && !three.model.has(i)).length;
      expect(one.set.countOutside(two.set, three.set)).toBe(expected);
    }),
  );
});

test('added in order it stays one interval', () => {
  const set = new IntervalSet();
  for (let i = 0; i < 1000; i += 1) set.add(i);
  expect(set.intervals()).toEqual([{ first: 0, last: 999 }]);
});

test('what is no interval is a mistake', () => {
  expect(() => {
    new IntervalSet().add(3, 2);
  }).toThrow('not an interval: 3..2');
});
