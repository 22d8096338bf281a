/** The way to Kafka: which partition, which topics may be made, and dead letters. */
import type { Message } from '../core/message';
import type { Clock } from '../core/partition';
import { partitionOfKey } from '../core/partitioner';
import { deadLetterTopic, isDeadLetterTopic, type Accepted, type Publication } from '../message-queue';
import { brokerProblem } from '../problems';
import type { AssignedPartition } from './assigned-partition';
import { cutIntoRequests } from './batches';
import type { KafkaCluster, OutRecord } from './cluster';
import type { TopicDirectory } from './topic-directory';

export interface PublisherOptions {
  readonly cluster: Pick<KafkaCluster, 'createTopic' | 'produce'>;
  readonly directory: TopicDirectory;
  readonly clock: Clock;
  readonly partitionsPerTopic: number;
  readonly maxTopics: number;
}

export class Publisher {
  public deadLettersRefused = 0;
  /** Messages since the process started, by topic and partition. */
  public readonly published = new Map<string, number[]>();
  private readonly burials = new Set<Promise<void>>();
  private nextUnkeyed = 0;

  public constructor(private readonly options: PublisherOptions) {}

  public async publish(topic: string, messages: readonly Publication[]): Promise<Accepted[]> {
    const known = await this.options.directory.partitionCount(topic);
    const count = known ?? this.options.partitionsPerTopic;
    for (const { partition } of messages) checkPartition(topic, partition, count);
    if (known === undefined) await this.create(topic);
    // Messages without a key go round, a request at a time: one record batch for all of them.
    const unkeyed = (this.nextUnkeyed = (this.nextUnkeyed + 1) % count);
    const timestampMs = this.options.clock.wallMs();
    return this.send(
      topic,
      messages.map(({ key, headers, body, partition }) => ({
        partition: partition ?? (key === undefined ? unkeyed : partitionOfKey(key, count)),
        key,
        headers,
        body,
        timestampMs,
      })),
    );
  }

  /** The number of partitions of a topic that may be received from. */
  public async existing(topic: string): Promise<number> {
    const count = await this.options.directory.partitionCount(topic);
    if (count !== undefined) return count;
    // A consumer of dead letters may wait for the first.
    if (await this.isForDeadLettersOfKnownTopic(topic)) return this.create(topic);
    throw brokerProblem('unknown-topic', `there is no topic ${topic}`);
  }

  /** The dead letter is accepted by its topic before the message is settled in its own: twice, rather than never. */
  public bury(from: AssignedPartition, message: Message, reason: string): void {
    const burial = this.sendDeadLetter(from, message, reason)
      .then(
        () => {
          from.queue.settleLeaving(message.offset);
        },
        () => {
          this.deadLettersRefused += 1;
          from.queue.returnLeaving(message.offset);
        },
      )
      .finally(() => this.burials.delete(burial));
    this.burials.add(burial);
  }

  /** When all dead letters that are on their way have arrived, or not. */
  public async close(): Promise<void> {
    await Promise.all(this.burials);
  }

  private async sendDeadLetter(
    from: AssignedPartition,
    { key, headers, body, attempts, offset }: Message,
    reason: string,
  ): Promise<void> {
    const topic = deadLetterTopic(from.topic);
    const count = await this.existing(topic);
    await this.send(topic, [
      {
        partition: from.number % count,
        key,
        headers: {
          ...headers,
          'dead-letter-reason': reason,
          'dead-letter-attempts': String(attempts),
          'dead-letter-offset': String(offset),
        },
        body,
        timestampMs: this.options.clock.wallMs(),
      },
    ]);
  }

  private async send(topic: string, records: readonly OutRecord[]): Promise<Accepted[]> {
    const accepted: Accepted[] = [];
    for (const request of cutIntoRequests(records)) {
      const offsets = await this.options.cluster.produce(topic, request);
      for (const [partition, firstOffset] of offsets) {
        const count = request.filter((record) => record.partition === partition).length;
        accepted.push({ partition, firstOffset, count });
        const counts = this.published.get(topic) ?? [];
        counts[partition] = (counts[partition] ?? 0) + count;
        this.published.set(topic, counts);
      }
    }
    return accepted;
  }

  private async create(topic: string): Promise<number> {
    const { cluster, directory, maxTopics, partitionsPerTopic } = this.options;
    let count = partitionsPerTopic;
    if (isDeadLetterTopic(topic)) {
      if (!(await this.isForDeadLettersOfKnownTopic(topic))) {
        const detail = `${topic} is for the dead letters of a topic that is not there`;
        throw brokerProblem('unknown-topic', detail);
      }
      count = (await directory.partitionCount(baseTopic(topic))) ?? count;
    } else {
      const topics = [...(await directory.all()).keys()].filter((each) => !isDeadLetterTopic(each));
      if (topics.length >= maxTopics) {
        throw brokerProblem('too-many-topics', `there are ${topics.length} topics (BROKER_MAX_TOPICS)`);
      }
    }
    await cluster.createTopic(topic, count);
    await directory.refresh();
    return (await directory.partitionCount(topic)) ?? count;
  }

  private async isForDeadLettersOfKnownTopic(topic: string): Promise<boolean> {
    if (!isDeadLetterTopic(topic)) return false;
    return (await this.options.directory.partitionCount(baseTopic(topic))) !== undefined;
  }
}

export function checkPartition(topic: string, partition: number | undefined, count: number): void {
  if (partition === undefined || partition < count) return;
  const detail = `${topic} has the partitions 0 to ${count - 1}, not ${partition}`;
  throw brokerProblem('unknown-partition', detail);
}

function baseTopic(deadLetters: string): string {
  return deadLetters.slice(0, -deadLetterTopic('').length);
}
