/**
 * Every mistake that the flow graph can show, with the text that its author reads.
 */
import { Duration, Size } from 'cdk8s';
import { AuthScheme } from '../../../constructs/core/credential';
import { complete } from '../../../constructs/core/complete';
import { Delivery } from '../../../constructs/core/delivery';
import { External } from '../../../constructs/core/party';
import { SecretRef } from '../../../constructs/core/secrets';
import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, problemsOf, TestComponent, testPlatform } from './fixture';

const LOAD = { eventsPerSecond: 1000, bytesPerSecond: 1024 * 1024 };

function workload(component: TestComponent, id: string, replicas = 1): Workload {
  return new Workload(component, id, {
    kind: 'Deployment',
    replicas,
    uid: 1000,
    drainSeconds: 30,
    container: CONTAINER,
  });
}

/** sender → store, with a reader of the store, nothing wrong. */
function flow(): {
  platform: ReturnType<typeof testPlatform>;
  sender: Workload;
  store: Workload;
  reader: Workload;
} {
  const platform = testPlatform();
  const sender = workload(new TestComponent(platform, 'sender', { layer: 'collect' }), 'sender');
  const store = workload(new TestComponent(platform, 'store', { store: true }), 'store');
  const reader = workload(new TestComponent(platform, 'reader', { layer: 'view' }), 'reader');
  return { platform, sender, store, reader };
}

const OTLP = { name: 'otlp', port: 4318, protocol: 'otlp-http', signals: ['logs'], access: 'write' } as const;
const QUERY = {
  name: 'query',
  port: 3100,
  protocol: 'loki-http',
  signals: ['queries'],
  access: 'read',
} as const;

test('a well-wired platform completes', () => {
  const { platform, sender, store, reader } = flow();
  sender.connect(store.listen(OTLP), {
    signals: ['logs'],
    purpose: 'logs',
    delivery: Delivery.diskQueue(Size.gibibytes(1), 1),
    load: LOAD,
  });
  reader.connect(store.listen(QUERY), { signals: ['queries'], purpose: 'queries' });
  expect(() => {
    complete(platform);
  }).not.toThrow();
});

test('a wrong signal or protocol does not compile', () => {
  const { sender, store } = flow();
  const traces = store.listen({ ...OTLP, signals: ['traces'] });
  // @ts-expect-error traces are not logs
  sender.connect(traces, { signals: ['logs'], purpose: 'logs' });
  const takesLogs = (
    endpoint: import('../../../constructs/core/endpoint').Endpoint<'logs', 'otlp-http'>,
  ): string => endpoint.id;
  // @ts-expect-error an endpoint for traces is none for logs
  expect(takesLogs(traces)).toBe('store/otlp');
  const kafka = store.listen({ ...OTLP, name: 'kafka', port: 9093, protocol: 'kafka' });
  // @ts-expect-error Kafka is not OTLP
  expect(takesLogs(kafka)).toBe('store/kafka');
  const both = store.listen({ ...OTLP, name: 'both', port: 4319, signals: ['logs', 'traces'] });
  expect(takesLogs(both)).toBe('store/both');
});

test('nobody uses an endpoint, nothing writes and nothing reads a store: all at once', () => {
  const { platform, store } = flow();
  store.listen(OTLP);
  expect(problemsOf(platform)).toBe(
    [
      'test/store: otlp = 4318',
      '  rule:   nobody connects to this endpoint: an open port that serves no one',
      '  remedy: give it to a consumer, or leave it out',
      'test/store: writers = []',
      '  rule:   a store that nothing writes costs money and helps nobody',
      '  remedy: connect a sender to it, or leave the store out',
      'test/store: readers = []',
      '  rule:   a store that nothing reads costs money and helps nobody',
      '  remedy: connect a data source to it, or leave the store out',
    ].join('\n'),
  );
});

