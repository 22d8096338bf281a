/**
 * MurmurHash3, x86, 32 bits (Austin Appleby, public domain), of a text's UTF-16 code units, little-endian. Not the hash with
 * which a broker chooses the partition of a key: with the same one, a broker's keys would crowd into some partitions.
 */
const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

export function murmur3(text: string, seed: number): number {
  let hash = seed;
  let at = 0;
  for (; at + 2 <= text.length; at += 2) {
    hash ^= scramble(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  if (at < text.length) hash ^= scramble(text.charCodeAt(at));
  return mix(hash ^ (text.length * 2));
}

/** Its last step: every bit of the input moves every bit of the output. */
export function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(word: number): number {
  const spread = Math.imul(word, C1);
  return Math.imul((spread << 15) | (spread >>> 17), C2);
}
