/**
 * Which partition a key belongs to: MurmurHash2 of its UTF-8 bytes, made positive, modulo the number of partitions; the
 * same as Kafka's default partitioner, so that a key stays where it is when Kafka takes the place of the embedded broker.
 */
const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

export function partitionOfKey(key: string, partitionCount: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitionCount;
}

/** A signed 32-bit number, as in Kafka's `Utils.murmur2`. */
export function murmur2(bytes: Buffer): number {
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), MULTIPLIER);
    word ^= word >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  if (at < bytes.length) {
    hash ^= bytes.readUIntLE(at, bytes.length - at);
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}
