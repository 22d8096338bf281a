/** Turns a message's body into a reading, or says why it is none. */
import { readingProblem, type Reading } from '../../shared/telemetry/reading';

/** Few, because they are labels of a metric. */
export type PoisonKind = 'not-json' | 'invalid-reading' | 'refused-by-store';

export interface Poison {
  readonly kind: PoisonKind;
  /** For the dead letter's header. */
  readonly reason: string;
}

export type Decoded = { readonly reading: Reading } | { readonly poison: Poison };

export function decodeMessage(body: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { poison: { kind: 'not-json', reason: 'the body is no JSON' } };
  }
  const problem = readingProblem(value);
  if (problem !== undefined) {
    return { poison: { kind: 'invalid-reading', reason: `the body is no reading: ${problem}` } };
  }
  return { reading: value as Reading };
}
