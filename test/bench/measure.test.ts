import fc from 'fast-check';
import { alternate, ratioOf, repeat, summarise } from '../../bench/measure';

describe('summarise', () => {
  test.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[5, 1, 3], { median: 3, min: 1, max: 5 }],
    [[10, 2, 4, 8], { median: 6, min: 2, max: 10 }],
    // Not as text, where 10 comes before 9.
    [[9, 10, 100], { median: 10, min: 9, max: 100 }],
  ])('%j', (values, expected) => {
    expect(summarise(values)).toEqual(expected);
  });

  test('is the same for every order and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 }), (values) => {
        const before = [...values];
        const summary = summarise(values);
        expect(values).toEqual(before);
        expect(summarise([...values].reverse())).toEqual(summary);
        expect(summary.min).toBeLessThanOrEqual(summary.median);
        expect(summary.median).toBeLessThanOrEqual(summary.max);
      }),
    );
  });

  test('says when there is nothing, or no number', () => {
    expect(() => summarise([])).toThrow(
      'bench: nothing was measured, so there is no median; run at least one round',
    );
    expect(() => summarise([1, Infinity])).toThrow(
      'bench: measured Infinity: every sample must be a finite number',
    );
  });
});

describe('alternate', () => {
  test('warms both up once, then takes turns', async () => {
    const turns: string[] = [];
    const samples = await alternate(
      5,
      () => turns.push('A'),
      () => turns.push('B'),
    );
    expect(turns.join('')).toBe('AB'.repeat(6));
    expect(samples).toEqual({ a: [3, 5, 7, 9, 11], b: [4, 6, 8, 10, 12] });
  });

  test.each([4, 0, 5.5])('refuses %d rounds', async (rounds) => {
    const never = (): never => {
      throw new Error('it ran');
    };
    await expect(alternate(rounds, never, never)).rejects.toThrow(
      `bench: ${rounds} rounds: a median with its spread takes 5 or more; raise the number of rounds`,
    );
    await expect(repeat(rounds, never)).rejects.toThrow(`bench: ${rounds} rounds`);
  });
});

test('repeat leaves out the warm-up', async () => {
  let runs = 0;
  expect(await repeat(5, () => (runs += 1))).toEqual([2, 3, 4, 5, 6]);
});

describe('ratioOf', () => {
  test('is one ratio a round, not a ratio of medians', () => {
    // The machine slows down by ten in the last rounds: A is half of B in every one.
    const rounds = { a: [1, 1, 2, 10, 10], b: [2, 2, 4, 20, 20] };
    expect(ratioOf(rounds, (value) => value)).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
  });

  test('refuses rounds of which one half is missing', () => {
    expect(() => ratioOf({ a: [1, 2], b: [1] }, (value) => value)).toThrow('bench: round 2 of B is missing');
  });
});
