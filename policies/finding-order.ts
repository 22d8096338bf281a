import type { Severity } from './rule';

const WORST_FIRST: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** Worst first, then by the text that `key` gives. */
export function byWorst<F extends { readonly severity: Severity }>(
  key: (finding: F) => string,
): (a: F, b: F) => number {
  return (a, b) =>
    WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) || compareText(key(a), key(b));
}

/** By code points: `localeCompare` depends on the machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
