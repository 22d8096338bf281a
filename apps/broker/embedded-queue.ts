/**
 * The engine of this package: partitions with logs in one folder, in this process.
 */
import { LogFullError, LogStoppedError } from './core/log';
import type { Message } from './core/message';
import { Partition, type Clock, type MemoryShare } from './core/partition';
import { partitionOfKey } from './core/partitioner';
import { formatReceipt, parseReceipt } from './core/receipt';
import {
  deadLetterTopic,
  isDeadLetterTopic,
  type Accepted,
  type Delivery,
  type MessageQueue,
  type Publication,
  type ReceiveOptions,
  type TopicStatus,
} from './message-queue';
import { brokerProblem } from './problems';
import type { Disk } from './storage/disk';
import { DiskBudget } from './storage/disk-budget';
import type { Finding } from './storage/recovery';
import { SegmentLog } from './storage/segment-log';
import { Topic, type Received } from './topic';
import { WaitingRoom } from './waiting-room';

export interface EmbeddedQueueOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Different in each process. */
  readonly epoch: string;
  readonly durability: 'memory' | 'flush' | 'fsync';
  readonly queueSize: number;
  readonly partitionsPerTopic: number;
  readonly visibilityTimeoutMs: number;
  readonly maxAttempts: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly segmentBytes: number;
  readonly maxTopics: number;
  /** Damage on disk. */
  readonly report: (finding: Finding) => void;
}

const TOPICS_FOLDER = 'topics';
/** How often time-outs are looked at, and notes of acknowledgements written when nothing else is. */
const TICK_MS = 100;

export class EmbeddedQueue implements MessageQueue {
  public readonly memory: MemoryShare;
  public readonly budget: DiskBudget;
  private readonly all = new Map<string, Topic>();
  private readonly ticker: NodeJS.Timeout;
  private readonly waiting = new WaitingRoom();
  private stopping = false;
  public deadLettersRefused = 0;
  /** Places in the logs that could not be read. */
  public damaged = 0;

  private constructor(private readonly options: EmbeddedQueueOptions) {
    this.memory = { limitBytes: options.memoryBytes, usedBytes: 0 };
    this.budget = new DiskBudget(options.diskBytes);
    this.ticker = setInterval(() => {
      for (const partition of this.partitions()) partition.tick();
    }, TICK_MS);
    this.ticker.unref();
  }

  /** Opens every partition that an earlier process left. One that cannot be opened does not keep the others away. */
  public static async open(options: EmbeddedQueueOptions): Promise<EmbeddedQueue> {
    const queue = new EmbeddedQueue(options);
    await options.disk.makeFolder(TOPICS_FOLDER);
    for (const name of await options.disk.list(TOPICS_FOLDER)) {
      const topic = queue.addTopic(name);
      for (const number of await options.disk.list(`${TOPICS_FOLDER}/${name}`)) {
        // Its failure is in `topic.failures`, and everybody who asks is told.
        await topic.partition(Number(number)).catch(() => undefined);
      }
    }
    return queue;
  }

