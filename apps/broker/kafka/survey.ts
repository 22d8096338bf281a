/** What there is: topics with their depths, and dead letters, without receiving anything. */
import type { Message } from '../core/message';
import { deadLetterTopic, type PartitionStatus, type TopicStatus } from '../message-queue';
import type { AssignedPartition } from './assigned-partition';
import type { KafkaCluster } from './cluster';
import { goOnAt } from './go-on-at';
import type { GroupReader } from './group-reader';
import type { TopicDirectory } from './topic-directory';

export interface SurveyOptions {
  readonly cluster: Pick<KafkaCluster, 'bounds' | 'committed' | 'peek'>;
  readonly directory: TopicDirectory;
  readonly reader: GroupReader;
  readonly published: ReadonlyMap<string, readonly number[]>;
}

export class Survey {
  public constructor(private readonly options: SurveyOptions) {}

  /** What this process reads it knows; of all else, how far the group is behind. */
  public async topics(): Promise<TopicStatus[]> {
    const { cluster, directory, reader } = this.options;
    const counts = await directory.all();
    const bounds = await cluster.bounds([...counts.keys()]);
    const committed = await cluster.committed(counts);
    return [...counts.keys()].map((topic) => ({
      topic,
      partitions: (bounds.get(topic) ?? []).map((each, partition) => {
        const own = reader.assigned(topic, partition);
        const behind = each.end - goOnAt(committed.get(topic)?.[partition], each);
        return own === undefined ? this.others(topic, partition, behind) : this.own(own);
      }),
    }));
  }

  /** What this process read and sent. Asks nobody: metrics have to come also when Kafka is away. */
  public local(): TopicStatus[] {
    const topics = new Map<string, PartitionStatus[]>();
    for (const each of this.options.reader.all()) {
      topics.set(each.topic, [...(topics.get(each.topic) ?? []), this.own(each)]);
    }
    for (const [topic, counts] of this.options.published) {
      const others = [...counts.keys()].filter(
        (number) => this.options.reader.assigned(topic, number) === undefined,
      );
      topics.set(topic, [
        ...(topics.get(topic) ?? []),
        ...others.map((number) => this.others(topic, number, 0)),
      ]);
    }
    return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
  }

  public async deadLetters(
    name: string,
    maxCount: number,
  ): Promise<(Message & { readonly partition: number })[]> {
    const { cluster, directory, reader } = this.options;
    const topic = deadLetterTopic(name);
    const count = await directory.partitionCount(topic);
    if (count === undefined) return [];
    const bounds = (await cluster.bounds([topic])).get(topic) ?? [];
    const committed = (await cluster.committed(new Map([[topic, count]]))).get(topic) ?? [];
    const letters: (Message & { readonly partition: number })[] = [];
    for (const [partition, each] of bounds.entries()) {
      const room = maxCount - letters.length;
      if (room <= 0) break;
      const own = reader.assigned(topic, partition);
      const found =
        own?.log.isPrimed === true
          ? own.queue.peek(room)
          : await this.peek(topic, partition, goOnAt(committed[partition], each), each.end, room);
      letters.push(...found.map((message) => ({ ...message, partition })));
    }
    return letters;
  }

  private async peek(
    topic: string,
    partition: number,
    from: number,
    end: number,
    maxCount: number,
  ): Promise<readonly Message[]> {
    const messages: Message[] = [];
    for (let offset = from; offset < end && messages.length < maxCount;) {
      const found = await this.options.cluster.peek({ topic, partition, offset });
      messages.push(...found.messages.filter((message) => message.offset >= offset));
      if (found.nextOffset <= offset) break;
      offset = found.nextOffset;
    }
    return messages.slice(0, maxCount);
  }

  private own({ topic, number, queue }: AssignedPartition): PartitionStatus {
    const counters = { ...queue.counters, published: this.publishedTo(topic, number) };
    return { partition: number, ...queue.depths, counters };
  }

  private others(topic: string, partition: number, behind: number): PartitionStatus {
    const counters = { published: this.publishedTo(topic, partition) };
    return { partition, ready: 0, inFlight: 0, onDisk: Math.max(0, behind), counters };
  }

  private publishedTo(topic: string, partition: number): number {
    return this.options.published.get(topic)?.[partition] ?? 0;
  }
}
