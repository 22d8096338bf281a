/**
 * Which broker a key belongs to: rendezvous hashing, or highest random weight (Thaler and Ravishankar, "Using name-based
 * mappings to increase hit rates", IEEE/ACM Transactions on Networking 6(1), 1998). Each broker gets a score for the key,
 * and the highest wins. A broker that is added takes 1/n of the keys and moves no other; of one that is away, the keys
 * spread evenly over the rest, each to its second. With at most 16 brokers that is 16 multiplications, less than a ring's
 * search, and needs no table of virtual nodes that every proxy would have to build alike.
 */
import { mix, murmur3 } from './murmur3';

/** Ordinals, and with them partitions and receipts, end here: 16 × 64 partitions are the interface's 1024. */
export const MAX_BROKERS = 16;

const KEY_SEED = 0x51ed270b;
const WEIGHTS = Array.from({ length: MAX_BROKERS }, (_, ordinal) => mix(ordinal + 1));

/** The ordinals with the best for this key first. They stand for the brokers: an address may change, keys stay. */
export function preferenceOf(key: string, ordinals: readonly number[]): number[] {
  const hash = murmur3(key, KEY_SEED);
  return ordinals
    .map((ordinal) => ({ ordinal, score: score(hash, ordinal) }))
    .sort((a, b) => b.score - a.score || a.ordinal - b.ordinal)
    .map(({ ordinal }) => ordinal);
}

/** The first of `preferenceOf`, without making the list. */
export function brokerOfKey(key: string, ordinals: readonly number[]): number | undefined {
  const hash = murmur3(key, KEY_SEED);
  let best: number | undefined;
  let bestScore = -1;
  for (const ordinal of ordinals) {
    const own = score(hash, ordinal);
    if (own > bestScore || (own === bestScore && best !== undefined && ordinal < best)) {
      best = ordinal;
      bestScore = own;
    }
  }
  return best;
}

function score(hash: number, ordinal: number): number {
  return mix(hash ^ (WEIGHTS[ordinal] ?? 0));
}
