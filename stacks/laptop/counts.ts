/** What became of the rows of a file, from end to end, and whether the numbers agree. Pure. */
export interface Counts {
  /** By the streamer. */
  readonly read: number;
  readonly rejected: number;
  readonly published: number;
  /** Messages that the collector acknowledged, and those that it gave up on. */
  readonly acknowledged: number;
  readonly deadLetters: number;
  /** As the API counts them. */
  readonly stored: number;
}

export interface CountLine {
  readonly what: string;
  readonly count: number;
  /** Empty for the first one, which there is nothing to compare with. */
  readonly verdict: string;
}

export function compareCounts(counts: Counts): {
  readonly lines: readonly CountLine[];
  readonly agree: boolean;
} {
  const { read, rejected, published, acknowledged, deadLetters, stored } = counts;
  const rules = [
    { what: 'rows read', count: read, expected: read > 0 ? read : 1 },
    { what: 'rows rejected', count: rejected, expected: rejected },
    { what: 'messages published', count: published, expected: read - rejected },
    { what: 'messages acknowledged', count: acknowledged, expected: published - deadLetters },
    { what: 'dead letters', count: deadLetters, expected: deadLetters },
    { what: 'readings stored', count: stored, expected: published - deadLetters },
  ];
  const lines = rules.map(({ what, count, expected }) => ({
    what,
    count,
    verdict: count === expected ? 'ok' : `differs: ${expected} expected`,
  }));
  return { lines, agree: lines.every(({ verdict }) => verdict === 'ok') };
}
