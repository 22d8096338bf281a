import { WINDOW_MS, WindowCounter } from '../../../apps/api/access/window-counter';

test('so many in a minute, and then again', () => {
  const counter = new WindowCounter(2);
  expect(counter.count('a', 1000)).toEqual({ max: 2, remaining: 1, afterS: 60, isExceeded: false });
  expect(counter.count('a', 1500)).toEqual({ max: 2, remaining: 0, afterS: 60, isExceeded: false });
  expect(counter.count('a', 31_000)).toEqual({ max: 2, remaining: 0, afterS: 30, isExceeded: true });
  expect(counter.count('b', 31_000)).toMatchObject({ remaining: 1, isExceeded: false });
  expect(counter.count('a', 1000 + WINDOW_MS)).toMatchObject({ remaining: 1, isExceeded: false });
});

test('there are only so many counters, and the first that came makes room', () => {
  const counter = new WindowCounter(1, 2);
  for (const key of ['a', 'b', 'c']) counter.count(key, 0);
  expect(counter.count('b', 0).isExceeded).toBe(true);
  expect(counter.count('c', 0).isExceeded).toBe(true);
  expect(counter.count('a', 0).isExceeded).toBe(false);
});
