/**
 * Reads the records of a segment in order, and goes on behind damage. Recovery and reading back are the same code, so
 * that what the one finds whole the other does not lose.
 */
import { readFully, type DiskFile } from './disk';
import { decodeRecord, HEADER_BYTES, MAGIC, type LogRecord } from './record';

const WINDOW_BYTES = 256 * 1024;

/** Bytes that are no record. */
export interface BadBytes {
  readonly position: number;
  readonly bytes: Buffer;
  /** The last record has begun and the file ends before it does: what a crash while writing leaves. */
  readonly unfinished: boolean;
}

/**
 * From `from`, up to `end`. `visit` gives false to stop in front of a record. Gives the position reached.
 */
export async function readRecords(
  file: DiskFile,
  from: number,
  end: number,
  visit: (record: LogRecord) => boolean,
  bad: (found: BadBytes) => Promise<void>,
): Promise<number> {
  let window: Buffer = Buffer.alloc(0);
  let windowStart = from;
  let at = from;
  const load = async (bytes: number): Promise<void> => {
    window = await readFully(file, Buffer.allocUnsafe(Math.min(bytes, end - at)), at);
    windowStart = at;
  };
  while (at < end) {
    let decoded = decodeRecord(window, at - windowStart);
    if (decoded.kind !== 'record' && windowStart + window.length < end) {
      const neededBytes = decoded.kind === 'incomplete' ? decoded.length : HEADER_BYTES;
      await load(Math.max(WINDOW_BYTES, neededBytes));
      if (window.length === 0) throw new Error(`the file ends at ${at}, and once had ${end} bytes`);
      decoded = decodeRecord(window, 0);
    }
    if (decoded.kind === 'record') {
      if (!visit(decoded.record)) break;
      at += decoded.length;
      continue;
    }
    await load(end - at);
    const next = nextRecord(window);
    const bytes = window.subarray(0, next ?? window.length);
    await bad({ position: at, bytes, unfinished: next === undefined && decoded.kind === 'incomplete' });
    at += bytes.length;
    if (next === undefined) break;
  }
  return at;
}

/** Where the next whole record starts, after the first byte. */
function nextRecord(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(MAGIC, 1); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
    if (decodeRecord(bytes, at).kind === 'record') return at;
  }
  return undefined;
}