test('two components with one name, and two workloads with one name', () => {
  const { platform } = flow();
  new External(platform, 'store', { description: 'a namesake', cidrs: ['10.0.0.0/8'] });
  workload(new TestComponent(platform, 'other'), 'sender');
  expect(problemsOf(platform)).toBe(
    [
      'test/store: id = "store"',
      '  rule:   every component and external party of an environment has a name of its own',
      '  remedy: rename one of the two',
      'test/store: id = "store"',
      '  rule:   every workload of an environment has a name of its own: Services and policies go by it',
      '  remedy: rename one of the two',
      'test/sender: id = "sender"',
      '  rule:   every workload of an environment has a name of its own: Services and policies go by it',
      '  remedy: rename one of the two',
      'test/store: writers = []',
      '  rule:   a store that nothing writes costs money and helps nobody',
      '  remedy: connect a sender to it, or leave the store out',
      'test/store: readers = []',
      '  rule:   a store that nothing reads costs money and helps nobody',
      '  remedy: connect a data source to it, or leave the store out',
    ].join('\n'),
  );
});

test('one port number under two names', () => {
  const { platform, store } = flow();
  store.listen(OTLP);
  store.listen({ ...OTLP, name: 'another' });
  expect(problemsOf(platform)).toContain(
    [
      'test/store/store: another = 4318',
      '  rule:   a port has one number and one name in a pod, and otlp is 4318 already',
      '  remedy: choose another port or another name',
    ].join('\n'),
  );
});

test('a connection to an endpoint of another environment dangles', () => {
  const { platform, sender } = flow();
  const foreign = flow().store.listen(OTLP);
  sender.connect(foreign, { signals: ['logs'], purpose: 'logs' });
  expect(problemsOf(platform)).toContain(
    [
      'test/sender: sender → store/otlp = "store/otlp"',
      '  rule:   a connection ends at an endpoint of the same environment',
      '  remedy: take the endpoint from a component of this platform, not from another one',
    ].join('\n'),
  );
});

describe('credentials', () => {
  const secret = SecretRef.named('sender-token');

  test('the endpoint asks, the client presents none', () => {
    const { platform, sender, store } = flow();
    sender.connect(store.listen({ ...OTLP, auth: AuthScheme.secret('bearer', [secret]) }), {
      signals: ['logs'],
      purpose: 'logs',
    });
    expect(problemsOf(platform)).toContain(
      [
        'test/sender: credential for store/otlp = "none"',
        '  rule:   store/otlp asks for bearer',
        '  remedy: present a bearer credential',
      ].join('\n'),
    );
  });

  test('the client presents what nobody asks for', () => {
    const { platform, sender, store } = flow();
    sender.connect(store.listen(OTLP), {
      signals: ['logs'],
      purpose: 'logs',
      credential: { kind: 'bearer', secret },
    });
    expect(problemsOf(platform)).toContain(
      [
        'test/sender: credential for store/otlp = "bearer"',
        '  rule:   store/otlp asks for no credential',
        '  remedy: drop the credential, or let the endpoint ask for it',
      ].join('\n'),
    );
  });

  test('the client presents another kind', () => {
    const { platform, sender, store } = flow();
    sender.connect(store.listen({ ...OTLP, auth: AuthScheme.workloadIdentity() }), {
      signals: ['logs'],
      purpose: 'logs',
      credential: { kind: 'bearer', secret },
    });
    expect(problemsOf(platform)).toContain('  rule:   store/otlp asks for workload-identity');
  });

  test('a secret that only the client knows', () => {
    const { platform, sender, store } = flow();
    sender.connect(store.listen({ ...OTLP, auth: AuthScheme.secret('bearer', [SecretRef.named('other')]) }), {
      signals: ['logs'],
      purpose: 'logs',
      credential: { kind: 'bearer', secret },
    });
    expect(problemsOf(platform)).toContain(
      [
        'test/sender: credential for store/otlp = "sender-token"',
        '  rule:   store/otlp knows other',
        '  remedy: add the secret to those that the endpoint accepts, or present one of them',
      ].join('\n'),
    );
  });
});

test('a ring of synchronous connections', () => {
  const { platform, sender, store } = flow();
  sender.connect(store.listen(OTLP), { signals: ['logs'], purpose: 'logs' });
  store.connect(sender.listen(OTLP), { signals: ['logs'], purpose: 'logs again' });
  expect(problemsOf(platform)).toContain(
    [
      'test/sender: connections = "sender → store → sender"',
      '  rule:   a cycle of connections needs a queue somewhere, or it can wait for itself for ever',
      '  remedy: make one of them a memory or disk queue, or go through a topic',
    ].join('\n'),
  );
});

