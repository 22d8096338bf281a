/**
 * CRC-32C (Castagnoli, the one of iSCSI, ext4 and Kafka), eight bytes a step ("slicing by 8": Kounavis and Berry, 2005).
 * It finds every burst of damage up to 32 bits and every odd number of flipped bits.
 */
const POLYNOMIAL = 0x82f63b78; // reflected

function table(previous?: Int32Array, first?: Int32Array): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    if (previous !== undefined && first !== undefined) {
      const crc = at(previous, byte);
      return (crc >>> 8) ^ at(first, crc & 0xff);
    }
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
}

/** Indexes below are masked to a byte, so that nothing is ever undefined; the type cannot know. */
function at(values: Int32Array | Uint8Array, index: number): number {
  return values[index] ?? 0;
}

const T0 = table();
const T1 = table(T0, T0);
const T2 = table(T1, T0);
const T3 = table(T2, T0);
const T4 = table(T3, T0);
const T5 = table(T4, T0);
const T6 = table(T5, T0);
const T7 = table(T6, T0);

/** The checksum of `bytes[start..end)`, going on from `previous`, the checksum of what stands before. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, previous = 0): number {
  let crc = ~previous;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const low =
      crc ^ (at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24));
    crc =
      at(T7, low & 0xff) ^
      at(T6, (low >>> 8) & 0xff) ^
      at(T5, (low >>> 16) & 0xff) ^
      at(T4, low >>> 24) ^
      at(T3, at(bytes, i + 4)) ^
      at(T2, at(bytes, i + 5)) ^
      at(T1, at(bytes, i + 6)) ^
      at(T0, at(bytes, i + 7));
  }
  for (; i < end; i += 1) crc = (crc >>> 8) ^ at(T0, (crc ^ at(bytes, i)) & 0xff);
  return ~crc >>> 0;
}
