import type { Fetched } from '../../../../apps/broker/kafka/cluster';
import { KafkaLog } from '../../../../apps/broker/kafka/kafka-log';

function fetched(offsets: readonly number[], nextOffset: number, endOffset = nextOffset): Fetched {
  const messages = offsets.map((offset) => ({ offset, publishedAtMs: 1, attempts: 0, body: `m${offset}` }));
  return { topic: 'gpu', partition: 0, messages, nextOffset, endOffset };
}

async function read(log: KafkaLog, maxCount = 100, maxBytes = 1e9): Promise<number[]> {
  const offsets: number[] = [];
  await log.read(maxCount, maxBytes, (found) => offsets.push(...found.map(({ message }) => message.offset)));
  return offsets;
}

test('hands out what was fetched, in order and in parts', async () => {
  const log = new KafkaLog(5, 1000);
  expect(log.isPrimed).toBe(false);
  log.feed(fetched([5, 6, 7], 8, 10));
  expect({ primed: log.isPrimed, backlog: log.backlog, next: log.nextOffset }).toEqual({
    primed: true,
    backlog: 5,
    next: 8,
  });
  expect(log.isHungry).toBe(false);
  expect(await read(log, 2)).toEqual([5, 6]);
  // One at least, however little room there is.
  expect(await read(log, 100, 0)).toEqual([7]);
  expect(log.isHungry).toBe(true);
  const waiting = read(log);
  log.feed(fetched([8], 9, 10));
  expect(await waiting).toEqual([8]);
});

test('goes on at the oldest message that is not settled', async () => {
  const log = new KafkaLog(10, 1000);
  log.feed(fetched([10, 11, 12, 13], 14));
  await read(log);
  log.settle(11);
  log.settle(13);
  expect(log.settledBefore).toBe(10);
  log.settle(10);
  expect(log.settledBefore).toBe(12);
  log.settle(12);
  expect(log.settledBefore).toBe(14);
});

test('offsets that no message has are settled', async () => {
  const log = new KafkaLog(0, 1000);
  // A compacted topic, and the mark of a transaction at the end.
  log.feed(fetched([2, 5], 7));
  expect(log.settledBefore).toBe(2);
  expect(await read(log)).toEqual([2, 5]);
  log.settle(2);
  expect(log.settledBefore).toBe(5);
  log.settle(5);
  expect(log.settledBefore).toBe(7);
});

test('takes nothing twice when a batch begins before the position', async () => {
  const log = new KafkaLog(3, 1000);
  log.feed(fetched([1, 2, 3, 4], 5));
  expect(await read(log)).toEqual([3, 4]);
});

test('does not run away from a message that nobody settles', async () => {
  const log = new KafkaLog(0, 3);
  log.feed(fetched([0, 1, 2], 3));
  await read(log);
  log.settle(1);
  log.settle(2);
  expect(log.isHungry).toBe(false);
  log.settle(0);
  expect(log.isHungry).toBe(true);
});

test('counts what is kept no more, and goes on behind it', () => {
  const log = new KafkaLog(4, 1000);
  expect(log.skipTo(9)).toBe(5);
  expect([log.nextOffset, log.settledBefore, log.skipTo(2)]).toEqual([9, 9, 0]);
});

test('after its end it takes nothing, and a read that waits is over', async () => {
  const log = new KafkaLog(0, 1000);
  const waiting = read(log);
  await log.close();
  log.feed(fetched([0], 1));
  expect(await waiting).toEqual([]);
  expect([log.backlog, log.isHungry]).toEqual([0, false]);
});
