/** How far back charts look, and how finely: some hundred points each. */
export const RANGES = [
  { name: '5 min', seconds: 300, windowS: 2 },
  { name: '15 min', seconds: 900, windowS: 5 },
  { name: '1 h', seconds: 3600, windowS: 15 },
  { name: '6 h', seconds: 21_600, windowS: 60 },
];

export const FIRST_RANGE = RANGES[1];

export function rangeNamed(name) {
  return RANGES.find((range) => range.name === name) ?? FIRST_RANGE;
}
