/** The small pure parts: who reads what, requests of the right size, records. */
import fc from 'fast-check';

import { assignPartitions } from '../../../../apps/broker/kafka/assign';
import { cutIntoRequests, MAX_BATCH_BYTES, sizeBytes } from '../../../../apps/broker/kafka/batches';
import { goOnAt } from '../../../../apps/broker/kafka/go-on-at';
import { fetchedFrom, toRecord, type RecordBatch } from '../../../../apps/broker/kafka/records';

test('every partition has one reader, and readers of a topic differ by one partition at most', () => {
  const topic = fc.constantFrom<string[]>('a', 'b', 'c');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ id: fc.uuid(), topics: fc.uniqueArray(topic) }), {
        selector: ({ id }) => id,
        maxLength: 5,
      }),
      fc.dictionary(topic, fc.integer({ min: 1, max: 9 })),
      (members, counts) => {
        const wanted = new Map(members.map(({ id, topics }) => [id, topics]));
        const assigned = assignPartitions(wanted, new Map(Object.entries(counts)));
        expect([...assigned.keys()].sort()).toEqual([...wanted.keys()].sort());
        for (const [name, count] of Object.entries(counts)) {
          const readers = members.filter(({ topics }) => topics.includes(name));
          const parts = readers.map(({ id }) => assigned.get(id)?.get(name) ?? []);
          const all = readers.length === 0 ? [] : [...Array(count).keys()];
          expect(parts.flat().sort((a, b) => a - b)).toEqual(all);
          const sizes = parts.map(({ length }) => length);
          if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          for (const { id, topics } of members) {
            if (!topics.includes(name)) expect(assigned.get(id)?.has(name)).toBe(false);
          }
        }
      },
    ),
  );
});

test('a further topic moves no partition of another', () => {
  const members = new Map([
    ['x', ['a', 'b']],
    ['y', ['a', 'b']],
  ]);
  const before = assignPartitions(members, new Map([['a', 4]]));
  const after = assignPartitions(
    members,
    new Map([
      ['b', 3],
      ['a', 4],
    ]),
  );
  for (const member of members.keys())
    expect(after.get(member)?.get('a')).toEqual(before.get(member)?.get('a'));
});

test('no request has more of a partition than Kafka takes at once, and the order stays', () => {
  const records = Array.from({ length: 60 }, (_, i) => ({
    partition: i % 3,
    body: `${i}:${'x'.repeat(150_000)}`,
    timestampMs: 1,
  }));
  const requests = cutIntoRequests(records);
  for (const request of requests) {
    for (const partition of [0, 1, 2]) {
      const bytes = request.filter((each) => each.partition === partition).map(sizeBytes);
      expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    }
  }
  for (const partition of [0, 1, 2]) {
    const of = (all: typeof records): string[] =>
      all.filter((each) => each.partition === partition).map(({ body }) => body);
    expect(of(requests.flat() as typeof records)).toEqual(of(records));
  }
  // One that is larger than all goes alone; Kafka has the last word.
  const large = { partition: 0, body: 'x'.repeat(MAX_BATCH_BYTES + 1), timestampMs: 1 };
  expect(cutIntoRequests([large, large]).map(({ length }) => length)).toEqual([1, 1]);
});

test('reading goes on where the group was, unless that is kept no more or never was', () => {
  const bounds = { first: 10, end: 20 };
  expect([undefined, 9, 10, 20, 21].map((committed) => goOnAt(committed, bounds))).toEqual([
    10, 10, 10, 20, 10,
  ]);
});

function batch(attributes: number): RecordBatch {
  const record = toRecord('gpu', {
    partition: 0,
    key: 'k',
    headers: { a: 'ä' },
    body: '✓',
    timestampMs: 1000,
  });
  const { key = Buffer.alloc(0), value, headers } = record;
  return {
    firstOffset: 40n,
    lastOffsetDelta: 4,
    attributes,
    firstTimestamp: record.timestamp,
    maxTimestamp: 5000n,
    records: [
      { offsetDelta: 0, timestampDelta: 0n, key, value, headers: [...headers] },
      { offsetDelta: 2, timestampDelta: 7n, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    ],
  };
}

test('a record is the message that it was made of', () => {
  const position = { topic: 'gpu', partition: 0, offset: 40 };
  expect(fetchedFrom(position, { highWatermark: 99n, records: [batch(0)] })).toEqual({
    topic: 'gpu',
    partition: 0,
    messages: [
      { offset: 40, publishedAtMs: 1000, attempts: 0, key: 'k', headers: { a: 'ä' }, body: '✓' },
      { offset: 42, publishedAtMs: 1007, attempts: 0, key: undefined, headers: undefined, body: '' },
    ],
    nextOffset: 45,
    endOffset: 99,
  });
});

test('marks of transactions are no messages, and a topic may stamp records itself', () => {
  const position = { topic: 'gpu', partition: 0, offset: 41 };
  const found = fetchedFrom(position, { highWatermark: 99n, records: [batch(0b100000)] });
  expect(found).toMatchObject({ messages: [], nextOffset: 45 });
  const stamped = fetchedFrom(position, { highWatermark: 99n, records: [batch(0b1000)] });
  expect(stamped.messages).toMatchObject([{ offset: 42, publishedAtMs: 5000 }]);
  expect(fetchedFrom(position, { highWatermark: 41n })).toMatchObject({ messages: [], nextOffset: 41 });
});
