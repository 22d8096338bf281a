import { parseBytes, parseQuantity } from '../../../../stacks/local/plan/resources';

test.each([
  ['250m', 0.25],
  ['100m', 0.1],
  ['2', 2],
  [4, 4],
  ['0.5', 0.5],
  ['.5', 0.5],
  ['1e3', 1000],
  ['12E2', 1200],
  ['1E', 1e18],
  ['129M', 129e6],
  ['64Mi', 67_108_864],
  ['1.5Gi', 1_610_612_736],
  ['500n', 5e-7],
  ['-1', -1],
])('%s is %d', (text, number) => {
  expect(parseQuantity(text)).toBe(number);
});

test('bytes are whole, rounded up', () => {
  expect(parseBytes('100m')).toBe(1);
  expect(parseBytes('1.5Ki')).toBe(1536);
});

test('nothing given is no quantity', () => {
  expect(parseQuantity(undefined)).toBeUndefined();
});

test.each(['', 'many', '1 Gi', '1GiB', '1e', 'Gi', '0x10', true])('%p is refused', (text) => {
  expect(() => parseQuantity(text)).toThrow(
    `${JSON.stringify(text)} is no quantity: a number with a suffix such as m, k, M, G, Ki, Mi or Gi, or an exponent`,
  );
});
