/**
 * The log of one partition, in segment files. Writes are grouped: while one is under way, others wait, and go together
 * in the next, with one fsync for all. So a commit starts at once when the disk is idle, and waits for one commit at most
 * when it is not: well under the 25 ms that are promised, as long as one fsync takes less than half of that.
 *
 * Segments are freed from the oldest on. A note that a message is settled is written after the message and after each of
 * its copies, so it lies in the same segment or in a younger one, and never goes before they do.
 */
import { IntervalSet } from '../core/interval-set';
import { LogFullError, LogStoppedError, type Home, type PartitionLog, type Stored } from '../core/log';
import type { Message } from '../core/message';
import { isNoSpace, type Disk } from './disk';
import type { DiskBudget } from './disk-budget';
import { GroupCommit } from './group-commit';
import { readRecords } from './read-records';
import { encodeMessages, encodeSettled, encodeStart } from './record';
import { quarantine, recover, type Finding, type Recovered } from './recovery';
import { FIRST_SEGMENT_ID, freeSegment, segmentName, writeAtEnd, type Segment } from './segment';
import { writeStopSegment } from './stop-segment';

export interface SegmentLogOptions {
  readonly disk: Disk;
  readonly folder: string;
  /** Whether a commit waits until the data survives power loss; if not, it survives the death of the process. */
  readonly fsync: boolean;
  readonly segmentBytes: number;
  readonly budget: DiskBudget;
  readonly report: (finding: Finding) => void;
}

/** What may wait for the disk, per partition; a disk that cannot keep up must not fill the memory. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** A log in which nothing is left starts a new file when the old one is larger. */
const WORTH_FREEING_BYTES = 1024 * 1024;

export class SegmentLog implements PartitionLog {
  public backlog = 0;
  public stoppedBecause: string | undefined;

  // Invariant: ascending ids; reading, freeing and recovery go from the first to the last.
  private readonly segments: Segment[];
  /** The one that is written; none before the first write, for old files are never written again. */
  private active: Segment | undefined;
  private offset: number;
  /** Messages that need not be read: settled before the start, read, taken, never written. */
  private readonly handedOut: IntervalSet;
  /** Settled, and not yet written down. */
  private readonly unwritten = new IntervalSet();
  private cursor: { id: number; position: number };
  private readonly commits = new GroupCommit(
    (bytes) => this.writeGroup(bytes),
    () => this.free(),
  );
  private reading = false;

  private constructor(
    private readonly options: SegmentLogOptions,
    recovered: Recovered,
  ) {
    this.segments = recovered.segments;
    this.offset = recovered.nextOffset;
    this.handedOut = recovered.settled;
    this.cursor = { id: recovered.segments[0]?.id ?? FIRST_SEGMENT_ID, position: 0 };
    for (const segment of this.segments) {
      this.backlog += segment.live;
      options.budget.reserve(segment.sizeBytes);
    }
  }

  public static async open(options: SegmentLogOptions): Promise<SegmentLog> {
    const { disk, folder } = options;
    // What recovery has reported is met again when it is read.
    const known = new Set<string>();
    const report = (finding: Finding): void => {
      const place = `${finding.file}:${finding.position}`;
      if (!known.has(place)) options.report(finding);
      known.add(place);
    };
    await disk.makeFolder(folder);
    return new SegmentLog({ ...options, report }, await recover(disk, folder, report));
  }

  public allocate(count: number): number {
    const first = this.offset;
    this.offset += count;
    return first;
  }

  public bypass(first: number, count: number): void {
    this.handedOut.add(first, first + count - 1);
  }

  public append(messages: readonly Message[], take: (home: Home) => boolean): Promise<void> {
    const first = messages[0]?.offset ?? 0;
    return this.write(
      messages,
      (segment, end) => {
        segment.messages += messages.length;
        segment.live += messages.length;
        if (this.backlog === 0 && take(segment)) {
          this.cursor = { id: segment.id, position: end };
          this.bypass(first, messages.length);
        } else {
          this.backlog += messages.length;
        }
      },
      // These offsets stay unused; a gap that is known is none.
      () => {
        this.bypass(first, messages.length);
      },
    );
  }

