/** RabbitMQ: a classic queue, publisher confirms, prefetch 200, acknowledgements of many at once. */
import { loadPeer } from '../peer';
import { BATCH, MESSAGE, type Target, type Workload } from '../workload';

interface Channel {
  assertQueue(name: string, options: object): Promise<unknown>;
  prefetch(count: number): Promise<unknown>;
  consume(queue: string, receive: (message: object) => void): Promise<unknown>;
  ack(message: object, allUpTo: boolean): void;
  sendToQueue(queue: string, body: Buffer, options: object): boolean;
  waitForConfirms(): Promise<void>;
}

interface Connection {
  createChannel(): Promise<Channel>;
  createConfirmChannel(): Promise<Channel>;
  close(): Promise<void>;
}

const CONCURRENCY = 8;
const PREFETCH = 200;

/** A queue and two connections for each worker: the manual advises several queues, and not to publish and consume on one. */
export async function rabbitmq({ url }: Target): Promise<Workload> {
  const { connect } = loadPeer('amqplib') as { connect: (url: string) => Promise<Connection> };
  const workers = await Promise.all(
    Array.from({ length: CONCURRENCY }, (_, number) => openWorker(connect, url, `bench-${number}`)),
  );
  return {
    itemsPerCycle: BATCH,
    concurrency: CONCURRENCY,
    cycle: async (worker) => {
      await workers[worker]?.cycle();
    },
    close: async () => {
      await Promise.all(workers.map(({ close }) => close()));
    },
  };
}

async function openWorker(
  connect: (url: string) => Promise<Connection>,
  url: string,
  queue: string,
): Promise<{ cycle: () => Promise<void>; close: () => Promise<void> }> {
  const [publishing, consuming] = await Promise.all([connect(url), connect(url)]);
  const publisher = await publishing.createConfirmChannel();
  const consumer = await consuming.createChannel();
  await publisher.assertQueue(queue, { durable: false });
  await consumer.prefetch(PREFETCH);
  const body = Buffer.from(MESSAGE);
  let open = 0;
  let done: () => void = () => undefined;
  await consumer.consume(queue, (message) => {
    open -= 1;
    if (open > 0) return;
    consumer.ack(message, true);
    done();
  });
  return {
    cycle: async () => {
      open = BATCH;
      const consumed = new Promise<void>((resolve) => (done = resolve));
      for (let i = 0; i < BATCH; i += 1) publisher.sendToQueue(queue, body, { persistent: false });
      await publisher.waitForConfirms();
      await consumed;
    },
    close: async () => {
      await publishing.close();
      await consuming.close();
    },
  };
}
