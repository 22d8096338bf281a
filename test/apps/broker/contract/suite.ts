/** The contract. The broker of the suite is started with `CONTRACT_VARIABLES`. */
import { ContractClient, until, type ContractAnswer } from './contract-client';

/** Small limits, so that each is reached. */
export const CONTRACT_VARIABLES = {
  PARTITIONS_PER_TOPIC: '3',
  QUEUE_SIZE: '20',
  BROKER_MAX_ATTEMPTS: '2',
  BROKER_MAX_MESSAGE_SIZE: '1KiB',
} as const;

export const KEYS_OF_THREE_PARTITIONS: Readonly<Record<string, number>> = {
  'GPU-0': 2,
  'GPU-1': 1,
  'GPU-5': 0,
  'GPU-3f0c9a51-7e0b': 1,
  ä: 2,
};

let topics = 0;

export function brokerContract(start: () => Promise<string>): void {
  let client: ContractClient;
  let topic: string;

  beforeAll(async () => {
    client = new ContractClient(await start());
  });
  beforeEach(() => {
    topic = `gpu-${(topics += 1)}`;
  });
  afterAll(() => client.close());

  it('takes a text with its key, and gives it back as it was', async () => {
    const beforeMs = Date.now();
    const answer = await client.post(`/topics/${topic}/messages?key=GPU-1`, 'hot ✓');
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 1, ranges: [{ firstOffset: 0, count: 1 }] },
    });
    const [message] = await client.receive(topic);
    expect(message).toMatchObject({ key: 'GPU-1', body: 'hot ✓', attempts: 1, offset: 0 });
    expect(message).not.toHaveProperty('headers');
    const { publishedAtMs } = message as unknown as { publishedAtMs: number };
    expect(publishedAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(publishedAtMs).toBeLessThanOrEqual(Date.now());
  });

  it('takes a batch, with headers and empty bodies', async () => {
    const headers = { traceparent: '00-1-2-01', 'x-empty': '' };
    const answer = await client.publish(topic, { body: '', headers }, { body: 'b' });
    expect(answer.body).toMatchObject({ accepted: 2 });
    const messages = await client.receiveAll(topic, 2);
    expect(messages.find(({ body }) => body === '')).toMatchObject({ headers });
    expect(messages.find(({ body }) => body === 'b')).not.toHaveProperty('key');
  });

  it('gives each key the partition that Kafka’s default partitioner would', async () => {
    // Of Kafka 4.3's own producer, with three partitions; test/proof/broker-kafka.test.ts asks it.
    const partitions = KEYS_OF_THREE_PARTITIONS;
    await client.publish(topic, ...Object.keys(partitions).map((key) => ({ key, body: key })));
    const messages = await client.receiveAll(topic, Object.keys(partitions).length);
    expect(Object.fromEntries(messages.map(({ key, partition }) => [key, partition]))).toEqual(partitions);
  });

  it('puts a message into the partition that is named, and refuses one that is not there', async () => {
    await client.publish(topic, { body: 'a', key: 'GPU-1', partition: 2 });
    expect(await client.receive(topic, { partition: 2 })).toMatchObject([{ body: 'a', partition: 2 }]);
    for (const refused of [
      await client.post(`/topics/${topic}/messages?partition=3`, 'a'),
      await client.post(`/topics/${topic}/receive`, { partition: 3 }),
    ]) {
      expectProblem(refused, 404, 'unknown-partition', 'has the partitions 0 to 2, not 3');
    }
  });

  it('delivers a partition in order, also far more than memory may hold', async () => {
    const bodies = Array.from({ length: 200 }, (_, i) => String(i));
    for (let i = 0; i < 200; i += 40) {
      await client.publish(topic, ...bodies.slice(i, i + 40).map((body) => ({ body, partition: 1 })));
    }
    const received: string[] = [];
    while (received.length < 200) {
      const messages = await client.receive(topic, { maxMessages: 7 });
      received.push(...messages.map(({ body }) => body));
      await client.acknowledge(topic, messages);
    }
    expect(received).toEqual(bodies);
  });

  it('lets a receiver wait for a message, of one partition if it likes', async () => {
    await client.publish(topic, { body: 'first', partition: 0 });
    const waiting = client.receive(topic, { partition: 2 });
    await client.publish(topic, { body: 'not this', partition: 1 });
    await client.publish(topic, { body: 'this', partition: 2 });
    expect(await waiting).toMatchObject([{ body: 'this', partition: 2 }]);
    expect(await client.receive(topic, { partition: 2, waitMs: 0 })).toEqual([]);
  });

  it('finds without waiting what was published before', async () => {
    await client.publish(topic, 'a');
    expect(await client.receive(topic, { waitMs: 0 })).toMatchObject([{ body: 'a' }]);
    await client.publish(topic, 'b');
    expect(await client.receive(topic, { waitMs: 0 })).toMatchObject([{ body: 'b' }]);
  });

  it('delivers to nobody else what is in flight, and never again what is acknowledged', async () => {
    await client.publish(topic, 'a', 'b');
    const messages = await client.receiveAll(topic, 2);
    expect(await client.receive(topic, { waitMs: 0 })).toEqual([]);
    expect(await client.acknowledge(topic, messages)).toMatchObject({ status: 200, body: { done: 2 } });
    expect(await client.receive(topic, { waitMs: 0 })).toEqual([]);
  });

  it('names stale receipts, and handles the others', async () => {
    await client.publish(topic, { body: 'a', partition: 0 }, { body: 'b', partition: 0 });
    const [a, b] = await client.receiveAll(topic, 2);
    await client.post(`/topics/${topic}/acknowledge`, { receipts: [a?.receipt] });
    const receipts = [a?.receipt, b?.receipt, 'nonsense', '0-0-1-other'];
    const answer = await client.post(`/topics/${topic}/acknowledge`, { receipts });
    expectProblem(answer, 409, 'stale-receipt', '3 of 4 receipts are stale');
    expect(answer.body).toMatchObject({ stale: [a?.receipt, 'nonsense', '0-0-1-other'], done: 1 });
    for (const action of ['reject', 'extend']) {
      const more = action === 'extend' ? { visibilityTimeoutMs: 1000 } : {};
      const refused = await client.post(`/topics/${topic}/${action}`, { receipts: [b?.receipt], ...more });
      expectProblem(refused, 409, 'stale-receipt', '1 of 1 receipts are stale');
    }
  });

  it('delivers again what is rejected, with another receipt', async () => {
    await client.publish(topic, 'a');
    const [first] = await client.receive(topic);
    expect(await client.post(`/topics/${topic}/reject`, { receipts: [first?.receipt] })).toMatchObject({
      status: 200,
      body: { done: 1 },
    });
    const [second] = await client.receive(topic);
    expect(second).toMatchObject({ body: 'a', attempts: 2, offset: first?.offset });
    expect(second?.receipt).not.toBe(first?.receipt);
    expect((await client.post(`/topics/${topic}/acknowledge`, { receipts: [first?.receipt] })).status).toBe(
      409,
    );
    expect((await client.post(`/topics/${topic}/acknowledge`, { receipts: [second?.receipt] })).status).toBe(
      200,
    );
  });

  it('delivers again what nobody ends in time, unless it is extended', async () => {
    await client.publish(topic, { body: 'a', partition: 0 }, { body: 'b', partition: 0 });
    const [a, b] = await client.receiveAll(topic, 2, { visibilityTimeoutMs: 2000 });
    const extended = await client.post(`/topics/${topic}/extend`, {
      receipts: [a?.receipt],
      visibilityTimeoutMs: 600_000,
    });
    expect(extended).toMatchObject({ status: 200, body: { done: 1 } });
    expect(await client.receive(topic)).toMatchObject([{ body: 'b', attempts: 2 }]);
    expect((await client.post(`/topics/${topic}/acknowledge`, { receipts: [b?.receipt] })).status).toBe(409);
    expect((await client.post(`/topics/${topic}/acknowledge`, { receipts: [a?.receipt] })).status).toBe(200);
  });

  it('makes a message a dead letter after its attempts, and says why', async () => {
    await client.publish(topic, { key: 'GPU-7', body: 'poison', headers: { site: 'a' } });
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const [message] = await client.receive(topic);
      expect(message?.attempts).toBe(attempt);
      await client.post(`/topics/${topic}/reject`, { receipts: [message?.receipt], reason: 'no number' });
    }
    const headers = {
      site: 'a',
      'dead-letter-reason': 'no number',
      'dead-letter-attempts': '2',
      'dead-letter-offset': '0',
    };
    const look = async (): Promise<unknown[]> =>
      (await client.get(`/topics/${topic}/dead-letters`)).body.messages as unknown[];
    await until(async () => (await look()).length > 0);
    // Looking takes nothing away.
    for (let i = 0; i < 2; i += 1)
      expect(await look()).toMatchObject([{ key: 'GPU-7', body: 'poison', headers }]);
    const letters = await client.receive(`${topic}.dead-letters`);
    expect(letters).toMatchObject([{ key: 'GPU-7', body: 'poison', headers, attempts: 1 }]);
    await client.acknowledge(`${topic}.dead-letters`, letters);
    expect(await look()).toEqual([]);
    expect(await client.receive(topic, { waitMs: 0 })).toEqual([]);
  });

  it('makes a poison message a dead letter at once, when it is told to', async () => {
    await client.publish(topic, 'poison');
    const [message] = await client.receive(topic);
    const how = { receipts: [message?.receipt], deadLetter: true, reason: 'no JSON' };
    await client.post(`/topics/${topic}/reject`, how);
    // A consumer of dead letters may be there before the first.
    expect(await client.receive(`${topic}.dead-letters`)).toMatchObject([
      { body: 'poison', headers: { 'dead-letter-reason': 'no JSON', 'dead-letter-attempts': '1' } },
    ]);
    expect(await client.receive(topic, { waitMs: 0 })).toEqual([]);
  });

  it('says what there is', async () => {
    await client.publish(topic, 'a', 'b', 'c');
    const { ready, inFlight, onDisk } = await client.depths(topic);
    expect({ inFlight, rest: ready + onDisk }).toEqual({ inFlight: 0, rest: 3 });
    const messages = await client.receiveAll(topic, 2);
    await until(async () => (await client.depths(topic)).ready === 1);
    expect(await client.depths(topic)).toEqual({ ready: 1, inFlight: 2, onDisk: 0 });
    await client.acknowledge(topic, messages);
    expect(await client.depths(topic)).toEqual({ ready: 1, inFlight: 0, onDisk: 0 });
    const { topics: all } = (await client.get('/topics')).body as { topics: { topic: string }[] };
    expect(all.map(({ topic: name }) => name)).toContain(topic);
    expect((await client.get('/ready')).status).toBe(200);
  });

  it('refuses what is not there, and what is too large', async () => {
    for (const answer of [
      await client.post(`/topics/${topic}/receive`, {}),
      await client.post(`/topics/${topic}/acknowledge`, { receipts: ['a'] }),
      await client.get(`/topics/${topic}`),
      await client.get(`/topics/${topic}/dead-letters`),
    ]) {
      expectProblem(answer, 404, 'unknown-topic', `there is no topic ${topic}`);
    }
    const dead = await client.post(`/topics/${topic}.dead-letters/messages`, 'a');
    expectProblem(dead, 404, 'unknown-topic', 'is for the dead letters of a topic that is not there');
    const large = await client.post(`/topics/${topic}/messages`, 'x'.repeat(1025));
    expectProblem(large, 413, 'message-too-large', '1025 bytes, 1024 are allowed');
    // A refused publication makes no topic.
    expect((await client.get(`/topics/${topic}`)).status).toBe(404);
  });
}

function expectProblem(answer: ContractAnswer, status: number, code: string, detail: string): void {
  expect(answer).toMatchObject({
    status,
    body: { status, code, detail: expect.stringContaining(detail) as string },
  });
}
