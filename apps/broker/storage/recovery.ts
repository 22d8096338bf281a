/**
 * Opens the segments that an earlier process left. A record that was being written when it ended is cut off; every other
 * damage stays where it is, is copied into `damaged/`, and is reported. Nothing is skipped silently.
 */
import { IntervalSet } from '../core/interval-set';
import { writeAll, type Disk } from './disk';
import { readRecords, type BadBytes } from './read-records';
import { PARTIAL_SUFFIX, segmentId, type Segment } from './segment';

/** What recovery or reading found wrong. */
export interface Finding {
  readonly kind: 'unfinished' | 'damaged';
  /** The segment's path in the data folder. */
  readonly file: string;
  readonly position: number;
  readonly sizeBytes: number;
  /** Where the bytes were copied to; undefined when that failed. */
  readonly copy: string | undefined;
}

export interface Recovered {
  readonly segments: Segment[];
  /** Offsets that are settled, as far as the segments know. */
  readonly settled: IntervalSet;
  readonly nextOffset: number;
}

export async function recover(
  disk: Disk,
  folder: string,
  report: (finding: Finding) => void,
): Promise<Recovered> {
  const names = (await disk.list(folder)).sort();
  for (const name of names.filter((each) => each.endsWith(PARTIAL_SUFFIX)))
    await disk.remove(`${folder}/${name}`);
  const found = names.flatMap((name) => {
    const id = segmentId(name);
    return id === undefined ? [] : [{ name, id }];
  });

  const settled = new IntervalSet();
  const offsets: IntervalSet[] = [];
  const segments: Segment[] = [];
  let nextOffset = 0;
  for (const { name, id } of found) {
    const path = `${folder}/${name}`;
    const file = await disk.open(path);
    const inSegment = new IntervalSet();
    const segment: Segment = { id, name, file, sizeBytes: await file.size(), messages: 0, live: 0 };
    let unfinishedAt: number | undefined;
    await readRecords(
      file,
      0,
      segment.sizeBytes,
      (record) => {
        switch (record.type) {
          case 'start':
            nextOffset = Math.max(nextOffset, record.nextOffset);
            break;
          case 'message':
            segment.messages += 1;
            inSegment.add(record.message.offset);
            break;
          case 'settled':
            for (const { first, last } of record.intervals) settled.add(first, last);
            break;
        }
        return true;
      },
      async (bad) => {
        // Only the last segment was being written.
        const cut = bad.unfinished && id === found.at(-1)?.id;
        if (cut) unfinishedAt = bad.position;
        report(await quarantine(disk, folder, name, bad, cut ? 'unfinished' : 'damaged'));
      },
    );
    if (unfinishedAt !== undefined) {
      await file.truncate(unfinishedAt);
      segment.sizeBytes = unfinishedAt;
    }
    segments.push(segment);
    offsets.push(inSegment);
    nextOffset = Math.max(nextOffset, inSegment.max + 1);
  }

  // A message that was written twice lives where it is read first.
  const seen = new IntervalSet();
  segments.forEach((segment, i) => {
    const inSegment = offsets[i] ?? new IntervalSet();
    segment.live = inSegment.countOutside(settled, seen);
    for (const { first, last } of inSegment.intervals()) seen.add(first, last);
  });
  return { segments, settled, nextOffset: Math.max(nextOffset, settled.max + 1) };
}

/** Copies bad bytes beside the log. The name says where they were, so that doing it again changes nothing. */
export async function quarantine(
  disk: Disk,
  folder: string,
  name: string,
  bad: BadBytes,
  kind: Finding['kind'],
): Promise<Finding> {
  const target = `${folder}/damaged/${name}-${bad.position}`;
  const finding = { kind, file: `${folder}/${name}`, position: bad.position, sizeBytes: bad.bytes.length };
  try {
    await disk.makeFolder(`${folder}/damaged`);
    const known = await disk.list(`${folder}/damaged`);
    if (!known.includes(`${name}-${bad.position}`)) {
      const file = await disk.create(target);
      try {
        await writeAll(file, [bad.bytes], 0);
      } finally {
        await file.close();
      }
    }
    return { ...finding, copy: target };
  } catch {
    // The segment keeps the bytes, but for an unfinished record, which nobody was promised.
    return { ...finding, copy: undefined };
  }
}
