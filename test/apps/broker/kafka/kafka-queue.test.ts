/** The engine over a Kafka in memory: what a real one does not do on demand. The rest: `test/proof/broker-kafka.test.ts`. */
import { KafkaError } from '../../../../apps/broker/kafka/cluster';
import type { ReaderEvent } from '../../../../apps/broker/kafka/group-reader';
import { KafkaQueue } from '../../../../apps/broker/kafka/kafka-queue';
import type { Delivery, ReceiveOptions } from '../../../../apps/broker/message-queue';
import { Problem } from '../../../../apps/shared/problem';
import { until } from '../contract/contract-client';
import { FakeCluster, type FakeMember } from './fake-cluster';

jest.setTimeout(60_000);

const open: KafkaQueue[] = [];
let epochs = 0;

afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.close()));
});

interface World {
  readonly cluster: FakeCluster;
  readonly queue: KafkaQueue;
  readonly events: ReaderEvent[];
  readonly receive: (options?: Partial<ReceiveOptions>) => Promise<Delivery[]>;
  readonly member: () => FakeMember;
}

function start(cluster = new FakeCluster()): World {
  const events: ReaderEvent[] = [];
  const queue = new KafkaQueue({
    cluster,
    clock: { wallMs: () => 1_700_000_000_000, steadyMs: () => performance.now() },
    epoch: `e${(epochs += 1)}`,
    queueSize: 10,
    partitionsPerTopic: 2,
    visibilityTimeoutMs: 60_000,
    maxAttempts: 2,
    memoryBytes: 1_000_000,
    maxTopics: 2,
    report: (event) => events.push(event),
  });
  open.push(queue);
  const { signal } = new AbortController();
  return {
    cluster,
    queue,
    events,
    receive: (options = {}) => queue.receive('gpu', { maxCount: 100, waitMs: 20_000, signal, ...options }),
    member: () => {
      const last = cluster.members.at(-1);
      if (last === undefined) throw new Error('nobody joined');
      return last;
    },
  };
}

function bodies(...texts: string[]): { body: string; partition: number }[] {
  return texts.map((body) => ({ body, partition: 0 }));
}

async function problemOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Problem)) throw new Error(`no problem: ${String(error)}`);
  return `${error.kind.status} ${error.code}: ${error.message}`;
}

test('commits the oldest message that is not settled, and a successor goes on there', async () => {
  const first = start();
  await first.queue.publish('gpu', bodies('a', 'b', 'c', 'd'));
  const [a, b, c] = await first.receive({ maxCount: 3 });
  await first.queue.acknowledge('gpu', [a?.receipt ?? '', c?.receipt ?? '']);
  await until(() => Promise.resolve(first.cluster.commits.get('gpu/0') === 1));
  await open.pop()?.close();
  expect(first.member().hasLeft).toBe(true);
  expect(first.cluster.closed).toBe(true);

  const second = start(first.cluster);
  const again = await second.receive();
  // "c" was acknowledged; but Kafka remembers one place only.
  expect(again.map(({ body, attempts }) => [body, attempts])).toEqual([
    ['b', 1],
    ['c', 1],
    ['d', 1],
  ]);
  expect(await second.queue.acknowledge('gpu', [b?.receipt ?? ''])).toEqual([b?.receipt]);
});

test('a partition that stays keeps its receipts, one that goes and comes back does not', async () => {
  const { queue, receive, member } = start();
  await queue.publish('gpu', [...bodies('a'), { body: 'b', partition: 1 }]);
  const held: Delivery[] = [];
  while (held.length < 2) held.push(...(await receive()));
  const receiptOf = (partition: number): string =>
    held.find((each) => each.partition === partition)?.receipt ?? '';
  member().assign((partition) => partition === 0);
  expect(await queue.acknowledge('gpu', [receiptOf(1)])).toEqual([receiptOf(1)]);
  member().assign(() => true);
  expect(await receive()).toMatchObject([{ body: 'b', partition: 1, attempts: 1 }]);
  // The same partition, offset and attempt, but of the earlier assignment.
  expect(await queue.acknowledge('gpu', [receiptOf(0), receiptOf(1)])).toEqual([receiptOf(1)]);
});

test('when others may have had the partitions meanwhile, everything is delivered again', async () => {
  const { queue, receive, member, events } = start();
  await queue.publish('gpu', bodies('a'));
  const [first] = await receive();
  member().assign(() => true, false);
  expect(await receive()).toMatchObject([{ body: 'a', attempts: 1 }]);
  member().lose('the session is over');
  const [third] = await receive();
  expect(third).toMatchObject({ body: 'a', attempts: 1 });
  expect(await queue.acknowledge('gpu', [first?.receipt ?? '', third?.receipt ?? ''])).toEqual([
    first?.receipt,
  ]);
  expect(events).toContainEqual({ kind: 'trouble', doing: 'the group', error: 'the session is over' });
});

