/**
 * What a real process keeps when it is killed with -9, or told to stop. The moments are seeded: after so many accepted
 * messages, while others are on their way.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

import { startBrokerProcess, killBrokers, runBroker, type BrokerProcess } from './broker-process';
import { closeBrokers, newFolder, TOKEN, type ReceivedMessage } from './broker-client';

jest.setTimeout(120_000);

afterEach(async () => {
  await killBrokers();
  await closeBrokers();
});

/** Numerical Recipes' generator: the same moments in every run. */
function* moments(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield 200 + (state % 2000);
  }
}

interface Ledger {
  sent: number;
  readonly accepted: Set<string>;
  readonly acknowledged: Set<string>;
}

/** Publishes and consumes at once until so many more are accepted, then kills in the middle of it. */
async function workAndKill(broker: BrokerProcess, ledger: Ledger, count: number): Promise<void> {
  const goal = ledger.accepted.size + count;
  let alive = true;
  const publish = async (): Promise<void> => {
    while (alive) {
      const ids = Array.from({ length: 7 }, () => String((ledger.sent += 1)));
      const messages = ids.map((id) => ({ key: `GPU-${Number(id) % 5}`, body: id }));
      const { status } = await broker.post('/topics/gpu/messages', { messages });
      if (status !== 202) throw new Error(`publish: ${status}`);
      for (const id of ids) ledger.accepted.add(id);
    }
  };
  const consume = async (): Promise<void> => {
    while (alive) {
      for (const { body, receipt } of await receive(broker, 5)) {
        ledger.acknowledged.add(body);
        await broker.post('/topics/gpu/acknowledge', { receipts: [receipt] });
      }
    }
  };
  const work = [publish(), publish(), publish(), consume()].map((each) => each.catch(() => undefined));
  while (ledger.accepted.size < goal) await new Promise((resolve) => setImmediate(resolve));
  await broker.stop('SIGKILL');
  alive = false;
  await Promise.all(work);
}

async function receive(broker: BrokerProcess, maxMessages: number): Promise<ReceivedMessage[]> {
  const { status, body } = await broker.post('/topics/gpu/receive', { maxMessages, waitMs: 100 });
  return status === 200 ? (body.messages as ReceivedMessage[]) : [];
}

async function drain(broker: BrokerProcess): Promise<Set<string>> {
  const bodies = new Set<string>();
  for (let empty = 0; empty < 3;) {
    const messages = await receive(broker, 1000);
    empty = messages.length === 0 ? empty + 1 : 0;
    for (const { body } of messages) bodies.add(body);
    if (messages.length > 0) {
      await broker.post('/topics/gpu/acknowledge', { receipts: messages.map(({ receipt }) => receipt) });
    }
  }
  return bodies;
}

test.each(['flush', 'fsync'])('under %s, kill -9 loses nothing that was accepted', async (durability) => {
  const folder = newFolder();
  const variables = { DURABILITY: durability, QUEUE_SIZE: '300', LOG_LEVEL: 'info' };
  const ledger: Ledger = { sent: 0, accepted: new Set(), acknowledged: new Set() };
  const moment = moments(20250925);
  for (let kill = 0; kill < 3; kill += 1) {
    await workAndKill(await startBrokerProcess(folder, variables), ledger, moment.next().value as number);
  }
  const found = await drain(await startBrokerProcess(folder, variables));
  const missing = [...ledger.accepted].filter((id) => !found.has(id) && !ledger.acknowledged.has(id));
  expect(missing).toEqual([]);
  expect(ledger.accepted.size).toBeGreaterThan(600);
  expect([...found].filter((id) => Number(id) > ledger.sent)).toEqual([]);
});

test('under memory, kill -9 loses what is in memory, and nothing that is on disk', async () => {
  const folder = newFolder();
  const variables = { DURABILITY: 'memory', QUEUE_SIZE: '100', PARTITIONS_PER_TOPIC: '1' };
  const first = await startBrokerProcess(folder, variables);
  for (let i = 0; i < 300; i += 10) {
    const messages = Array.from({ length: 10 }, (_, k) => ({ body: String(i + k) }));
    expect(await first.post('/topics/gpu/messages', { messages })).toMatchObject({ status: 202 });
  }
  await first.stop('SIGKILL');
  const found = await drain(await startBrokerProcess(folder, variables));
  expect([...found].map(Number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 200 }, (_, i) => 100 + i),
  );
});

test('under memory, an orderly stop loses nothing, ends long polls, and gives 0', async () => {
  const folder = newFolder();
  const variables = { DURABILITY: 'memory' };
  const first = await startBrokerProcess(folder, variables);
  const messages = Array.from({ length: 1000 }, (_, i) => ({ key: String(i), body: String(i) }));
  await first.post('/topics/gpu/messages', { messages });
  await first.post('/topics/other/messages', { messages: [{ body: 'a' }] });
  await first.post('/topics/other/receive', {});
  const poll = first.post('/topics/other/receive', { waitMs: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const code = first.stop('SIGTERM');
  expect(await poll).toEqual({ status: 200, body: { messages: [] } });
  expect(await code).toBe(0);
  expect((await drain(await startBrokerProcess(folder, variables))).size).toBe(1000);
});

test('an orderly stop does not wait for a connection on which nothing was said', async () => {
  // Longer than the test may take: it would be noticed.
  const broker = await startBrokerProcess(newFolder(), { STOP_TIMEOUT: '10m' });
  const silent = connect(Number(new URL(broker.url).port), '127.0.0.1').on('error', () => undefined);
  await once(silent, 'connect');
  const closed = once(silent, 'close');
  expect(await broker.stop('SIGTERM')).toBe(0);
  await closed;
});

test('wrong settings: all of them at once, exit code 78, and no secret', async () => {
  const { code, output } = await runBroker({
    SERVICE_TOKEN: 'too-short',
    QUEUE_SIZE: 'many',
    VISIBILITY_TIMOUT: '5s',
    BROKER_COLOR: 'red',
  });
  expect(code).toBe(78);
  expect(output).toContain('broker: the settings are wrong');
  expect(output).toContain(
    'environment: QUEUE_SIZE = "many"\n  rule:   must be a whole number from 1 to 100000',
  );
  expect(output).toContain('environment: SERVICE_TOKEN = (not shown)');
  expect(output).toContain('environment: BROKER_DATA_DIR = not set');
  expect(output).toContain('did you mean VISIBILITY_TIMEOUT?');
  expect(output).toContain(
    'environment: BROKER_COLOR = (not shown)\n  rule:   is no variable of this service',
  );
  expect(output).not.toContain('too-short');
});

test('a port that is taken, and a folder that is in use: a clear message', async () => {
  const folder = newFolder();
  const first = await startBrokerProcess(folder, {});
  const variables = { SERVICE_TOKEN: TOKEN, LISTEN_PORT: new URL(first.url).port };
  const samePort = await runBroker({ ...variables, BROKER_DATA_DIR: newFolder() });
  expect(samePort.code).toBe(1);
  expect(samePort.output).toContain('is taken\n  remedy: stop the other program, or set LISTEN_PORT');
  const sameFolder = await runBroker({ ...variables, LISTEN_PORT: '0', BROKER_DATA_DIR: folder });
  expect(sameFolder.code).toBe(1);
  expect(sameFolder.output).toContain(`${folder} is used by the process ${first.child.pid ?? ''}`);
});
