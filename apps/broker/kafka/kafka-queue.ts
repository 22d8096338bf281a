/**
 * The engine over a Kafka cluster: topics and partitions are Kafka's, receipts and time-outs are this process's. What it
 * promises is in docs/guides/delivery.md, and why it is made so in docs/adr/0017-kafka-behind-the-brokers-interface.md.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Message } from '../core/message';
import type { Clock, MemoryShare, Outcome, Partition } from '../core/partition';
import { formatReceipt, parseReceipt } from '../core/receipt';
import type {
  Accepted,
  Delivery,
  MessageQueue,
  Publication,
  ReceiveOptions,
  TopicStatus,
} from '../message-queue';
import type { Received } from '../topic';
import { WaitingRoom } from '../waiting-room';
import { KafkaError, type KafkaCluster } from './cluster';
import { GroupReader, type ReaderEvent } from './group-reader';
import { inProblems } from './in-problems';
import { checkPartition, Publisher } from './publisher';
import { Survey } from './survey';
import { TopicDirectory } from './topic-directory';

export interface KafkaQueueOptions {
  readonly cluster: KafkaCluster;
  readonly clock: Clock;
  /** Different in each process. */
  readonly epoch: string;
  readonly queueSize: number;
  readonly partitionsPerTopic: number;
  readonly visibilityTimeoutMs: number;
  readonly maxAttempts: number;
  readonly memoryBytes: number;
  readonly maxTopics: number;
  readonly report: (event: ReaderEvent) => void;
}

/** The first receive has to join the group, and a broker that was killed keeps its place there for 10 s. */
const PRIME_LIMIT_MS = 15_000;
const PRIME_STEP_MS = 20;
/** Longer than a request for records waits at Kafka: what was published before a receive is found by it. */
const LEAST_WAIT_MS = 400;

export class KafkaQueue implements MessageQueue {
  public readonly memory: MemoryShare;
  private readonly directory: TopicDirectory;
  private readonly reader: GroupReader;
  private readonly publisher: Publisher;
  private readonly survey: Survey;
  private readonly waiting = new WaitingRoom();
  private stopping = false;

  public constructor(private readonly options: KafkaQueueOptions) {
    const { cluster } = options;
    this.memory = { limitBytes: options.memoryBytes, usedBytes: 0 };
    this.directory = new TopicDirectory(cluster, (counts) => {
      this.reader.follow(counts);
    });
    const { directory } = this;
    this.publisher = new Publisher({ ...options, directory });
    const { published } = this.publisher;
    this.reader = new GroupReader({
      ...options,
      memory: this.memory,
      onExhausted: (from, message, reason) => {
        this.publisher.bury(from, message, reason);
      },
    });
    this.survey = new Survey({ cluster, directory, reader: this.reader, published });
    // Its failure is the reason not to be ready; it goes on asking.
    directory.refresh().catch(() => undefined);
  }

  /** Dead letters that Kafka did not take; they are delivered again. */
  public get deadLettersRefused(): number {
    return this.publisher.deadLettersRefused;
  }

  /** Messages that Kafka's retention took before they were read. */
  public get lost(): number {
    return this.reader.lost;
  }

  public publish(topic: string, messages: readonly Publication[]): Promise<Accepted[]> {
    return inProblems(() => this.publisher.publish(topic, messages));
  }

  public receive(name: string, options: ReceiveOptions): Promise<Delivery[]> {
    return inProblems(async () => {
      checkPartition(name, options.partition, await this.publisher.existing(name));
      const topic = this.reader.want(name);
      await this.primed(name, options.signal);
      const { maxCount, partition, visibilityTimeoutMs = this.options.visibilityTimeoutMs } = options;
      let received: readonly Received[] = [];
      // A client that is gone must not be given messages.
      if (!options.signal.aborted) received = topic.take(maxCount, partition, visibilityTimeoutMs);
      if (received.length === 0 && !this.stopping) {
        const waitMs = Math.max(options.waitMs, LEAST_WAIT_MS);
        received = await this.waiting.wait(topic, { ...options, waitMs, visibilityTimeoutMs });
      }
      return received.flatMap((each) => this.delivery(name, each));
    });
  }

  public acknowledge(topic: string, receipts: readonly string[]): Promise<string[]> {
    return this.settle(topic, receipts, (queue, offset, attempt) => queue.acknowledge(offset, attempt));
  }

  public reject(
    topic: string,
    receipts: readonly string[],
    { reason, deadLetter }: { readonly reason: string; readonly deadLetter: boolean },
  ): Promise<string[]> {
    return this.settle(topic, receipts, (queue, offset, attempt) =>
      queue.reject(offset, attempt, reason, deadLetter),
    );
  }

  public extend(topic: string, receipts: readonly string[], visibilityTimeoutMs: number): Promise<string[]> {
    return this.settle(topic, receipts, (queue, offset, attempt) =>
      queue.extend(offset, attempt, visibilityTimeoutMs),
    );
  }

  public topics(): Promise<TopicStatus[]> {
    return inProblems(() => this.survey.topics());
  }

  /** What this process has to do with, without asking Kafka; for metrics. */
  public localTopics(): TopicStatus[] {
    return this.survey.local();
  }

  public deadLetters(topic: string, maxCount: number): Promise<(Message & { readonly partition: number })[]> {
    return inProblems(async () => {
      await this.publisher.existing(topic);
      return this.survey.deadLetters(topic, maxCount);
    });
  }

  public notReadyBecause(): string[] {
    const { trouble } = this.directory;
    return trouble === undefined ? [] : [`Kafka: ${trouble}`];
  }

  public stopWaiting(): void {
    this.stopping = true;
    this.reader.answerAll();
  }

  public async close(): Promise<void> {
    this.stopWaiting();
    this.directory.close();
    try {
      await this.publisher.close();
      await this.reader.close();
    } finally {
      await this.options.cluster.close();
    }
  }

  /** Until what Kafka has is on its way here. */
  private async primed(topic: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    const untilMs = clock.steadyMs() + PRIME_LIMIT_MS;
    while (!this.reader.isPrimed(topic) && !this.stopping && !signal.aborted) {
      if (clock.steadyMs() > untilMs) {
        // The group may take longer to agree; then there is nothing to be had here yet.
        if (this.reader.trouble === undefined) return;
        throw new KafkaError('away', this.reader.trouble);
      }
      await sleep(PRIME_STEP_MS);
    }
  }

  private delivery(topic: string, { partition, message }: Received): Delivery[] {
    const assigned = this.reader.assigned(topic, partition);
    // Taken away in this moment: whoever reads it now delivers it.
    if (assigned === undefined) return [];
    return [
      {
        receipt: formatReceipt(assigned.epoch, partition, message.offset, message.attempts),
        partition,
        offset: message.offset,
        publishedAtMs: message.publishedAtMs,
        attempts: message.attempts,
        key: message.key,
        headers: message.headers,
        body: message.body,
      },
    ];
  }

  private settle(
    topic: string,
    receipts: readonly string[],
    act: (queue: Partition, offset: number, attempt: number) => Outcome,
  ): Promise<string[]> {
    return inProblems(async () => {
      await this.publisher.existing(topic);
      return receipts.filter((text) => {
        const assigned = this.reader.assigned(topic, Number(text.slice(0, text.indexOf('-'))));
        const receipt = assigned && parseReceipt(assigned.epoch, text);
        if (assigned === undefined || receipt === undefined) return true;
        return act(assigned.queue, receipt.offset, receipt.attempt) === 'stale';
      });
    });
  }
}
