/**
 * The format of a segment: records, one after another, nothing between them.
 *
 *     0  2  magic FF FE     messages are UTF-8, where FF never occurs: nothing in a message can pass for a record's start
 *     2  1  type            1 start, 2 message, 3 settled
 *     3  1  version         1
 *     4  4  payload length  little-endian, as are all numbers
 *     8  4  CRC-32C         of bytes 0 to 8 and of the payload
 *    12     payload
 */
import type { Interval } from '../core/interval-set';
import type { Message } from '../core/message';
import { crc32c } from './crc32c';

export const MAGIC = Buffer.from([0xff, 0xfe]);
export const HEADER_BYTES = 12;
const VERSION = 1;
/** Far above any limit on messages; a length over it is damage, not a record that is still being written. */
const MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;
const MESSAGE_FIXED_BYTES = 24;
const NO_KEY = 0xffff;

const TYPE = { start: 1, message: 2, settled: 3 } as const;

export type LogRecord =
  /** Opens a segment: no offset from here on is lower, but for copies of older messages. */
  | { readonly type: 'start'; readonly nextOffset: number }
  | { readonly type: 'message'; readonly message: Message }
  /** Messages that nobody has to deliver again: acknowledged, or moved to another topic. */
  | { readonly type: 'settled'; readonly intervals: readonly Interval[] };

export type Decoded =
  | { readonly kind: 'record'; readonly record: LogRecord; readonly length: number }
  /** The bytes end before the record does. */
  | { readonly kind: 'incomplete'; readonly length: number }
  | { readonly kind: 'invalid' };

export function encodeStart(nextOffset: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + 8);
  bytes.writeDoubleLE(nextOffset, HEADER_BYTES);
  return seal(bytes, 0, bytes.length, TYPE.start);
}

export function encodeSettled(intervals: readonly Interval[]): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + intervals.length * 16);
  let at = HEADER_BYTES;
  for (const { first, last } of intervals) {
    at = bytes.writeDoubleLE(first, at);
    at = bytes.writeDoubleLE(last, at);
  }
  return seal(bytes, 0, bytes.length, TYPE.settled);
}

/**
 * Messages are written here first: their size in bytes is known only then, and to count it before would be a second pass
 * over the text. Never handed out.
 */
const SCRATCH = Buffer.allocUnsafeSlow(1024 * 1024);

/** One buffer with a record for each message. */
export function encodeMessages(messages: readonly Message[]): Buffer {
  const headers = messages.map((message) =>
    message.headers === undefined ? '' : JSON.stringify(message.headers),
  );
  // UTF-8 takes at most three bytes for each UTF-16 unit.
  let capacity = 0;
  messages.forEach((message, i) => {
    const units = message.body.length + (message.key?.length ?? 0) + (headers[i] ?? '').length;
    capacity += HEADER_BYTES + MESSAGE_FIXED_BYTES + units * 3;
  });
  const bytes = capacity <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(capacity);
  let start = 0;
  messages.forEach((message, i) => {
    start = encodeMessage(bytes, start, message, headers[i] ?? '');
  });
  return Buffer.from(bytes.subarray(0, start));
}

/**
 *     0  8  offset        16  2  attempts     20  2  length of the key, FFFF for none
 *     8  8  time, ms      18  2  reserved     22  2  length of the headers, as JSON
 */
function encodeMessage(bytes: Buffer, start: number, message: Message, headers: string): number {
  const payload = start + HEADER_BYTES;
  bytes.writeDoubleLE(message.offset, payload);
  bytes.writeDoubleLE(message.publishedAtMs, payload + 8);
  bytes.writeUInt32LE(Math.min(message.attempts, 0xffff), payload + 16);
  let at = payload + MESSAGE_FIXED_BYTES;
  let keyLength = NO_KEY;
  if (message.key !== undefined) {
    keyLength = bytes.write(message.key, at);
    at += keyLength;
  }
  const headersLength = headers === '' ? 0 : bytes.write(headers, at);
  at += headersLength;
  at += bytes.write(message.body, at);
  bytes.writeUInt16LE(keyLength, payload + 20);
  bytes.writeUInt16LE(headersLength, payload + 22);
  seal(bytes, start, at, TYPE.message);
  return at;
}

function seal(bytes: Buffer, start: number, end: number, type: number): Buffer {
  bytes[start] = 0xff;
  bytes[start + 1] = 0xfe;
  bytes[start + 2] = type;
  bytes[start + 3] = VERSION;
  bytes.writeUInt32LE(end - start - HEADER_BYTES, start + 4);
  bytes.writeUInt32LE(checksum(bytes, start, end), start + 8);
  return bytes;
}

function checksum(bytes: Buffer, start: number, end: number): number {
  return crc32c(bytes, start + HEADER_BYTES, end, crc32c(bytes, start, start + 8));
}

/** What stands at `start`. */
export function decodeRecord(bytes: Buffer, start: number): Decoded {
  const available = bytes.length - start;
  if (available < HEADER_BYTES) {
    const magicFits = bytes.subarray(start, start + 2).equals(MAGIC.subarray(0, Math.min(2, available)));
    return magicFits ? { kind: 'incomplete', length: HEADER_BYTES } : { kind: 'invalid' };
  }
  const type = bytes[start + 2] ?? 0;
  const payloadLength = bytes.readUInt32LE(start + 4);
  const length = HEADER_BYTES + payloadLength;
  if (bytes[start] !== 0xff || bytes[start + 1] !== 0xfe || bytes[start + 3] !== VERSION) {
    return { kind: 'invalid' };
  }
  if (payloadLength > MAX_PAYLOAD_BYTES) return { kind: 'invalid' };
  if (available < length) return { kind: 'incomplete', length };
  if (bytes.readUInt32LE(start + 8) !== checksum(bytes, start, start + length)) return { kind: 'invalid' };
  const record = decodePayload(type, bytes, start + HEADER_BYTES, start + length);
  return record === undefined ? { kind: 'invalid' } : { kind: 'record', record, length };
}

function decodePayload(type: number, bytes: Buffer, start: number, end: number): LogRecord | undefined {
  switch (type) {
    case TYPE.start:
      return { type: 'start', nextOffset: bytes.readDoubleLE(start) };
    case TYPE.message:
      return { type: 'message', message: decodeMessage(bytes, start, end) };
    case TYPE.settled: {
      const intervals: Interval[] = [];
      for (let at = start; at < end; at += 16) {
        intervals.push({ first: bytes.readDoubleLE(at), last: bytes.readDoubleLE(at + 8) });
      }
      return { type: 'settled', intervals };
    }
    default:
      return undefined;
  }
}

function decodeMessage(bytes: Buffer, start: number, end: number): Message {
  const keyLength = bytes.readUInt16LE(start + 20);
  const headersLength = bytes.readUInt16LE(start + 22);
  const keyStart = start + MESSAGE_FIXED_BYTES;
  const headersStart = keyStart + (keyLength === NO_KEY ? 0 : keyLength);
  const bodyStart = headersStart + headersLength;
  return {
    offset: bytes.readDoubleLE(start),
    publishedAtMs: bytes.readDoubleLE(start + 8),
    attempts: bytes.readUInt16LE(start + 16),
    key: keyLength === NO_KEY ? undefined : bytes.toString('utf8', keyStart, headersStart),
    headers:
      headersLength === 0
        ? undefined
        : (JSON.parse(bytes.toString('utf8', headersStart, bodyStart)) as Record<string, string>),
    body: bytes.toString('utf8', bodyStart, end),
  };
}
