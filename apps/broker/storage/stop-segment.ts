/**
 * What is in memory when the process stops, as a segment that is read before all others. Messages of it that are also
 * elsewhere in the log are read here, with their attempts, and passed over there.
 */
import type { Message } from '../core/message';
import { writeAll, type Disk } from './disk';
import { encodeMessages, encodeStart } from './record';
import { PARTIAL_SUFFIX, segmentName } from './segment';

/** All of memory at once would be in memory twice. */
const MESSAGES_A_WRITE = 32;

export async function writeStopSegment(
  disk: Disk,
  folder: string,
  id: number,
  nextOffset: number,
  held: readonly Message[],
): Promise<void> {
  const path = `${folder}/${segmentName(id)}`;
  const file = await disk.create(path + PARTIAL_SUFFIX);
  const start = encodeStart(nextOffset);
  await writeAll(file, [start], 0);
  let position = start.length;
  for (let from = 0; from < held.length; from += MESSAGES_A_WRITE) {
    const bytes = encodeMessages(held.slice(from, from + MESSAGES_A_WRITE));
    await writeAll(file, [bytes], position);
    position += bytes.length;
  }
  await file.sync();
  await file.close();
  // Only a whole file gets the name that makes it part of the log.
  await disk.rename(path + PARTIAL_SUFFIX, path);
  await disk.syncFolder(folder);
}
