import { goFlags } from '../../../constructs/core/go-flags';

test('flags in the order of their keys; a list is one flag for each value, empty ones included', () => {
  expect(goFlags({ b: 2, url: ['x', 'y'], token: ['', '/t'], none: undefined, a: true })).toEqual([
    '-b=2',
    '-url=x',
    '-url=y',
    '-token=',
    '-token=/t',
    '-a=true',
  ]);
});
