/** The figure at which an alert fires, read off its expression. */
import { limitOf } from '../../../../constructs/view/dashboards/alert-limits';

test.each([
  ['max by (job) (queue / room) > 0.5', { value: 0.5, below: false }],
  ['min by (job) (free / size) < 0.2', { value: 0.2, below: true }],
  ['sum(pending) > 100 * 1024 * 1024', { value: 104_857_600, below: false }],
  ['sum(size) >= 1.5e9', { value: 1_500_000_000, below: false }],
])('%s', (expr, limit) => {
  expect(limitOf(expr)).toEqual(limit);
});

test.each([
  ['up == 0'],
  ['a > b'],
  ['a > 1 and deriv(b[5m]) > 0 unless c'],
  ['absent(up)'],
  ['a > 0.5 and b'],
])('there is no one figure in %s', (expr) => {
  expect(limitOf(expr)).toBeUndefined();
});