  public rewrite(from: Home, messages: readonly Message[], moved: (home: Home) => number): Promise<void> {
    const stored = (segment: Segment): void => {
      const count = moved(segment);
      segment.messages += messages.length;
      segment.live += count;
      this.release(from, count);
    };
    return this.write(messages, stored, () => undefined);
  }

  public settle(offset: number, home: Home): void {
    this.unwritten.add(offset);
    this.release(home, 1);
  }

  public async flush(): Promise<void> {
    if (this.stoppedBecause !== undefined) return;
    const nothing = (): void => undefined;
    if (
      this.unwritten.intervalCount > 0 ||
      freeSegment(this.segments, this.active) !== undefined ||
      this.isUsedUp()
    ) {
      await this.commits.add({ bytes: undefined, stored: nothing, failed: nothing });
    }
  }

  public wornOut(): Home | undefined {
    const oldest = this.segments[0];
    if (oldest === undefined || this.segments.length < 3 || oldest === this.active) return undefined;
    return oldest.live > 0 && oldest.live * 2 <= oldest.messages ? oldest : undefined;
  }

  public async read(
    maxCount: number,
    maxBytes: number,
    take: (found: readonly Stored[]) => void,
  ): Promise<void> {
    if (this.reading) throw new Error('a log has one reader');
    this.reading = true;
    let found: Stored[];
    try {
      found = await this.readNext(maxCount, maxBytes);
    } catch (error) {
      throw this.stop('reading', error);
    } finally {
      this.reading = false;
    }
    this.backlog = Math.max(0, this.backlog - found.length);
    take(found);
  }

  public async close(held: () => readonly Message[]): Promise<void> {
    const { disk, folder } = this.options;
    try {
      // Without its notes an acknowledged message comes again; without the rest, others would never come.
      await this.flush().catch(() => undefined);
      await this.commits.idle();
      if (this.stoppedBecause === undefined) await this.active?.file.sync();
      const id = (this.segments[0]?.id ?? FIRST_SEGMENT_ID) - 1;
      const messages = held();
      // In the same moment: what comes later is refused, and not forgotten.
      this.stoppedBecause ??= 'the broker stops';
      await writeStopSegment(disk, folder, id, this.offset, messages);
    } finally {
      this.stoppedBecause ??= 'the broker stops';
      for (const segment of this.segments) await segment.file.close();
    }
  }

  private release(home: Home, count: number): void {
    const segment = home as Segment;
    segment.live -= count;
    if (segment.live < 0) throw new Error(`segment ${segment.name} has ${segment.live} messages`);
  }

  private async readNext(maxCount: number, maxBytes: number): Promise<Stored[]> {
    let found: Stored[] = [];
    while (this.backlog > 0) {
      const segment = this.segments.find(({ id }) => id >= this.cursor.id);
      if (segment === undefined) break;
      found = await this.readSegment(segment, maxCount, maxBytes);
      if (found.length > 0) break;
      // Damage since the start took messages that were counted.
      if (segment === this.segments.at(-1) && this.cursor.position >= segment.sizeBytes) this.backlog = 0;
    }
    return found;
  }

  private async readSegment(segment: Segment, maxCount: number, maxBytes: number): Promise<Stored[]> {
    const found: Stored[] = [];
    let bytesLeft = maxBytes;
    const position = await readRecords(
      segment.file,
      segment.id === this.cursor.id ? this.cursor.position : 0,
      segment.sizeBytes,
      (record) => {
        if (record.type !== 'message' || this.handedOut.has(record.message.offset)) return true;
        bytesLeft -= record.message.body.length;
        if (found.length > 0 && (found.length >= maxCount || bytesLeft < 0)) return false;
        this.handedOut.add(record.message.offset);
        found.push({ message: record.message, home: segment });
        return true;
      },
      async (bad) => {
        const { disk, folder, report } = this.options;
        report(await quarantine(disk, folder, segment.name, bad, 'damaged'));
      },
    );
    const next = this.segments[this.segments.indexOf(segment) + 1];
    const isRead = position >= segment.sizeBytes && next !== undefined;
    this.cursor = isRead ? { id: next.id, position: 0 } : { id: segment.id, position };
    return found;
  }

