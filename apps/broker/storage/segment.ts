/**
 * One file of a log. Its name is its number, so that names sort as the records are to be read. The first log starts in
 * the middle of the numbers: what a stop finds in memory comes before everything, and so into a segment of a lower number.
 */
import type { Home } from '../core/log';
import { isNoSpace, writeAll, type DiskFile } from './disk';

export const FIRST_SEGMENT_ID = 2 ** 31;
const SUFFIX = '.segment';
/** A file that was being made when the process ended; it was never part of the log. */
export const PARTIAL_SUFFIX = '.partial';

export interface Segment extends Home {
  readonly name: string;
  readonly file: DiskFile;
  sizeBytes: number;
  /** Messages in the file, settled or not. */
  messages: number;
  // Invariant: the unsettled messages whose home this is; 0 <= live <= messages. Copies elsewhere do not count.
  live: number;
}

export function segmentName(id: number): string {
  return `${id.toString(16).padStart(12, '0')}${SUFFIX}`;
}

export function segmentId(name: string): number | undefined {
  return /^[0-9a-f]{12}\.segment$/.test(name) ? Number.parseInt(name, 16) : undefined;
}

/** What was begun and did not fit is taken back, so that the file ends with a whole record. */
export async function writeAtEnd(segment: Segment, buffers: readonly Buffer[], sync: boolean): Promise<void> {
  const { file, sizeBytes } = segment;
  try {
    await writeAll(file, buffers, sizeBytes);
  } catch (error) {
    if (isNoSpace(error)) await orUnknown('truncate', file.truncate(sizeBytes));
    throw error;
  }
  // A second fsync would not tell: the kernel drops pages that it could not write.
  if (sync) await orUnknown('fsync', file.sync());
}

/** When this fails nobody knows what the file holds. Whatever the reason, a full disk included, the log stops. */
async function orUnknown(what: string, done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * A segment in which nothing is left: the oldest, for the notes; or one that a stop wrote, for it has no notes. The last
 * one stays, because it knows the next offset.
 */
export function freeSegment(segments: readonly Segment[], active: Segment | undefined): Segment | undefined {
  if (segments.length < 2) return undefined;
  return segments.find(
    (segment, i) => segment.live === 0 && segment !== active && (i === 0 || segment.id < FIRST_SEGMENT_ID),
  );
}
