import { parts } from '../../../constructs/core/part';

test('a part is made once, when first asked for, whatever the order of the declarations', () => {
  const { part } = parts();
  const order: string[] = [];
  const first = part(() => {
    order.push('first');
    return { behind: second() };
  });
  const second = part(() => {
    order.push('second');
    return { name: 'second' };
  });
  expect(order).toEqual([]);
  expect(first().behind).toBe(second());
  first();
  expect(order).toEqual(['first', 'second']);
});

test('what nobody asks for is made at the end, once', () => {
  const { part, makeAll } = parts();
  const order: string[] = [];
  part(() => order.push('alone'));
  const asked = part(() => order.push('asked'));
  asked();
  makeAll();
  makeAll();
  expect(order).toEqual(['asked', 'alone']);
});

test('two parts that need each other are a mistake that says so', () => {
  const { part } = parts();
  const one: () => string = part((): string => two());
  const two: () => string = part((): string => one());
  expect(() => one()).toThrow(
    'two components take an endpoint of each other: neither can be made first; connect one of them later',
  );
});
