/**
 * Reads, as a member of the consumer group, those topics that somebody receives from: joins, fetches what the partitions
 * have room for, commits what is settled, and begins anew when the membership is lost.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { isDeadLetterTopic } from '../message-queue';
import { Topic } from '../topic';
import { AssignedPartition, type AssignedPartitionOptions, type ReadingOptions } from './assigned-partition';
import type { Assignment, GroupMember, KafkaCluster } from './cluster';
import { Fetcher } from './fetcher';
import { goOnAt } from './go-on-at';

export interface GroupReaderOptions extends ReadingOptions {
  readonly cluster: KafkaCluster;
  /** Different in each process. */
  readonly epoch: string;
  readonly onExhausted: AssignedPartitionOptions['onExhausted'];
  readonly report: (event: ReaderEvent) => void;
}

export type ReaderEvent =
  /** Messages that Kafka's retention took before they were read. */
  | { readonly kind: 'lost'; readonly topic: string; readonly partition: number; readonly count: number }
  | { readonly kind: 'trouble'; readonly doing: string; readonly error: string };

interface Reading {
  readonly topic: Topic;
  readonly assigned: Map<number, AssignedPartition>;
  /** Whether `assigned` is what the group says, with a known place to read on. */
  isOpen: boolean;
  /** As far as is known; 0 at first. */
  partitionCount: number;
  lastUsedMs: number;
}

const TICK_MS = 100;
const RETRY_MS = 500;
/** A consumer that went elsewhere must not keep the partitions here for ever. */
const UNUSED_AFTER_MS = 5 * 60_000;

export class GroupReader {
  private readonly readings = new Map<string, Reading>();
  private readonly ticker: NodeJS.Timeout;
  private member: GroupMember | undefined;
  /** What the member has joined with. */
  private joined: readonly string[] = [];
  private joining = false;
  private closed = false;
  /** Counts assignments: work for an earlier one is given up, and each has receipts of its own. */
  private serial = 0;
  private fetcher: Fetcher | undefined;
  private committing: Promise<void> | undefined;
  /** Why nothing is read now. */
  public trouble: string | undefined;
  public lost = 0;

  public constructor(private readonly options: GroupReaderOptions) {
    this.ticker = setInterval(() => {
      this.tick();
    }, TICK_MS);
    this.ticker.unref();
  }

  /** Reads the topic from now on. */
  public want(name: string): Topic {
    let reading = this.readings.get(name);
    if (reading === undefined) {
      const closedPartition = (): Promise<never> => Promise.reject(new Error('the group assigns partitions'));
      const topic = new Topic(name, closedPartition);
      reading = { topic, assigned: new Map(), isOpen: false, partitionCount: 0, lastUsedMs: 0 };
      this.readings.set(name, reading);
      void this.join();
    }
    reading.lastUsedMs = this.options.clock.steadyMs();
    return reading.topic;
  }

  public assigned(topic: string, partition: number): AssignedPartition | undefined {
    return this.readings.get(topic)?.assigned.get(partition);
  }

  public *all(): Generator<AssignedPartition> {
    for (const { assigned } of this.readings.values()) yield* assigned.values();
  }

  /** Whether what Kafka has, and this process may read, is on its way to the receivers. */
  public isPrimed(name: string): boolean {
    const reading = this.readings.get(name);
    if (reading?.isOpen !== true) return false;
    return [...reading.assigned.values()].every(({ log }) => log.isPrimed);
  }

  /** Topics come and go at Kafka, and get more partitions; the group shares those that it saw when it came together. */
  public follow(counts: ReadonlyMap<string, number>): void {
    for (const [name, reading] of [...this.readings]) {
      const count = counts.get(name);
      if (count === undefined) this.forget(name);
      else if (count > reading.partitionCount) {
        // The first time, the join that is under way sees it.
        if (reading.partitionCount > 0) this.joined = [];
        reading.partitionCount = count;
      }
    }
    void this.join();
  }

  /** Ends all waiting receives, with nothing. */
  public answerAll(): void {
    for (const { topic } of this.readings.values()) for (const waiter of topic.waiters) waiter.answer([]);
  }

  private forget(name: string): void {
    const reading = this.readings.get(name);
    if (reading === undefined) return;
    for (const each of [...reading.assigned.values()]) this.end(each);
    for (const waiter of reading.topic.waiters) waiter.answer([]);
    this.readings.delete(name);
    void this.join();
  }

