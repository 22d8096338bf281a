/**
 * How everything here is measured: two programs in one run, A B A B …, so that whatever else the machine does falls on
 * both; the median of the rounds with its spread.
 */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

interface Rounds<T> {
  readonly a: readonly T[];
  readonly b: readonly T[];
}

/** With fewer, a median says nothing about the spread. */
const MIN_ROUNDS = 5;
/** Fills the file cache; not counted. */
const WARM_UPS = 1;

/** Runs both in turns. */
export async function alternate<T>(
  rounds: number,
  a: () => Promise<T> | T,
  b: () => Promise<T> | T,
): Promise<Rounds<T>> {
  assertEnough(rounds);
  const counted: { a: T[]; b: T[] } = { a: [], b: [] };
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    const ofA = await a();
    const ofB = await b();
    if (round < 0) continue;
    counted.a.push(ofA);
    counted.b.push(ofB);
  }
  return counted;
}

/** Runs one program alone, for the figures that are absolute. */
export async function repeat<T>(rounds: number, a: () => Promise<T> | T): Promise<readonly T[]> {
  assertEnough(rounds);
  const counted: T[] = [];
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    const of = await a();
    if (round >= 0) counted.push(of);
  }
  return counted;
}

function assertEnough(rounds: number): void {
  if (!Number.isInteger(rounds) || rounds < MIN_ROUNDS) {
    throw new RangeError(
      `bench: ${rounds} rounds: a median with its spread takes ${MIN_ROUNDS} or more; raise the number of rounds`,
    );
  }
}

/** One ratio a round: A and B of one round ran under the same load, the medians of all rounds did not. */
export function ratioOf<T>({ a, b }: Rounds<T>, value: (sample: T) => number): Summary {
  return summarise(
    a.map((ofA, round) => {
      const ofB = b[round];
      if (ofB === undefined) throw new RangeError(`bench: round ${round + 1} of B is missing`);
      return value(ofA) / value(ofB);
    }),
  );
}

export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((x, y) => x - y);
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.floor(sorted.length / 2)];
  if (min === undefined || max === undefined || lower === undefined || upper === undefined) {
    throw new RangeError('bench: nothing was measured, so there is no median; run at least one round');
  }
  const strange = sorted.find((value) => !Number.isFinite(value));
  if (strange !== undefined) {
    throw new RangeError(`bench: measured ${strange}: every sample must be a finite number above zero`);
  }
  return { median: (lower + upper) / 2, min, max };
}
