/** NATS JetStream: a stream in memory, every publication confirmed, a pull consumer, every message acknowledged. */
import { loadPeer } from '../peer';
import { BATCH, MESSAGE, type Target, type Workload } from '../workload';

interface Connection {
  drain(): Promise<void>;
}

interface JetStreamPackage {
  readonly jetstream: (connection: Connection) => {
    publish(subject: string, body: string): Promise<unknown>;
    readonly consumers: { get(stream: string, consumer: string): Promise<Consumer> };
  };
  readonly jetstreamManager: (connection: Connection) => Promise<{
    readonly streams: { add(config: object): Promise<unknown> };
    readonly consumers: { add(stream: string, config: object): Promise<unknown> };
  }>;
}

interface Consumer {
  fetch(options: object): Promise<AsyncIterable<{ ack(): void }>>;
}

const CONCURRENCY = 8;
const KEPT = 10_000;

export async function jetStream({ url }: Target): Promise<Workload> {
  const { connect } = loadPeer('@nats-io/transport-node') as {
    connect: (options: object) => Promise<Connection>;
  };
  const { jetstream, jetstreamManager } = loadPeer('@nats-io/jetstream') as JetStreamPackage;
  const connection = await connect({ servers: new URL(url).host });
  const manager = await jetstreamManager(connection);
  // Limits rather than a work queue: the server has less to do for an acknowledgement.
  await manager.streams.add({ name: 'bench', subjects: ['bench'], storage: 'memory', max_msgs: KEPT });
  const acknowledgement = { ack_policy: 'explicit', max_ack_pending: KEPT };
  await manager.consumers.add('bench', { durable_name: 'group', ...acknowledgement });
  const client = jetstream(connection);
  const consumer = await client.consumers.get('bench', 'group');
  return {
    itemsPerCycle: BATCH,
    concurrency: CONCURRENCY,
    cycle: async () => {
      await Promise.all(Array.from({ length: BATCH }, () => client.publish('bench', MESSAGE)));
      for (let open = BATCH; open > 0;) {
        for await (const message of await consumer.fetch({ max_messages: open, expires: 1000 })) {
          message.ack();
          open -= 1;
        }
      }
    },
    close: () => connection.drain(),
  };
}