  /** Commits what is settled, and leaves the group, so that others go on at once. */
  public async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.ticker);
    await this.committing;
    const { member } = this;
    this.member = undefined;
    if (member === undefined) return;
    try {
      await this.commit(member);
    } finally {
      for (const each of [...this.all()]) this.end(each);
      await member.leave();
    }
  }

  private tick(): void {
    for (const each of this.all()) each.queue.tick();
    this.committing ??=
      this.member &&
      this.commit(this.member)
        .catch((error: unknown) => {
          // While the group rearranges itself this is what happens; the next time is soon.
          this.note('committing', error);
        })
        .finally(() => {
          this.committing = undefined;
        });
    const nowMs = this.options.clock.steadyMs();
    for (const [name, { topic, lastUsedMs, assigned }] of this.readings) {
      const inFlight = [...assigned.values()].some(({ queue }) => queue.depths.inFlight > 0);
      if (nowMs - lastUsedMs > UNUSED_AFTER_MS && topic.waiters.size === 0 && !inFlight) this.forget(name);
    }
    this.fetcher?.fetch();
  }

  private async commit(member: GroupMember): Promise<void> {
    const dirty = [...this.all()].flatMap((each) => {
      const offset = each.log.settledBefore;
      return offset > each.committed ? [{ each, offset }] : [];
    });
    if (dirty.length === 0) return;
    await member.commit(
      dirty.map(({ each: { topic, number }, offset }) => ({ topic, partition: number, offset })),
    );
    for (const { each, offset } of dirty) each.committed = offset;
  }

  /** Until the member has joined with just those topics that are wanted. */
  private async join(): Promise<void> {
    if (this.joining) return;
    this.joining = true;
    try {
      while (!this.closed && !this.hasJoinedWhatIsWanted()) {
        const wanted = [...this.readings.keys()];
        const member = (this.member ??= this.newMember());
        try {
          await member.join(wanted);
          // It may have been lost meanwhile.
          if (this.member === member) this.joined = wanted;
        } catch (error) {
          await this.lose(member, `joining: ${messageOf(error)}`);
          await sleep(RETRY_MS);
        }
      }
    } finally {
      this.joining = false;
    }
  }

  private hasJoinedWhatIsWanted(): boolean {
    if (this.member === undefined && this.readings.size > 0) return false;
    return (
      this.joined.length === this.readings.size && this.joined.every((topic) => this.readings.has(topic))
    );
  }

  private newMember(): GroupMember {
    const member: GroupMember = this.options.cluster.member({
      assigned: (assignment) => {
        if (this.member === member && !this.closed) this.take(assignment);
      },
      lost: (reason) => {
        void this.lose(member, reason).then(() => this.join());
      },
    });
    this.fetcher = new Fetcher({
      member,
      bounds: (topics) => this.options.cluster.bounds(topics),
      clock: this.options.clock,
      partitions: () => this.all(),
      onSuccess: () => {
        this.trouble = undefined;
      },
      onFailure: (error) => {
        this.note('fetching', error);
      },
      onLost: ({ topic, number }, count) => {
        this.countLost(topic, number, count);
      },
      onBroken: (reason) => {
        void this.lose(member, reason).then(() => this.join());
      },
    });
    return member;
  }

  private async lose(member: GroupMember, reason: string): Promise<void> {
    if (this.member !== member) return;
    this.note('the group', reason);
    this.member = undefined;
    this.fetcher = undefined;
    this.joined = [];
    this.serial += 1;
    for (const each of [...this.all()]) this.end(each);
    for (const reading of this.readings.values()) reading.isOpen = false;
    await member.leave().catch(() => undefined);
  }

  private take({ partitions, followsLast }: Assignment): void {
    this.serial += 1;
    this.fetcher?.forgetLeaders();
    for (const each of [...this.all()]) {
      const isOurs = partitions.get(each.topic)?.includes(each.number) === true;
      if (!isOurs || !followsLast) this.end(each);
    }
    for (const [name, reading] of this.readings) {
      // A topic that was not part of this join is part of the next.
      if (!partitions.has(name)) continue;
      const missing = (partitions.get(name) ?? []).filter((number) => !reading.assigned.has(number));
      reading.isOpen = missing.length === 0;
      if (missing.length > 0) void this.open(this.serial, reading, missing);
    }
  }

  /** Finds where the group goes on. */
  private async open(serial: number, reading: Reading, numbers: readonly number[]): Promise<void> {
    const { cluster } = this.options;
    const { name } = reading.topic;
    while (serial === this.serial && !this.closed) {
      try {
        const bounds = (await cluster.bounds([name])).get(name) ?? [];
        const committed = (await cluster.committed(new Map([[name, bounds.length]]))).get(name) ?? [];
        if (serial !== this.serial || this.readings.get(name) !== reading) return;
        for (const number of numbers) {
          const range = bounds[number] ?? { first: 0, end: 0 };
          const before = range.first - (committed[number] ?? range.first);
          if (before > 0) this.countLost(name, number, before);
          this.start(reading, number, goOnAt(committed[number], range));
        }
        reading.isOpen = true;
        this.trouble = undefined;
        this.fetcher?.fetch();
        return;
      } catch (error) {
        this.note(`opening ${name}`, error);
        await sleep(RETRY_MS);
      }
    }
  }

  private start(reading: Reading, number: number, offset: number): void {
    const { topic, assigned } = reading;
    const { maxAttempts, epoch } = this.options;
    const partition = new AssignedPartition({
      ...this.options,
      topic: topic.name,
      number,
      offset,
      epoch: `${epoch}.${this.serial}`,
      // Somebody has to look at them.
      maxAttempts: isDeadLetterTopic(topic.name) ? undefined : maxAttempts,
      onReady: () => {
        topic.serveWaiters();
      },
    });
    assigned.set(number, partition);
    topic.partitions[number] = partition.queue;
  }

  private end(each: AssignedPartition): void {
    const reading = this.readings.get(each.topic);
    reading?.assigned.delete(each.number);
    if (reading !== undefined) reading.topic.partitions[each.number] = undefined;
    each.end();
  }

  private countLost(topic: string, partition: number, count: number): void {
    this.lost += count;
    this.options.report({ kind: 'lost', topic, partition, count });
  }

  private note(doing: string, error: unknown): void {
    const trouble = `${doing}: ${messageOf(error)}`;
    // An outage repeats itself twice a second.
    if (trouble !== this.trouble) {
      this.options.report({ kind: 'trouble', doing, error: messageOf(error) });
    }
    this.trouble = trouble;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
