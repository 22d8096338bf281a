/** A member of a Kafka consumer group, by @platformatic/kafka; its own loop of reading is not used, for it knows no bounds. */
import type {
  BaseOptions,
  ClusterMetadata,
  Consumer,
  FetchOptions,
  GroupAssignment,
} from '@platformatic/kafka' with { 'resolution-mode': 'import' };

import { assignPartitions } from './assign';
import type { Fetched, GroupMember, MemberListener, PerPartition, Position } from './cluster';
import { Guarded, type Library } from './library';
import { fetchedFrom } from './records';

export interface PlatformaticMemberOptions {
  readonly library: Library;
  readonly base: BaseOptions;
  readonly group: string;
  readonly listener: MemberListener;
}

type FetchRequestTopic = FetchOptions<Buffer, Buffer, Buffer, Buffer>['topics'][number];

/** Ours: members that share partitions in another way are refused by Kafka, rather than mixed up. */
const PROTOCOL = { name: 'hyperion-round', version: 1 } as const;

const LIMITS = {
  /** After this long without a heartbeat Kafka gives the partitions to others; it allows no less than 6 s. */
  sessionMs: 10_000,
  heartbeatMs: 1000,
  joinMs: 30_000,
  callMs: 10_000,
  /** A heartbeat that does not come through for longer than a session, and a rearrangement of the group, take. */
  silentMs: 25_000,
} as const;

const FETCH = {
  /** How long Kafka waits for something new. What gets room meanwhile waits with it. */
  waitMs: 250,
  /** One partition's part: what waits in memory beside QUEUE_SIZE. A batch that is larger comes whole. */
  partitionBytes: 1024 * 1024,
  bytes: 8 * 1024 * 1024,
} as const;

export class PlatformaticMember implements GroupMember {
  private readonly guarded: Guarded<Consumer>;
  private readonly options: PlatformaticMemberOptions;
  private readonly watch: NodeJS.Timeout;
  private topicIds = new Map<string, string>();
  /** What the latest request to join has named. */
  private namedTopics: readonly string[] = [];
  private last: { readonly memberId: string | null; readonly generation: number } | undefined;
  private aliveAtMs = performance.now();
  private isOver = false;

  public constructor(options: PlatformaticMemberOptions) {
    this.options = options;
    const { library, base, group } = options;
    const consumer = new library.Consumer({
      ...base,
      groupId: group,
      maxWaitTime: FETCH.waitMs,
      minBytes: 1,
      maxBytes: FETCH.bytes,
      isolationLevel: 'READ_UNCOMMITTED',
    });
    this.guarded = new Guarded(consumer, (error) => {
      this.lose(error.message);
    });
    consumer.on('client:performDeduplicated', (operation: string) => {
      if (operation === 'joinGroup') this.namedTopics = [...consumer.topics.current];
    });
    consumer.on('consumer:group:join', () => {
      this.joined(consumer);
    });
    consumer.on('consumer:heartbeat:end', () => {
      this.aliveAtMs = performance.now();
    });
    this.watch = setInterval(() => {
      if (performance.now() - this.aliveAtMs > LIMITS.silentMs) this.lose('no heartbeat came through');
    }, LIMITS.heartbeatMs);
    this.watch.unref();
  }

  public async join(topics: readonly string[]): Promise<void> {
    const { topics: tracked } = this.guarded.client;
    for (const topic of [...tracked.current]) if (!topics.includes(topic)) tracked.untrack(topic);
    for (const topic of topics) if (!tracked.has(topic)) tracked.track(topic);
    // A rearrangement that is under way counts, for the library, as this join; but it has named other topics.
    do {
      this.aliveAtMs = performance.now();
      await this.guarded.call('joining the group', LIMITS.joinMs, (consumer) =>
        consumer.joinGroup({
          sessionTimeout: LIMITS.sessionMs,
          rebalanceTimeout: LIMITS.sessionMs,
          heartbeatInterval: LIMITS.heartbeatMs,
          protocols: [PROTOCOL],
          partitionAssigner: (_current, members, _topics, metadata) => assign(members, metadata),
        }),
      );
    } while (!this.isOver && !topics.every((topic) => this.namedTopics.includes(topic)));
  }