  public async publish(name: string, messages: readonly Publication[]): Promise<Accepted[]> {
    const { partitionsPerTopic } = this.options;
    for (const { partition } of messages) this.checkPartition(name, partition);
    const topic = this.all.get(name) ?? this.newTopic(name);
    const groups = new Map<number, Publication[]>();
    let unkeyed: number | undefined;
    for (const message of messages) {
      const number =
        message.partition ??
        (message.key === undefined
          ? (unkeyed ??= topic.chooseUnkeyed(partitionsPerTopic))
          : partitionOfKey(message.key, partitionsPerTopic));
      const group = groups.get(number);
      if (group === undefined) groups.set(number, [message]);
      else group.push(message);
    }
    const work = [...groups].map(([number, group]) => this.publishTo(topic, number, group));
    if (work.length === 1) return Promise.all(work);
    // All of them end before the answer: a client that is refused may send again at once, and must not overtake itself.
    const results = await Promise.allSettled(work);
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  public async receive(name: string, options: ReceiveOptions): Promise<Delivery[]> {
    const topic = this.topic(name);
    this.checkPartition(name, options.partition);
    const { maxCount, partition, visibilityTimeoutMs = this.options.visibilityTimeoutMs } = options;
    let received: readonly Received[] = topic.take(maxCount, partition, visibilityTimeoutMs);
    if (received.length === 0) {
      // What is on disk is on its way by now.
      for (const each of topic.partitions) await each?.loaded();
      received = topic.take(maxCount, partition, visibilityTimeoutMs);
    }
    if (received.length === 0 && options.waitMs > 0 && !this.stopping) {
      received = await this.waiting.wait(topic, { ...options, visibilityTimeoutMs });
    }
    return received.map(({ partition: number, message }) => ({
      receipt: formatReceipt(this.options.epoch, number, message.offset, message.attempts),
      partition: number,
      offset: message.offset,
      publishedAtMs: message.publishedAtMs,
      attempts: message.attempts,
      key: message.key,
      headers: message.headers,
      body: message.body,
    }));
  }

  public acknowledge(name: string, receipts: readonly string[]): Promise<string[]> {
    return this.settle(name, receipts, (partition, offset, attempt) =>
      partition.acknowledge(offset, attempt),
    );
  }

  public reject(
    name: string,
    receipts: readonly string[],
    { reason, deadLetter }: { readonly reason: string; readonly deadLetter: boolean },
  ): Promise<string[]> {
    return this.settle(name, receipts, (partition, offset, attempt) =>
      partition.reject(offset, attempt, reason, deadLetter),
    );
  }

  public extend(name: string, receipts: readonly string[], visibilityTimeoutMs: number): Promise<string[]> {
    return this.settle(name, receipts, (partition, offset, attempt) =>
      partition.extend(offset, attempt, visibilityTimeoutMs),
    );
  }

  public topics(): Promise<TopicStatus[]> {
    const topics = [...this.all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Promise.resolve(topics.map((topic) => ({ topic: topic.name, partitions: topic.status() })));
  }

  public async deadLetters(
    name: string,
    maxCount: number,
  ): Promise<(Message & { readonly partition: number })[]> {
    this.topic(name);
    const dead = this.all.get(deadLetterTopic(name));
    for (const each of dead?.partitions ?? []) await each?.loaded();
    const letters = (dead?.partitions ?? []).flatMap((partition, number) =>
      (partition?.peek(maxCount) ?? []).map((message) => ({ ...message, partition: number })),
    );
    return letters.slice(0, maxCount);
  }

  /** One failed partition is routed round; a broker whose partitions have all failed is of no use. */
  public notReadyBecause(): string[] {
    const partitions = [...this.all.values()].flatMap((topic) => topic.status());
    const stopped = partitions.flatMap(({ stoppedBecause }) => stoppedBecause ?? []);
    return stopped.length < partitions.length ? [] : [...new Set(stopped)];
  }

  public stopWaiting(): void {
    this.stopping = true;
    for (const topic of this.all.values()) for (const waiter of topic.waiters) waiter.answer([]);
  }

  public async close(): Promise<void> {
    this.stopWaiting();
    clearInterval(this.ticker);
    const results = await Promise.allSettled([...this.partitions()].map((partition) => partition.close()));
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length > 0) throw new AggregateError(failures, 'what is in memory could not be kept');
  }

  private *partitions(): Generator<Partition> {
    for (const topic of this.all.values()) {
      for (const partition of topic.partitions) if (partition !== undefined) yield partition;
    }
  }

  private async publishTo(topic: Topic, number: number, group: readonly Publication[]): Promise<Accepted> {
    try {
      const partition = topic.partitions[number] ?? (await topic.partition(number));
      const firstOffset = await partition.publish(group);
      return { partition: number, firstOffset, count: group.length };
    } catch (error) {
      const where = `${topic.name}/${number}`;
      if (error instanceof LogFullError) throw brokerProblem('disk-full', `${where}: ${error.message}`);
      if (error instanceof LogStoppedError) {
        throw brokerProblem('partition-stopped', `${where}: ${error.message}`);
      }
      const failure = topic.failures.get(number);
      if (failure === undefined) throw error;
      throw brokerProblem('partition-stopped', `${where} was not opened: ${failure}`);
    }
  }

  private settle(
    name: string,
    receipts: readonly string[],
    act: (partition: Partition, offset: number, attempt: number) => 'done' | 'stale',
  ): Promise<string[]> {
    const topic = this.topic(name);
    const stale = receipts.filter((text) => {
      const receipt = parseReceipt(this.options.epoch, text);
      const partition = receipt === undefined ? undefined : topic.partitions[receipt.partition];
      if (receipt === undefined || partition === undefined) return true;
      return act(partition, receipt.offset, receipt.attempt) === 'stale';
    });
    return Promise.resolve(stale);
  }

  private topic(name: string): Topic {
    const topic = this.all.get(name) ?? this.deadLettersOfKnownTopic(name);
    if (topic === undefined) throw brokerProblem('unknown-topic', `there is no topic ${name}`);
    return topic;
  }

  /** A consumer of dead letters may wait for the first. */
  private deadLettersOfKnownTopic(name: string): Topic | undefined {
    const isKnown = [...this.all.keys()].some((topic) => deadLetterTopic(topic) === name);
    return isKnown ? this.addTopic(name) : undefined;
  }

  private newTopic(name: string): Topic {
    const deadLetters = this.deadLettersOfKnownTopic(name);
    if (deadLetters !== undefined) return deadLetters;
    if (isDeadLetterTopic(name)) {
      throw brokerProblem('unknown-topic', `${name} is for the dead letters of a topic that is not there`);
    }
    // Half of them at most are for dead letters.
    const count = [...this.all.keys()].filter((topic) => !isDeadLetterTopic(topic)).length;
    if (count >= this.options.maxTopics) {
      throw brokerProblem('too-many-topics', `there are ${count} topics (BROKER_MAX_TOPICS)`);
    }
    return this.addTopic(name);
  }

  private addTopic(name: string): Topic {
    const topic = new Topic(name, (owner, number) => this.openPartition(owner, number));
    this.all.set(name, topic);
    return topic;
  }

  /** Before anything is made for a request that is wrong. Partitions from before the number was lowered stay. */
  private checkPartition(name: string, number: number | undefined): void {
    const { partitionsPerTopic } = this.options;
    if (number === undefined || number < partitionsPerTopic) return;
    if (this.all.get(name)?.partitions[number] !== undefined) return;
    const detail = `${name} has the partitions 0 to ${partitionsPerTopic - 1}, not ${number}`;
    throw brokerProblem('unknown-partition', detail);
  }

  private async openPartition(topic: Topic, number: number): Promise<Partition> {
    const { disk, clock, durability, queueSize, segmentBytes } = this.options;
    const log = await SegmentLog.open({
      disk,
      folder: `${TOPICS_FOLDER}/${topic.name}/${number}`,
      fsync: durability === 'fsync',
      segmentBytes,
      budget: this.budget,
      report: (finding) => {
        if (finding.kind === 'damaged') this.damaged += 1;
        this.options.report(finding);
      },
    });
    const partition: Partition = new Partition({
      log,
      clock,
      memory: this.memory,
      queueSize,
      logFirst: durability !== 'memory',
      maxAttempts: isDeadLetterTopic(topic.name) ? undefined : this.options.maxAttempts,
      onReady: () => {
        topic.serveWaiters();
      },
      onExhausted: (message, reason) => {
        void this.bury(topic, number, partition, message, reason);
      },
    });
    return partition;
  }

  /** The dead letter is accepted by its topic before the message is settled in its own: twice, rather than never. */
  private async bury(
    topic: Topic,
    number: number,
    partition: Partition,
    message: Message,
    reason: string,
  ): Promise<void> {
    const headers = {
      ...message.headers,
      'dead-letter-reason': reason,
      'dead-letter-attempts': String(message.attempts),
      'dead-letter-offset': String(message.offset),
    };
    try {
      const name = deadLetterTopic(topic.name);
      const dead = this.all.get(name) ?? this.newTopic(name);
      await dead.partition(number);
      await this.publishTo(dead, number, [{ key: message.key, headers, body: message.body }]);
      partition.settleLeaving(message.offset);
    } catch {
      this.deadLettersRefused += 1;
      partition.returnLeaving(message.offset);
    }
  }
}