describe('outage budget', () => {
  test('a queue that is too small is reported with the arithmetic', () => {
    const { platform, sender, store, reader } = flow();
    sender.connect(store.listen(OTLP), {
      signals: ['logs'],
      purpose: 'logs',
      delivery: Delivery.diskQueue(Size.mebibytes(60), 2),
      load: LOAD,
    });
    reader.connect(store.listen(QUERY), { signals: ['queries'], purpose: 'queries' });
    expect(problemsOf(platform)).toBe(
      [
        'test/sender: delivery to store/otlp (logs) = "survives 120 s: sender disk queue: 2 × 60 MiB ÷ 1 MiB/s = 120 s + sender: nothing waits before it; its senders are refused and retry"',
        '  rule:   the environment survives an outage of 10 min of any store or processor',
        '  remedy: enlarge a queue on the path (600 MiB in all), or declare a shorter survivesOutage',
      ]
        .join('\n')
        .replace('120 s: sender disk', '2 min: sender disk')
        .replace('= 120 s +', '= 2 min +'),
    );
  });

  test('a memory queue counts for nothing', () => {
    const { platform, sender, store, reader } = flow();
    sender.connect(store.listen(OTLP), {
      signals: ['logs'],
      purpose: 'logs',
      delivery: Delivery.memoryQueue(Size.gibibytes(100)),
      load: LOAD,
    });
    reader.connect(store.listen(QUERY), { signals: ['queries'], purpose: 'queries' });
    expect(problemsOf(platform)).toContain('sender memory queue: lost with its process, counts for nothing');
  });

  test('a full queue pushes back into the topic behind the sender', () => {
    const { platform, sender, store, reader } = flow();
    const ingress = workload(new TestComponent(platform, 'ingress', { layer: 'collect' }), 'ingress');
    const kafka = workload(new TestComponent(platform, 'kafka', { layer: 'buffer' }), 'kafka');
    const topic = {
      ...OTLP,
      name: 'clients',
      port: 9093,
      protocol: 'kafka',
      topic: 'failover-logs',
      queue: { capacity: Size.gibibytes(10), retentionSeconds: 3600 },
    } as const;
    const produce = kafka.listen(topic);
    ingress.connect(produce, { signals: ['logs'], purpose: 'failover' });
    ingress.connect(sender.listen({ ...OTLP, name: 'in' }), {
      signals: ['logs'],
      purpose: 'logs',
      delivery: Delivery.synchronous(produce),
      load: LOAD,
    });
    sender.connect(store.listen(OTLP), {
      signals: ['logs'],
      purpose: 'logs',
      delivery: Delivery.diskQueue(Size.mebibytes(60), 1),
      load: LOAD,
    });
    reader.connect(store.listen(QUERY), { signals: ['queries'], purpose: 'queries' });
    // 60 s in the queue and an hour (its retention) in the topic, which could hold 10,240 s.
    expect(() => {
      complete(platform);
    }).not.toThrow();
  });

  test('a queue that keeps until it is taken covers what has room in it', () => {
    const { platform, sender, store, reader } = flow();
    const broker = workload(new TestComponent(platform, 'broker', { layer: 'buffer' }), 'broker');
    const queue = broker.listen({
      ...QUERY,
      protocol: 'queue-http',
      signals: ['logs'],
      queue: { capacity: Size.mebibytes(60) },
    });
    sender.connect(queue, { signals: ['logs'], purpose: 'logs', load: LOAD });
    sender.connect(store.listen(OTLP), { signals: ['logs'], purpose: 'logs', load: LOAD });
    reader.connect(store.listen(QUERY), { signals: ['queries'], purpose: 'queries' });
    expect(problemsOf(platform)).toContain('survives 60 s: broker/query: 60 MiB ÷ 1 MiB/s = 60 s"');
  });

  test('the declared outage decides', () => {
    const platform = testPlatform({ survivesOutage: Duration.seconds(59) });
    const sender = workload(new TestComponent(platform, 'sender', { layer: 'collect' }), 'sender');
    const store = workload(new TestComponent(platform, 'store'), 'store');
    sender.connect(store.listen(OTLP), {
      signals: ['logs'],
      purpose: 'logs',
      delivery: Delivery.diskQueue(Size.mebibytes(60), 1),
      load: LOAD,
    });
    expect(() => {
      complete(platform);
    }).not.toThrow();
  });
});