  private async write(
    messages: readonly Message[],
    stored: (segment: Segment, end: number) => void,
    failed: () => void,
  ): Promise<void> {
    const { budget } = this.options;
    const bytes = encodeMessages(messages);
    const refusal = this.refusal(bytes.length);
    if (refusal !== undefined) {
      failed();
      throw refusal;
    }
    await this.commits.add({
      bytes,
      stored: () => {
        const segment = this.active;
        if (segment === undefined) throw new Error('written, but nowhere');
        segment.sizeBytes += bytes.length;
        stored(segment, segment.sizeBytes);
      },
      failed: () => {
        budget.release(bytes.length);
        failed();
      },
    });
  }

  /** Why this cannot be written; if it can, its room is taken. */
  private refusal(sizeBytes: number): Error | undefined {
    if (this.stoppedBecause !== undefined) return new LogStoppedError(this.stoppedBecause);
    if (this.commits.waitingBytes + sizeBytes > MAX_WAITING_BYTES) {
      return new LogFullError(`the disk is behind by ${this.commits.waitingBytes} bytes`);
    }
    if (!this.options.budget.tryReserve(sizeBytes)) {
      return new LogFullError(`the disk budget of ${this.options.budget.limitBytes} bytes is used up`);
    }
    return undefined;
  }

  /** One group: the notes of what is settled, then the messages. */
  private async writeGroup(messages: readonly Buffer[]): Promise<void> {
    if (this.stoppedBecause !== undefined) throw new LogStoppedError(this.stoppedBecause);
    const settled = this.unwritten.intervals();
    this.unwritten.clear();
    const notes = settled.length === 0 ? [] : [encodeSettled(settled)];
    try {
      const segment = await this.segmentWithRoom(total(messages) + total(notes));
      await writeAtEnd(segment, [...notes, ...messages], this.options.fsync && messages.length > 0);
      segment.sizeBytes += total(notes);
      this.options.budget.reserve(total(notes));
    } catch (error) {
      for (const { first, last } of settled) this.unwritten.add(first, last);
      if (isNoSpace(error)) throw new LogFullError('the volume is full');
      throw this.stop('writing', error);
    }
  }

  private async segmentWithRoom(sizeBytes: number): Promise<Segment> {
    const { active } = this;
    const hasRoom = active !== undefined && active.sizeBytes + sizeBytes <= this.options.segmentBytes;
    return hasRoom && active.sizeBytes > 0 ? active : this.startSegment();
  }

  private async startSegment(): Promise<Segment> {
    const { disk, folder, fsync, budget } = this.options;
    let segment = this.active;
    // One that could not be given its first record, for want of room, is tried again.
    if (segment?.sizeBytes !== 0) {
      // Notes may not have been synced; only the last segment may end in the middle of a record.
      if (fsync) await segment?.file.sync();
      const id = (this.segments.at(-1)?.id ?? FIRST_SEGMENT_ID - 1) + 1;
      const name = segmentName(id);
      segment = {
        id,
        name,
        file: await disk.create(`${folder}/${name}`),
        sizeBytes: 0,
        messages: 0,
        live: 0,
      };
      this.active = segment;
      this.segments.push(segment);
    }
    if (fsync) await disk.syncFolder(folder);
    const start = encodeStart(this.offset);
    await writeAtEnd(segment, [start], fsync);
    segment.sizeBytes += start.length;
    budget.reserve(start.length);
    return segment;
  }

  private async free(): Promise<void> {
    if (this.reading || this.stoppedBecause !== undefined) return;
    try {
      if (this.isUsedUp()) await this.startSegment();
      let free: Segment | undefined;
      while ((free = freeSegment(this.segments, this.active)) !== undefined) {
        this.segments.splice(this.segments.indexOf(free), 1);
        await free.file.close();
        await this.options.disk.remove(`${this.options.folder}/${free.name}`);
        this.options.budget.release(free.sizeBytes);
      }
    } catch (error) {
      if (!isNoSpace(error)) this.stop('freeing', error);
    }
  }

  private isUsedUp(): boolean {
    if (this.active === undefined || this.active.sizeBytes < WORTH_FREEING_BYTES) return false;
    return this.commits.waitingBytes === 0 && this.segments.every(({ live }) => live === 0);
  }

  private stop(doing: string, error: unknown): LogStoppedError {
    this.stoppedBecause ??= `${doing} failed: ${error instanceof Error ? error.message : String(error)}`;
    return new LogStoppedError(this.stoppedBecause);
  }
}

function total(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}
