/** A compressed frame of the native protocol: checksum (16), method (1), sizes packed and unpacked (4 each), content. */
import type { ByteInput, Parser } from './byte-input';
import { ByteOutput } from './byte-output';
import { cityHash128 } from './city-hash';
import { unpackLz4 } from './lz4';
import { ProtocolError } from './protocol-error';

const CHECKSUM_BYTES = 16;
const HEADER_BYTES = 9;
const METHOD_NONE = 0x02;
const METHOD_LZ4 = 0x82;
/** As large as ClickHouse's clients read one (ch-go v0.74.0, compress.go: maxDataSize). */
const MAX_FRAME_BYTES = 128 * 1024 * 1024;
/** As the server writes them: max_compress_block_size, 1 MiB. */
const WRITTEN_FRAME_BYTES = 1024 * 1024;

/** @returns the content, unpacked, of a frame whose checksum was right */
export function* readFrame(input: ByteInput): Parser<Buffer> {
  const checksum = yield* input.bytes(CHECKSUM_BYTES);
  const start = input.mark();
  const method = yield* input.uint8();
  const packedBytes = yield* input.uint32();
  const unpackedBytes = yield* input.uint32();
  if (packedBytes < HEADER_BYTES || packedBytes > MAX_FRAME_BYTES || unpackedBytes > MAX_FRAME_BYTES) {
    throw new ProtocolError(`a compressed frame of ${packedBytes} bytes for ${unpackedBytes}`);
  }
  const packed = yield* input.bytes(packedBytes - HEADER_BYTES);
  if (!cityHash128(input.since(start)).equals(checksum)) {
    throw new ProtocolError('a compressed frame does not match its checksum');
  }
  switch (method) {
    case METHOD_NONE:
      return packed;
    case METHOD_LZ4:
      return unpackLz4(packed, unpackedBytes);
    default:
      throw new ProtocolError(
        `compression method 0x${method.toString(16)}: the stand-in reads LZ4 (and none), which is the client's default`,
      );
  }
}

/** The content in frames of the method "none", which every reader knows. */
export function writeFrames(content: Buffer): Buffer {
  const output = new ByteOutput();
  for (let start = 0; start < content.length; start += WRITTEN_FRAME_BYTES) {
    const piece = content.subarray(start, start + WRITTEN_FRAME_BYTES);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt8(METHOD_NONE, 0);
    header.writeUInt32LE(HEADER_BYTES + piece.length, 1);
    header.writeUInt32LE(piece.length, 5);
    const frame = Buffer.concat([header, piece]);
    output.bytes(cityHash128(frame)).bytes(frame);
  }
  return output.done();
}
