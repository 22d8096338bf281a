/** Kafka through its JavaScript client: acks of the leader alone, offsets committed as the client does by itself. */
import { BATCH, MESSAGE, type Target, type Workload } from '../workload';

const CONCURRENCY = 8;
const PARTITIONS = 4;
const TOPIC = 'bench';
/** Only lets the broker answer a fetch that finds nothing; what comes meanwhile ends the wait. */
const MAX_WAIT_MS = 100;
/** Of ProduceAcks. */
const LEADER = 1;
const BODY = Buffer.from(MESSAGE);

export async function kafka({ url }: Target): Promise<Workload> {
  const { Admin, Consumer, Producer } = await import('@platformatic/kafka');
  const common = { clientId: 'bench', bootstrapBrokers: [new URL(url).host] };
  const admin = new Admin(common);
  await admin.createTopics({ topics: [TOPIC], partitions: PARTITIONS, replicas: 1 });
  await admin.close();
  const producer = new Producer(common);
  const consumer = new Consumer({ ...common, groupId: 'group' });
  const stream = await consumer.consume({
    topics: [TOPIC],
    mode: 'earliest',
    autocommit: 100,
    minBytes: 1,
    maxWaitTime: MAX_WAIT_MS,
  });
  const open = new Map<number, { left: number; done: () => void }>();
  stream.on('data', ({ key }) => {
    const cycle = open.get(Number(key));
    if (cycle !== undefined && (cycle.left -= 1) === 0) cycle.done();
  });
  let next = 0;
  return {
    itemsPerCycle: BATCH,
    concurrency: CONCURRENCY,
    cycle: async () => {
      const number = (next += 1);
      const done = new Promise<void>((resolve) => open.set(number, { left: BATCH, done: resolve }));
      const partition = number % PARTITIONS;
      const message = { topic: TOPIC, partition, key: Buffer.from(String(number)), value: BODY };
      await producer.send({ messages: Array.from({ length: BATCH }, () => message), acks: LEADER });
      await done;
      open.delete(number);
    },
    close: async () => {
      await stream.close();
      await consumer.close();
      await producer.close();
    },
  };
}
