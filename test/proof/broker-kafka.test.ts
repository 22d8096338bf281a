/**
 * The broker over a real Kafka: the same contract as the embedded engine, and what is kept when either of the two is
 * killed. Not proved here: several Kafka nodes (leaders that move, replicas that fall behind).
 */
import { join } from 'node:path';

import { killBrokers, startBrokerProcess, type BrokerProcess } from '../apps/broker/broker-process';
import type { ReceivedMessage } from '../apps/broker/broker-client';
import { ContractClient, until } from '../apps/broker/contract/contract-client';
import { brokerContract, CONTRACT_VARIABLES, KEYS_OF_THREE_PARTITIONS } from '../apps/broker/contract/suite';
import { proof } from '../tools/proof';
import type { LoopbackBroker } from './kafka/broker';
import { KAFKA_LOGIN, prepareOpenBroker, startOpenBroker } from './kafka/open-broker';

jest.setTimeout(120_000);

proof(['kafka'], 'The broker over Kafka', () => {
  let kafka: LoopbackBroker;
  const clients: ContractClient[] = [];
  let groups = 0;

  const start = (variables: Readonly<Record<string, string>> = {}): Promise<BrokerProcess> =>
    startBrokerProcess('', {
      BROKER: 'kafka',
      BROKER_KAFKA_BOOTSTRAP: `127.0.0.1:${kafka.port('plainClients')}`,
      BROKER_KAFKA_REPLICATION: '1',
      LOG_LEVEL: 'info',
      ...variables,
    });
  const newGroup = (): string => `msg-queue-${(groups += 1)}`;
  const clientOf = ({ url }: BrokerProcess): ContractClient => {
    const client = new ContractClient(url);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    kafka = await prepareOpenBroker();
    await startOpenBroker(kafka);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  afterAll(async () => {
    await killBrokers();
    await kafka.stop();
  });

  describe('keeps the contract', () => {
    afterAll(killBrokers);
    brokerContract(async () => (await start({ ...CONTRACT_VARIABLES, BROKER_KAFKA_GROUP: newGroup() })).url);
  });

  describe('beyond the contract', () => {
    afterEach(killBrokers);

    it('finds each key where Kafka’s own producer puts it, and takes its records as messages', async () => {
      const client = clientOf(await start({ BROKER_KAFKA_GROUP: newGroup(), PARTITIONS_PER_TOPIC: '3' }));
      await client.publish('from-kafka', 'makes the topic');
      await client.acknowledge('from-kafka', await client.receive('from-kafka'));
      const keys = Object.keys(KEYS_OF_THREE_PARTITIONS);
      const { code, output } = await kafka.run(
        kafka.program('kafka-console-producer.sh'),
        [
          ...['--bootstrap-server', kafka.bootstrap('plainClients'), '--topic', 'from-kafka'],
          ...['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:'],
        ],
        {
          input: keys.map((key) => `${key}:${key}\n`).join(''),
          env: { JAVA_TOOL_OPTIONS: '-Dstdin.encoding=UTF-8 -Dfile.encoding=UTF-8' },
        },
      );
      expect({ code, output }).toMatchObject({
        code: 0,
        output: expect.not.stringContaining('ERROR') as string,
      });
      const messages = await client.receiveAll('from-kafka', keys.length);
      expect(Object.fromEntries(messages.map(({ key, partition }) => [key, partition]))).toEqual(
        KEYS_OF_THREE_PARTITIONS,
      );
    });

    it('takes a batch that is larger than Kafka takes at once, in order', async () => {
      const client = clientOf(await start({ BROKER_KAFKA_GROUP: newGroup() }));
      const bodies = Array.from({ length: 30 }, (_, i) => `${i}:${'x'.repeat(200_000)}`);
      await client.publish('large', ...bodies.map((body) => ({ body, key: 'GPU-1' })));
      const received: string[] = [];
      while (received.length < bodies.length) {
        const messages = await client.receive('large');
        received.push(...messages.map(({ body }) => body));
        await client.acknowledge('large', messages);
      }
      expect(received.map((body) => body.split(':')[0])).toEqual(bodies.map((body) => body.split(':')[0]));
    });

    it('delivers again, after kill -9, what nobody acknowledged, and loses nothing', async () => {
      const group = newGroup();
      const first = await start({ BROKER_KAFKA_GROUP: group });
      const client = clientOf(first);
      const accepted = Array.from({ length: 300 }, (_, i) => String(i));
      await client.publish('killed', ...accepted.map((body, i) => ({ key: `GPU-${i % 9}`, body })));
      const delivered = await client.receiveAll('killed', 120);
      const acknowledged = delivered.slice(0, 50);
      await client.acknowledge('killed', acknowledged);
      // Some more are on their way when it is killed; only what was answered counts.
      const more = Array.from({ length: 20 }, (_, i) => `more ${i}`);
      const answers = more.map((body) =>
        client.publish('killed', body).then(
          () => accepted.push(body),
          () => undefined,
        ),
      );
      await first.stop('SIGKILL');
      await Promise.all(answers);

      const second = clientOf(await start({ BROKER_KAFKA_GROUP: group }));
      const stale = await second.acknowledge('killed', delivered.slice(50, 60));
      expect(stale).toMatchObject({ status: 409, body: { done: 0 } });
      const found = await drain(second, 'killed');
      const done = new Set(acknowledged.map(({ body }) => body));
      expect(accepted.filter((body) => !found.has(body) && !done.has(body))).toEqual([]);
      expect(delivered.slice(50).every(({ body }) => found.has(body))).toBe(true);
    });

    it('delivers after an orderly stop just what nobody acknowledged', async () => {
      const group = newGroup();
      const first = await start({ BROKER_KAFKA_GROUP: group, PARTITIONS_PER_TOPIC: '1' });
      const client = clientOf(first);
      await client.publish('stopped', 'a', 'b', 'c', 'd');
      const messages = await client.receiveAll('stopped', 3);
      await client.acknowledge('stopped', messages.slice(0, 2));
      const poll = client.receive('stopped', { maxMessages: 1 }).then(() => client.receive('stopped'));
      await until(async () => (await client.depths('stopped')).inFlight === 2);
      expect(await first.stop('SIGTERM')).toBe(0);
      expect(await poll.catch(() => [])).toEqual([]);
      const second = clientOf(await start({ BROKER_KAFKA_GROUP: group }));
      const rest = await second.receiveAll('stopped', 2);
      expect(rest.map(({ body, attempts }) => [body, attempts])).toEqual([
        ['c', 1],
        ['d', 1],
      ]);
    });

    it('shares the partitions among processes, and calls a receipt stale whose partition has gone', async () => {
      const group = newGroup();
      const one = clientOf(await start({ BROKER_KAFKA_GROUP: group }));
      await one.publish(
        'shared',
        ...[0, 1, 2, 3].map((partition) => ({ partition, body: String(partition) })),
      );
      const held = await one.receiveAll('shared', 4);
      const two = clientOf(await start({ BROKER_KAFKA_GROUP: group }));
      const moved: ReceivedMessage[] = [];
      while (moved.length < 2) moved.push(...(await two.receive('shared')));
      const stayed = held.filter(({ partition }) => moved.every((each) => each.partition !== partition));
      expect(moved).toHaveLength(2);
      expect(stayed).toHaveLength(2);
      const gone = held.filter((message) => !stayed.includes(message)).map(({ receipt }) => receipt);
      const answer = await one.acknowledge('shared', held);
      expect(answer.body).toMatchObject({ code: 'stale-receipt', done: 2, stale: gone });
      expect((await two.acknowledge('shared', moved)).status).toBe(200);
      await until(async () => Object.values(await one.depths('shared')).every((depth) => depth === 0));
    });

    it('refuses while Kafka is away, and goes on when it is back, and loses nothing', async () => {
      const broker = await start({ BROKER_KAFKA_GROUP: newGroup(), VISIBILITY_TIMEOUT: '5m' });
      const client = clientOf(broker);
      await client.publish('outage', ...Array.from({ length: 50 }, (_, i) => String(i)));
      const held = await client.receiveAll('outage', 10);
      await kafka.kill();
      const refused = await client.post('/topics/outage/messages', 'while it is away');
      expect(refused).toMatchObject({ status: 503, body: { code: 'kafka-unavailable' } });
      expect(refused.headers['retry-after']).toBe('2');
      await until(async () => (await client.get('/ready')).status === 503);
      expect((await client.get('/ready')).body.reasons).toEqual([
        expect.stringMatching(/^Kafka: /) as string,
      ]);
      expect((await client.get('/topics')).body).toMatchObject({ code: 'kafka-unavailable' });
      expect((await client.get('/health')).status).toBe(200);

      await startOpenBroker(kafka);
      await until(async () => (await client.post('/topics/outage/messages', 'after')).status === 202);
      await until(async () => (await client.get('/ready')).status === 200);
      // The group may have been given up meanwhile; then what was held comes again.
      const { stale = [] } = (await client.acknowledge('outage', held)).body as { stale?: string[] };
      const acknowledged = held.filter(({ receipt }) => !stale.includes(receipt));
      const found = await drain(client, 'outage');
      const done = new Set([...acknowledged.map(({ body }) => body), ...found]);
      const missing = Array.from({ length: 50 }, (_, i) => String(i)).filter((body) => !done.has(body));
      expect(missing).toEqual([]);
      expect(found).toContain('after');
    });

    it.each(['SCRAM-SHA-512', 'PLAIN'])('shows a password by %s over TLS', async (mechanism) => {
      const secure = {
        BROKER_KAFKA_BOOTSTRAP: kafka.bootstrap('clients'),
        BROKER_KAFKA_CA_FILE: join(kafka.dir, 'tls', 'ca.crt'),
        BROKER_KAFKA_USERNAME: KAFKA_LOGIN.username,
        BROKER_KAFKA_MECHANISM: mechanism,
        BROKER_KAFKA_GROUP: newGroup(),
      };
      const good = clientOf(await start({ ...secure, BROKER_KAFKA_PASSWORD: KAFKA_LOGIN.password }));
      const topic = `secure-${mechanism.toLowerCase()}`;
      await good.publish(topic, 'a');
      expect(await good.receive(topic)).toMatchObject([{ body: 'a' }]);

      const wrong = clientOf(await start({ ...secure, BROKER_KAFKA_PASSWORD: 'not-the-password' }));
      const refused = await wrong.post(`/topics/${topic}/messages`, 'b');
      expect(refused).toMatchObject({ status: 503, body: { code: 'kafka-unavailable' } });
      expect(String(refused.body.detail)).toContain('SASL authentication failed');
      expect(JSON.stringify(refused.body)).not.toContain('not-the-password');
    });
  });
});

/** Receives and acknowledges until nothing comes any more. */
async function drain(client: ContractClient, topic: string): Promise<Set<string>> {
  const bodies = new Set<string>();
  for (let empty = 0; empty < 2;) {
    const messages = await client.receive(topic, { maxMessages: 1000, waitMs: 1500 });
    empty = messages.length === 0 ? empty + 1 : 0;
    for (const { body } of messages) bodies.add(body);
    if (messages.length > 0) await client.acknowledge(topic, messages);
  }
  return bodies;
}