test('memory is given back with a partition', async () => {
  const { queue, receive, member } = start();
  await queue.publish('gpu', bodies('a', 'b'));
  await receive();
  expect(queue.memory.usedBytes).toBeGreaterThan(0);
  member().assign(() => false);
  expect(queue.memory.usedBytes).toBe(0);
});

test('no more than the queue holds is in memory', async () => {
  const { queue, receive } = start();
  await queue.publish('gpu', bodies(...Array.from({ length: 100 }, (_, i) => String(i))));
  const received = await receive();
  const [status] = queue
    .localTopics()
    .flatMap(({ partitions }) => partitions.filter((each) => each.partition === 0));
  expect(received.length).toBeLessThanOrEqual(10);
  expect((status?.ready ?? 0) + (status?.inFlight ?? 0)).toBeLessThanOrEqual(10);
  expect(status).toMatchObject({ counters: { published: 100, delivered: received.length } });
});

test('what Kafka deleted before it was read is counted and reported', async () => {
  const first = start();
  await first.queue.publish('gpu', bodies('a', 'b', 'c'));
  first.cluster.commits.set('gpu/0', 0);
  first.cluster.deleteBefore('gpu', 0, 2);
  expect(await first.receive()).toMatchObject([{ body: 'c', offset: 2 }]);
  expect(first.queue.lost).toBe(2);
  expect(first.events).toContainEqual({ kind: 'lost', topic: 'gpu', partition: 0, count: 2 });
});

test('a dead letter that Kafka does not take is delivered again', async () => {
  const { queue, receive, cluster } = start();
  await queue.publish('gpu', bodies('poison'));
  const [first] = await receive();
  cluster.refusal = new KafkaError('away', 'no replicas');
  await queue.reject('gpu', [first?.receipt ?? ''], { reason: 'no number', deadLetter: true });
  const [second] = await receive();
  expect(second).toMatchObject({ body: 'poison', attempts: 2 });
  expect(queue.deadLettersRefused).toBe(1);
  cluster.refusal = undefined;
  await queue.reject('gpu', [second?.receipt ?? ''], { reason: 'no number', deadLetter: true });
  await until(async () => (await queue.deadLetters('gpu', 10)).length === 1);
  expect(await queue.deadLetters('gpu', 10)).toMatchObject([
    {
      body: 'poison',
      partition: 0,
      headers: { 'dead-letter-reason': 'no number', 'dead-letter-attempts': '2' },
    },
  ]);
});

test('Kafka away: refused with a reason, not ready, and well again by itself', async () => {
  const { queue, receive, cluster } = start();
  await queue.publish('gpu', bodies('a'));
  const [a] = await receive();
  cluster.isAway = true;
  expect(await problemOf(queue.publish('gpu', bodies('b')))).toBe('503 kafka-unavailable: nobody answers');
  expect(await problemOf(queue.publish('new', bodies('b')))).toBe('503 kafka-unavailable: nobody answers');
  expect(await problemOf(queue.topics())).toBe('503 kafka-unavailable: nobody answers');
  expect(queue.notReadyBecause()).toEqual(['Kafka: nobody answers']);
  // What is here needs no Kafka; the commit follows.
  expect(await queue.acknowledge('gpu', [a?.receipt ?? ''])).toEqual([]);
  cluster.isAway = false;
  await queue.publish('gpu', bodies('b'));
  expect(await receive()).toMatchObject([{ body: 'b' }]);
  await until(() => Promise.resolve(cluster.commits.get('gpu/0') === 1));
  await queue.topics();
  expect(queue.notReadyBecause()).toEqual([]);
});

test('limits and sizes are refused as by the embedded engine', async () => {
  const { queue, cluster } = start();
  await queue.publish('gpu', bodies('a'));
  await queue.publish('cpu', bodies('a'));
  expect(await problemOf(queue.publish('third', bodies('a')))).toBe(
    '409 too-many-topics: there are 2 topics (BROKER_MAX_TOPICS)',
  );
  cluster.refusal = new KafkaError('too-large', 'sending to gpu: larger than the max message size');
  expect(await problemOf(queue.publish('gpu', bodies('a')))).toBe(
    '413 message-too-large: sending to gpu: larger than the max message size',
  );
});