  public async leaders(topics: readonly string[]): Promise<PerPartition<number>> {
    const metadata = await this.guarded.call('asking for the leaders', LIMITS.callMs, (consumer) =>
      consumer.metadata({ topics: [...topics], forceUpdate: true }),
    );
    this.topicIds = new Map([...metadata.topics].map(([topic, { id }]) => [topic, id]));
    return new Map(
      [...metadata.topics].map(([topic, { partitions }]) => [topic, partitions.map(({ leader }) => leader)]),
    );
  }

  public async fetch(node: number, positions: readonly Position[]): Promise<readonly Fetched[]> {
    const { responses } = await this.guarded.call('fetching', LIMITS.callMs, (consumer) =>
      consumer.fetch({ node, topics: this.requests(positions) }),
    );
    return positions.flatMap((position) => {
      const id = this.topicIds.get(position.topic);
      const found = responses
        .find(({ topicId }) => topicId === id)
        ?.partitions.find(({ partitionIndex }) => partitionIndex === position.partition);
      return found === undefined ? [] : [fetchedFrom(position, found)];
    });
  }

  public commit(positions: readonly Position[]): Promise<void> {
    const offsets = positions.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: BigInt(offset),
      leaderEpoch: -1,
    }));
    return this.guarded.call('committing', LIMITS.callMs, (consumer) => consumer.commit({ offsets }));
  }

  public async leave(): Promise<void> {
    this.isOver = true;
    clearInterval(this.watch);
    await this.guarded.close(leaveAndClose);
  }

  private requests(positions: readonly Position[]): FetchRequestTopic[] {
    const requests = new Map<string, FetchRequestTopic>();
    for (const { topic, partition, offset } of positions) {
      const topicId = this.topicIds.get(topic);
      if (topicId === undefined) continue;
      const request = requests.get(topicId) ?? { topicId, partitions: [] };
      request.partitions.push({
        partition,
        fetchOffset: BigInt(offset),
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
        partitionMaxBytes: FETCH.partitionBytes,
      });
      requests.set(topicId, request);
    }
    return [...requests.values()];
  }

  private joined({ memberId, generationId, assignments }: Consumer): void {
    this.aliveAtMs = performance.now();
    const { last } = this;
    this.last = { memberId, generation: generationId };
    this.options.listener.assigned({
      partitions: partitionsOf(this.namedTopics, assignments ?? []),
      followsLast: last?.memberId === memberId && generationId - last.generation <= 1,
    });
  }

  private lose(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.watch);
    this.options.listener.lost(reason);
  }
}

function leaveAndClose(consumer: Consumer): Promise<void> {
  return new Promise((resolve, reject) => {
    consumer.close(true, (error) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
}

/** Every topic that was named, those too of which others have all partitions. */
function partitionsOf(
  topics: readonly string[],
  assignments: readonly GroupAssignment[],
): Map<string, readonly number[]> {
  return new Map(
    topics.map((topic) => [topic, assignments.find((each) => each.topic === topic)?.partitions ?? []]),
  );
}

function assign(
  members: ReadonlyMap<string, { readonly topics?: readonly string[] }>,
  metadata: ClusterMetadata,
): { memberId: string; assignments: Map<string, GroupAssignment> }[] {
  const wanted = new Map([...members].map(([member, { topics = [] }]) => [member, topics]));
  const counts = new Map([...metadata.topics].map(([topic, each]) => [topic, each.partitionsCount]));
  return [...assignPartitions(wanted, counts)].map(([memberId, topics]) => ({
    memberId,
    assignments: new Map([...topics].map(([topic, partitions]) => [topic, { topic, partitions }])),
  }));
}
