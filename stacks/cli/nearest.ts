/** ` Did you mean "x"?`, or nothing when no candidate is near; begins with a space. */
export function didYouMean(given: string, candidates: readonly string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(given, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  // More than a third of the letters wrong is no typing mistake.
  if (best === undefined || best.edits > Math.max(2, Math.ceil(given.length / 3))) return '';
  return ` Did you mean "${best.candidate}"?`;
}

/** Levenshtein's: letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      row.push(
        Math.min(
          (previous[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
