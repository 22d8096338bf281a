/** A Kafka cluster, by @platformatic/kafka. */
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Admin, Base, BaseOptions, Consumer, Producer } from '@platformatic/kafka' with {
  'resolution-mode': 'import',
};

import {
  KafkaError,
  type Bounds,
  type Fetched,
  type GroupMember,
  type KafkaCluster,
  type MemberListener,
  type OutRecord,
  type PerPartition,
  type Position,
} from './cluster';
import { codesOf, Guarded, type Library } from './library';
import { PlatformaticMember } from './platformatic-member';
import { fetchedFrom, toRecord } from './records';

export interface PlatformaticClusterOptions {
  readonly bootstrap: readonly string[];
  readonly group: string;
  readonly login:
    | {
        readonly mechanism: 'SCRAM-SHA-512' | 'PLAIN';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
  /** PEM; undefined: no TLS. */
  readonly authorities: Buffer | undefined;
  readonly replication: number;
  readonly maxMessageBytes: number;
}

const LIMITS = {
  connectMs: 5000,
  /** Kafka's own for the acknowledgement of all replicas. */
  acknowledgeMs: 5000,
  produceMs: 10_000,
  askMs: 10_000,
  createMs: 15_000,
  peekBytes: 1024 * 1024,
} as const;

/** Requests on their way on one connection. Kafka answers them in their order, and nothing is sent twice here. */
const MAX_PRODUCING = 32;
const RETRY = { retries: 3, retryDelay: 250 } as const;
const LEADER_CHECK_MS = 100;

/** Kafka's default, and what a batch of one message takes beside it. */
const DEFAULT_BATCH_BYTES = 1_048_588;
const BATCH_OVERHEAD_BYTES = 4096;

export class PlatformaticCluster implements KafkaCluster {
  private readonly admin: Renewed<Admin>;
  private readonly producer: Renewed<Producer>;
  /** Looks at offsets and records without being a member. */
  private readonly observer: Renewed<Consumer>;
  private creating: Promise<void> = Promise.resolve();

  private constructor(
    private readonly library: Library,
    private readonly options: PlatformaticClusterOptions,
  ) {
    const base = this.baseOptions();
    this.admin = new Renewed(() => new library.Admin({ ...base, ...RETRY, timeout: LIMITS.acknowledgeMs }));
    this.producer = new Renewed(
      () =>
        new library.Producer({
          ...base,
          retries: 0,
          timeout: LIMITS.acknowledgeMs,
          maxInflights: MAX_PRODUCING,
          acks: library.ProduceAcks.ALL,
          // The library's idempotent producer swallows records: see docs/adr/0017-kafka-behind-the-brokers-interface.md.
          idempotent: false,
        }),
    );
    this.observer = new Renewed(() => new library.Consumer({ ...base, ...RETRY, groupId: options.group }));
  }

  /** The library is an ES module, and of no use to a broker without Kafka: loaded here, and only here. */
  public static async connect(options: PlatformaticClusterOptions): Promise<PlatformaticCluster> {
    return new PlatformaticCluster(await import('@platformatic/kafka'), options);
  }

  public topics(): Promise<ReadonlyMap<string, number>> {
    return this.admin.call('asking for the topics', LIMITS.askMs, async (admin) => {
      const names = (await admin.listTopics()).filter((name) => !name.startsWith('__'));
      if (names.length === 0) return new Map<string, number>();
      const { topics } = await admin.metadata({ topics: names, forceUpdate: true });
      return new Map([...topics].map(([name, { partitionsCount }]) => [name, partitionsCount]));
    });
  }

  public createTopic(topic: string, partitions: number): Promise<void> {
    // The library takes two calls at the same time for one.
    const done = this.creating.then(() => this.create(topic, partitions));
    this.creating = done.catch(() => undefined);
    return done;
  }

  public produce(topic: string, records: readonly OutRecord[]): Promise<ReadonlyMap<number, number>> {
    return this.producer.call(`sending to ${topic}`, LIMITS.produceMs, async (producer) => {
      const { offsets = [] } = await producer.send({
        messages: records.map((record) => toRecord(topic, record)),
        acks: this.library.ProduceAcks.ALL,
      });
      return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
    });
  }

  public async bounds(topics: readonly string[]): Promise<PerPartition<Bounds>> {
    if (topics.length === 0) return new Map();
    return this.observer.call('asking for offsets', LIMITS.askMs, async (observer) => {
      const { EARLIEST, LATEST } = this.library.ListOffsetTimestamps;
      const first = await observer.listOffsets({ topics: [...topics], timestamp: EARLIEST });
      const end = await observer.listOffsets({ topics: [...topics], timestamp: LATEST });
      return new Map(
        [...end].map(([topic, ends]) => [
          topic,
          ends.map((each, i) => ({ first: Number(first.get(topic)?.[i] ?? each), end: Number(each) })),
        ]),
      );
    });
  }

