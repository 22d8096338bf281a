/** Unpacks one LZ4 block (lz4_Block_format.md of the LZ4 project), of which the size is known. */
import { ProtocolError } from './protocol-error';

/** The shortest repetition that the format knows; its length field counts from there. */
const SHORTEST_MATCH = 4;

export function unpackLz4(packed: Buffer, sizeBytes: number): Buffer {
  const unpacked = Buffer.allocUnsafe(sizeBytes);
  let from = 0;
  let to = 0;
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (;;) {
      const byte = packed[from++];
      if (byte === undefined) throw broken();
      length += byte;
      if (byte < 255) return length;
    }
  };
  while (from < packed.length) {
    const token = packed[from++] ?? 0;
    const literals = lengthOf(token >> 4);
    if (from + literals > packed.length || to + literals > sizeBytes) throw broken();
    packed.copy(unpacked, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence ends after its literals.
    if (from === packed.length) break;
    if (from + 2 > packed.length) throw broken();
    const distance = packed.readUInt16LE(from);
    from += 2;
    const length = lengthOf(token & 15) + SHORTEST_MATCH;
    if (distance === 0 || distance > to || to + length > sizeBytes) throw broken();
    if (distance >= length) unpacked.copyWithin(to, to - distance, to - distance + length);
    // A match may reach into what it writes itself: byte by byte.
    else for (let i = to; i < to + length; i += 1) unpacked[i] = unpacked[i - distance] ?? 0;
    to += length;
  }
  if (to !== sizeBytes) throw broken();
  return unpacked;
}

function broken(): ProtocolError {
  return new ProtocolError('a compressed frame holds no LZ4 block of the size that it says');
}
