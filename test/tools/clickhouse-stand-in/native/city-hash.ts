/**
 * CityHash128 as ClickHouse checks its compressed frames with: version 1.0.2 of Google's CityHash (MIT licence), which
 * later versions do not equal. Arithmetic is modulo 2^64.
 */
const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const K3 = 0xc949d7c7509e6557n;
const MULTIPLIER = 0x9ddfea08eb382d69n;

type Pair = readonly [bigint, bigint];

/** The 16 bytes that stand before a frame. */
export function cityHash128(data: Buffer): Buffer {
  const [low, high] = hash(data);
  const digest = Buffer.alloc(16);
  digest.writeBigUInt64LE(low, 0);
  digest.writeBigUInt64LE(high, 8);
  return digest;
}

function hash(data: Buffer): Pair {
  const { length } = data;
  if (length >= 16) return withSeed(data.subarray(16), [at(data, 0) ^ K3, at(data, 8)]);
  if (length < 8) return withSeed(data, [K0, K1]);
  return withSeed(Buffer.alloc(0), [at(data, 0) ^ u64(BigInt(length) * K0), at(data, length - 8) ^ K1]);
}

function withSeed(data: Buffer, seed: Pair): Pair {
  return data.length < 128 ? murmur(data, seed) : long(data, seed);
}

function murmur(data: Buffer, [seedLow, seedHigh]: Pair): Pair {
  const { length } = data;
  let a = seedLow;
  let b = seedHigh;
  let c: bigint;
  let d: bigint;
  if (length <= 16) {
    a = u64(shiftMix(u64(a * K1)) * K1);
    c = u64(b * K1 + upTo16(data));
    d = shiftMix(u64(a + (length >= 8 ? at(data, 0) : c)));
  } else {
    c = mix(u64(at(data, length - 8) + K1), a);
    d = mix(u64(b + BigInt(length)), u64(c + at(data, length - 16)));
    a = u64(a + d);
    for (let offset = 0; offset < length - 16; offset += 16) {
      a = u64((a ^ u64(shiftMix(u64(at(data, offset) * K1)) * K1)) * K1);
      b ^= a;
      c = u64((c ^ u64(shiftMix(u64(at(data, offset + 8) * K1)) * K1)) * K1);
      d ^= c;
    }
  }
  a = mix(a, c);
  b = mix(d, b);
  return [a ^ b, mix(b, a)];
}

function long(data: Buffer, [seedLow, seedHigh]: Pair): Pair {
  const { length } = data;
  let x = seedLow;
  let y = seedHigh;
  let z = u64(BigInt(length) * K1);
  let v0 = u64(rotate(y ^ K1, 49n) * K1 + at(data, 0));
  let v1 = u64(rotate(v0, 42n) * K1 + at(data, 8));
  let w0 = u64(rotate(u64(y + z), 35n) * K1 + x);
  let w1 = u64(rotate(u64(x + at(data, 88)), 53n) * K1);
  const whole = length - (length % 128);
  for (let offset = 0; offset < whole; offset += 64) {
    x = u64(rotate(u64(x + y + v0 + at(data, offset + 16)), 37n) * K1) ^ w1;
    y = u64(rotate(u64(y + v1 + at(data, offset + 48)), 42n) * K1) ^ v0;
    z = rotate(z ^ w0, 33n);
    [v0, v1] = weak(data, offset, u64(v1 * K1), u64(x + w0));
    [w0, w1] = weak(data, offset + 32, u64(z + w1), y);
    [z, x] = [x, z];
  }
  y = u64(y + rotate(w0, 37n) * K0 + z);
  x = u64(x + rotate(u64(v0 + z), 49n) * K0);
  // The rest, in pieces of 32 bytes from the end on; the last piece may reach into what was hashed already.
  for (let done = 32; done - 32 < length - whole; done += 32) {
    const offset = length - done;
    y = u64(rotate(u64(y - x), 42n) * K0 + v1);
    w0 = u64(w0 + at(data, offset + 16));
    x = u64(rotate(x, 49n) * K0 + w0);
    w0 = u64(w0 + v0);
    [v0, v1] = weak(data, offset, v0, v1);
  }
  x = mix(x, v0);
  y = mix(y, w0);
  return [u64(mix(u64(x + v1), w1) + y), mix(u64(x + w1), u64(y + v1))];
}

function weak(data: Buffer, offset: number, seedA: bigint, seedB: bigint): Pair {
  const last = at(data, offset + 24);
  const a = u64(seedA + at(data, offset));
  const b = rotate(u64(seedB + a + last), 21n);
  const sum = u64(a + at(data, offset + 8) + at(data, offset + 16));
  return [u64(sum + last), u64(b + rotate(sum, 44n) + a)];
}

function upTo16(data: Buffer): bigint {
  const { length } = data;
  if (length > 8) {
    const last = at(data, length - 8);
    return mix(at(data, 0), rotate(u64(last + BigInt(length)), BigInt(length))) ^ last;
  }
  if (length >= 4) {
    const first = BigInt(data.readUInt32LE(0));
    return mix(BigInt(length) + (first << 3n), BigInt(data.readUInt32LE(length - 4)));
  }
  if (length === 0) return K2;
  const y = BigInt(data.readUInt8(0) + (data.readUInt8(length >> 1) << 8));
  const z = BigInt(length + (data.readUInt8(length - 1) << 2));
  return u64(shiftMix(u64(y * K2) ^ u64(z * K3)) * K2);
}

function mix(u: bigint, v: bigint): bigint {
  let a = u64((u ^ v) * MULTIPLIER);
  a ^= a >> 47n;
  const b = u64((v ^ a) * MULTIPLIER);
  return u64((b ^ (b >> 47n)) * MULTIPLIER);
}

function at(data: Buffer, offset: number): bigint {
  return data.readBigUInt64LE(offset);
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, shift: bigint): bigint {
  return u64((value >> shift) | (value << (64n - shift)));
}

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n);
}