  public async committed(topics: ReadonlyMap<string, number>): Promise<PerPartition<number | undefined>> {
    if (topics.size === 0) return new Map();
    return this.observer.call('asking where the group is', LIMITS.askMs, async (observer) => {
      const committed = await observer.listCommittedOffsets({
        topics: [...topics].map(([topic, count]) => ({ topic, partitions: [...Array(count).keys()] })),
      });
      return new Map(
        [...committed].map(([topic, offsets]) => [
          topic,
          // -1: never.
          offsets.map((offset) => (offset < 0n ? undefined : Number(offset))),
        ]),
      );
    });
  }

  public peek(position: Position): Promise<Fetched> {
    const { topic, partition, offset } = position;
    return this.observer.call(`looking into ${topic}`, LIMITS.askMs, async (observer) => {
      const metadata = await observer.metadata({ topics: [topic] });
      const { id = '', partitions = [] } = metadata.topics.get(topic) ?? {};
      const { responses } = await observer.fetch({
        node: partitions[partition]?.leader ?? -1,
        maxWaitTime: 0,
        minBytes: 0,
        maxBytes: LIMITS.peekBytes,
        topics: [
          {
            topicId: id,
            partitions: [
              {
                partition,
                fetchOffset: BigInt(offset),
                currentLeaderEpoch: -1,
                lastFetchedEpoch: -1,
                partitionMaxBytes: LIMITS.peekBytes,
              },
            ],
          },
        ],
      });
      return fetchedFrom(position, responses[0]?.partitions[0] ?? { highWatermark: BigInt(offset) });
    });
  }

  public member(listener: MemberListener): GroupMember {
    const { library, options } = this;
    return new PlatformaticMember({
      library,
      base: { ...this.baseOptions(), ...RETRY },
      group: options.group,
      listener,
    });
  }

  public async close(): Promise<void> {
    await Promise.all([this.admin.close(), this.producer.close(), this.observer.close()]);
  }

  private async create(topic: string, partitions: number): Promise<void> {
    const { replication, maxMessageBytes } = this.options;
    const what = `creating ${topic} with ${replication} copies (BROKER_KAFKA_REPLICATION)`;
    await this.admin.call(what, LIMITS.createMs, async (admin) => {
      try {
        await admin.createTopics({
          topics: [topic],
          partitions,
          replicas: replication,
          configs: [
            // With one copy only, an accepted message would not survive that broker.
            { name: 'min.insync.replicas', value: String(Math.min(2, Math.max(1, replication - 1))) },
            {
              name: 'max.message.bytes',
              value: String(Math.max(DEFAULT_BATCH_BYTES, maxMessageBytes + BATCH_OVERHEAD_BYTES)),
            },
          ],
        });
      } catch (error) {
        if (!codesOf(error).includes('TOPIC_ALREADY_EXISTS')) throw error;
      }
    });
    // The nodes hear of it one after the other. Who can say where the records end leads its partition.
    const untilMs = performance.now() + LIMITS.createMs;
    while (performance.now() < untilMs) {
      const found = await this.bounds([topic]).catch(() => undefined);
      if (found?.has(topic) === true) return;
      await sleep(LEADER_CHECK_MS);
    }
    throw new KafkaError('away', `${what}: it has no leaders within ${LIMITS.createMs} ms`);
  }

  private baseOptions(): BaseOptions {
    const { bootstrap, login, authorities } = this.options;
    // A name in the certificate is asked for by name; an address cannot be (RFC 6066).
    const hasNames = bootstrap.every((each) => isIP(each.slice(0, each.lastIndexOf(':'))) === 0);
    return {
      clientId: 'msg-queue',
      bootstrapBrokers: [...bootstrap],
      connectTimeout: LIMITS.connectMs,
      ...(login === undefined ? {} : { sasl: login }),
      ...(authorities === undefined
        ? {}
        : { tls: { ca: authorities, minVersion: 'TLSv1.2' }, tlsServerName: hasNames }),
    };
  }
}

/** A client that is made anew when it cannot mend itself: a call had no answer, or the group has moved to another node. */
class Renewed<Client extends Base> {
  private guarded: Guarded<Client> | undefined;

  public constructor(private readonly make: () => Client) {}

  public async call<T>(what: string, limitMs: number, work: (client: Client) => Promise<T>): Promise<T> {
    const guarded = (this.guarded ??= new Guarded(this.make()));
    try {
      return await guarded.call(what, limitMs, work);
    } catch (error) {
      const isBroken = guarded.isCut || codesOf(error).includes('NOT_COORDINATOR');
      if (isBroken && this.guarded === guarded) {
        this.guarded = undefined;
        void guarded.close();
      }
      throw error;
    }
  }

  public async close(): Promise<void> {
    await this.guarded?.close();
  }
}
