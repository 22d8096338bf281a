/**
 * Bytes that have come and are not consumed yet. Parsers are generators that yield whenever bytes are missing, so that
 * a block of many megabytes is walked once, whatever pieces it comes in.
 */
import { ProtocolError } from './protocol-error';

export type Parser<T> = Generator<undefined, T, undefined>;

const SMALLEST_BUFFER_BYTES = 65_536;

export class ByteInput {
  private buffer = Buffer.alloc(0);
  /** What lies before it will not be asked for again. */
  private kept = 0;
  private position = 0;
  private end = 0;

  /** @param maxBytes how much may come before what was read is let go */
  public constructor(private readonly maxBytes: number) {}

  public append(chunk: Uint8Array): void {
    const size = this.end - this.kept + chunk.length;
    if (size > this.maxBytes) throw new ProtocolError(`a packet is larger than ${this.maxBytes} bytes`);
    if (this.end + chunk.length > this.buffer.length) {
      // Never within the old buffer: slices of it were handed out.
      const grown = Buffer.allocUnsafe(Math.max(2 * size, SMALLEST_BUFFER_BYTES));
      this.buffer.copy(grown, 0, this.kept, this.end);
      this.position -= this.kept;
      this.end -= this.kept;
      this.kept = 0;
      this.buffer = grown;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }

  public get available(): number {
    return this.end - this.position;
  }

  /** Lets go of everything that was read. */
  public release(): void {
    this.kept = this.position;
  }

  /** Where the parser stands, for `since`; valid until `release`. */
  public mark(): number {
    return this.position - this.kept;
  }

  public since(mark: number): Buffer {
    return this.buffer.subarray(this.kept + mark, this.position);
  }

  public *need(count: number): Parser<void> {
    while (this.available < count) yield;
  }

  public *bytes(count: number): Parser<Buffer> {
    yield* this.need(count);
    this.position += count;
    return this.buffer.subarray(this.position - count, this.position);
  }

  public *skip(count: number): Parser<void> {
    yield* this.need(count);
    this.position += count;
  }

  public *uint8(): Parser<number> {
    return (yield* this.bytes(1)).readUInt8();
  }

  public *uint32(): Parser<number> {
    return (yield* this.bytes(4)).readUInt32LE();
  }

  /** Of a length or a count, which is never near 2^53. */
  public *uint64(): Parser<number> {
    return safe((yield* this.bytes(8)).readBigUInt64LE());
  }

  public *varint(): Parser<number> {
    let value = 0;
    for (let factor = 1; factor <= Number.MAX_SAFE_INTEGER; factor *= 128) {
      const byte = yield* this.uint8();
      value += (byte % 128) * factor;
      if (byte < 128) return safe(value);
    }
    throw new ProtocolError('a number has more than 53 bits');
  }

  public *text(): Parser<string> {
    return (yield* this.bytes(yield* this.varint())).toString('utf8');
  }

  /** As many strings in a row, unread. Not by `varint`: there are millions in a batch, and a generator each is slow. */
  public *skipTexts(count: number): Parser<void> {
    for (let index = 0; index < count; index += 1) {
      let length = 0;
      let factor = 1;
      for (;;) {
        if (this.position === this.end) yield* this.need(1);
        const byte = this.buffer[this.position++] ?? 0;
        length += (byte % 128) * factor;
        if (byte < 128) break;
        factor *= 128;
        if (length > this.maxBytes) throw new ProtocolError(`a string is longer than ${this.maxBytes} bytes`);
      }
      if (this.available < length) yield* this.need(length);
      this.position += length;
    }
  }
}

function safe(value: number | bigint): number {
  if (value > Number.MAX_SAFE_INTEGER) throw new ProtocolError(`${value} cannot be a length`);
  return Number(value);
}
