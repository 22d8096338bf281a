/** How a line becomes strands with round corners and an arrow's head. */
import { aside, headOf, pathOf } from '../../../stacks/review/page/flow/strand';

const CORNERED = [
  { x: 0, y: 0 },
  { x: 100, y: 0 },
  { x: 100, y: 50 },
];

test('a strand keeps its distance around corners, to the right of who walks along', () => {
  expect(aside(CORNERED, 3)).toEqual([
    { x: 0, y: 3 },
    { x: 97, y: 3 },
    { x: 97, y: 50 },
  ]);
  expect(aside(CORNERED, 0)).toEqual(CORNERED);
});

test('corners are round, and the line ends below the arrow', () => {
  expect(pathOf(CORNERED)).toBe('M0 0L94 0Q100 0 100 6L100 43');
  expect(headOf(CORNERED)).toBe('M100 50L95.5 42L104.5 42Z');
});

test('a corner is never larger than half of what it joins, and a point is no line', () => {
  expect(
    pathOf([
      { x: 0, y: 0 },
      { x: 4, y: 0 },
      { x: 4, y: 40 },
    ]),
  ).toBe('M0 0L2 0Q4 0 4 2L4 33');
  expect(pathOf([])).toBe('');
  expect(headOf([{ x: 1, y: 1 }])).toBe('');
});
