/** Kafka in memory: what the engine asks of it, and the failures that a real one has, on demand. */
import type { Message } from '../../../../apps/broker/core/message';
import {
  KafkaError,
  type Assignment,
  type Bounds,
  type Fetched,
  type GroupMember,
  type KafkaCluster,
  type MemberListener,
  type OutRecord,
  type PerPartition,
  type Position,
} from '../../../../apps/broker/kafka/cluster';

const POLL_MS = 5;

interface FakePartition {
  first: number;
  readonly messages: Message[];
}

export class FakeCluster implements KafkaCluster {
  public readonly logs = new Map<string, FakePartition[]>();
  public readonly commits = new Map<string, number>();
  public readonly members: FakeMember[] = [];
  /** Every call fails. */
  public isAway = false;
  /** The next productions fail, with this. */
  public refusal: KafkaError | undefined;
  public closed = false;

  public topics(): Promise<ReadonlyMap<string, number>> {
    return this.answer(() => new Map([...this.logs].map(([topic, { length }]) => [topic, length])));
  }

  public createTopic(topic: string, partitions: number): Promise<void> {
    return this.answer(() => {
      if (this.logs.has(topic)) return;
      this.logs.set(
        topic,
        Array.from({ length: partitions }, () => ({ first: 0, messages: [] })),
      );
    });
  }

  public produce(topic: string, records: readonly OutRecord[]): Promise<ReadonlyMap<number, number>> {
    return this.answer(() => {
      if (this.refusal !== undefined) throw this.refusal;
      const offsets = new Map<number, number>();
      for (const { partition, key, headers, body, timestampMs } of records) {
        const { messages } = this.partition(topic, partition);
        const offset = (messages.at(-1)?.offset ?? -1) + 1;
        if (!offsets.has(partition)) offsets.set(partition, offset);
        messages.push({ offset, attempts: 0, publishedAtMs: timestampMs, key, headers, body });
      }
      return offsets;
    });
  }

  public bounds(topics: readonly string[]): Promise<PerPartition<Bounds>> {
    return this.answer(
      () =>
        new Map(
          topics.map((topic) => [
            topic,
            (this.logs.get(topic) ?? []).map(({ first, messages }) => ({ first, end: end(messages) })),
          ]),
        ),
    );
  }

  public committed(topics: ReadonlyMap<string, number>): Promise<PerPartition<number | undefined>> {
    return this.answer(
      () =>
        new Map(
          [...topics].map(([topic, count]) => [
            topic,
            Array.from({ length: count }, (_, i) => this.commits.get(`${topic}/${i}`)),
          ]),
        ),
    );
  }

  public peek(position: Position): Promise<Fetched> {
    return this.answer(() => this.read(position));
  }

  public member(listener: MemberListener): GroupMember {
    const member = new FakeMember(this, listener);
    this.members.push(member);
    return member;
  }

  public close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  public read({ topic, partition, offset }: Position): Fetched {
    const { first, messages } = this.partition(topic, partition);
    if (offset < first) throw new KafkaError('out-of-range', `${offset} is not kept`);
    const found = messages.filter((message) => message.offset >= offset).slice(0, 50);
    return {
      topic,
      partition,
      messages: found,
      nextOffset: found.length === 0 ? offset : end(found),
      endOffset: end(messages),
    };
  }

  /** Kafka's retention. */
  public deleteBefore(topic: string, partition: number, offset: number): void {
    const log = this.partition(topic, partition);
    log.first = offset;
    log.messages.splice(0, log.messages.filter((message) => message.offset < offset).length);
  }

  public async answer<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.isAway) throw new KafkaError('away', 'nobody answers');
    return work();
  }

  private partition(topic: string, number: number): FakePartition {
    const found = this.logs.get(topic)?.[number];
    if (found === undefined) throw new KafkaError('unknown-topic', `there is no ${topic}/${number}`);
    return found;
  }
}

/** Alone in its group, unless the test says otherwise with `assign`. */
export class FakeMember implements GroupMember {
  public hasLeft = false;
  public topics: readonly string[] = [];

  public constructor(
    private readonly cluster: FakeCluster,
    private readonly listener: MemberListener,
  ) {}

  public async join(topics: readonly string[]): Promise<void> {
    await this.cluster.answer(() => undefined);
    this.topics = topics;
    this.assign(() => true);
  }

  /** As after a rearrangement of the group. */
  public assign(isOurs: (partition: number) => boolean, followsLast = true): void {
    const partitions: Assignment['partitions'] = new Map(
      this.topics.map((topic) => [topic, [...(this.cluster.logs.get(topic) ?? []).keys()].filter(isOurs)]),
    );
    this.listener.assigned({ partitions, followsLast });
  }

  public lose(reason: string): void {
    this.listener.lost(reason);
  }

  public leaders(topics: readonly string[]): Promise<PerPartition<number>> {
    return this.cluster.answer(
      () =>
        new Map(topics.map((topic) => [topic, (this.cluster.logs.get(topic) ?? []).map((_, i) => i % 2)])),
    );
  }

  public async fetch(_node: number, positions: readonly Position[]): Promise<readonly Fetched[]> {
    const found = await this.cluster.answer(() => positions.map((position) => this.cluster.read(position)));
    if (found.every(({ messages }) => messages.length === 0)) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return found;
  }

  public commit(positions: readonly Position[]): Promise<void> {
    return this.cluster.answer(() => {
      for (const { topic, partition, offset } of positions) {
        this.cluster.commits.set(`${topic}/${partition}`, offset);
      }
    });
  }

  public leave(): Promise<void> {
    this.hasLeft = true;
    return Promise.resolve();
  }
}

function end(messages: readonly Message[]): number {
  return (messages.at(-1)?.offset ?? -1) + 1;
}
