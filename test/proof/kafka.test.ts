/**
 * A real Kafka runs our rendered configuration: it comes up with TLS, users from files and access rules; our script
 * makes topics and rules; each user can do what is declared and nothing else.
 * Not proved here: more than one broker (a quorum over the network), the container image's own start scripts.
 */
import { connect } from 'node:tls';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka } from '../../constructs/buffer/kafka';
import { clientJaas, type ClientListener } from '../../constructs/buffer/kafka-access';
import type { KafkaUser } from '../../constructs/buffer/kafka-buffer';
import { KAFKA_DIRS, type KAFKA_PORTS } from '../../constructs/buffer/kafka-config';
import { SecretRef } from '../../constructs/core/secrets';
import { proof } from '../tools/proof';
import { tool } from '../tools/obtain';
import {
  CLUSTER_ID,
  CLUSTER_PROPS,
  CONSUMER,
  EGRESS,
  EGRESS_LOGS,
  EXTERNAL,
  INGRESS,
  REPLAY,
  samplePlatform,
  TEMPO,
} from '../constructs/buffer/sample';
import { serialOf } from './kafka/certificates';
import { LoopbackBroker } from './kafka/broker';
import type { Outcome } from './kafka/run-to-end';

jest.setTimeout(120_000);

const ADMIN: KafkaUser = { name: 'kafka-admin', password: SecretRef.named('kafka-admin') };
const TLS_LISTENERS = ['brokers', 'controllers', 'clients', 'external'] as const;
/** Each listener has as many (`num.network.threads`), and each its own copy of the certificate. */
const NETWORK_THREADS = [0, 1, 2];
const FORMAT = [
  'format',
  '--ignore-formatted',
  `--cluster-id=${CLUSTER_ID}`,
  `--config=${KAFKA_DIRS.config}/server.properties`,
];

proof(['kafka'], 'Kafka with our configuration', () => {
  const platform = samplePlatform('dev');
  const kafka = new Kafka(platform, 'kafka', {
    ...CLUSTER_PROPS,
    topics: [...CLUSTER_PROPS.topics, EGRESS_LOGS],
    external: { ...EXTERNAL, addresses: EXTERNAL.addresses.slice(0, 1) },
    clusterId: CLUSTER_ID,
  });
  const files = kafka.configs.flatMap((config) => config.files);
  let broker: LoopbackBroker;
  let first: Outcome;

  const admin = (action: string): Promise<Outcome> =>
    broker.run('/bin/bash', [join(broker.dir, 'config', 'kafka-admin.sh'), action], {
      env: {
        KAFKA_BOOTSTRAP: broker.bootstrap('clients'),
        KAFKA_BROKER_IDS: '0',
        KAFKA_LISTENERS: TLS_LISTENERS.join(' '),
      },
    });

  /** A client's properties: the administrator's, with another user. */
  const as = (user: KafkaUser, listener: ClientListener = 'clients', password?: string): string[] => {
    const jaas = clientJaas(user, KAFKA_DIRS.passwords);
    const name = `${user.name}-${listener}${password === undefined ? '' : '-wrong'}.properties`;
    const text = broker
      .read('admin.properties')
      .replace(
        /^sasl\.jaas\.config=.*$/m,
        () =>
          `sasl.jaas.config=${password === undefined ? jaas : jaas.replace(/password="[^"]*"/, `password="${password}"`)}`,
      );
    broker.write(name, listener === 'plainClients' ? text.replace('SASL_SSL', 'SASL_PLAINTEXT') : text);
    return [
      '--bootstrap-server',
      broker.bootstrap(listener),
      '--command-config',
      join(broker.dir, 'config', name),
    ];
  };
  const produce = (connection: readonly string[], topic: string, input: string): Promise<Outcome> =>
    broker.run(
      broker.program('kafka-console-producer.sh'),
      [...connection, '--topic', topic, '--command-property', 'max.block.ms=15000'],
      { input },
    );
  const consume = (connection: readonly string[], topic: string, group: string): Promise<Outcome> =>
    broker.run(broker.program('kafka-console-consumer.sh'), [
      ...[...connection, '--topic', topic, '--group', group],
      ...['--from-beginning', '--max-messages', '2', '--timeout-ms', '15000'],
    ]);

  beforeAll(async () => {
    broker = await LoopbackBroker.prepare(
      await tool('kafka'),
      new Map(files.map(({ name, text }) => [name, text])),
      EXTERNAL.domain,
    );
    const users = [ADMIN, kafka.monitor, INGRESS, REPLAY, TEMPO, EGRESS, CONSUMER];
    broker.setPasswords(Object.fromEntries(users.map(({ password: { name } }) => [name, `word4${name}`])));
    await broker.start(FORMAT);
    first = await admin('apply');
  });
  afterAll(() => broker.stop());

  it('formats a volume once, and leaves a formatted one alone', async () => {
    const again = await broker.run(broker.program('kafka-storage.sh'), [
      'format',
      '--ignore-formatted',
      `--cluster-id=${CLUSTER_ID}`,
      `--config=${join(broker.dir, 'config', 'server.properties')}`,
    ]);
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('already formatted') as string });
  });

  it('gets its topics and rules from the script, which changes nothing the second time', async () => {
    expect(first.code).toBe(0);
    for (const topic of ['failover-logs', 'dead-letters', 'tempo-ingest']) {
      expect(first.output).toContain(`Created topic ${topic}.`);
    }
    expect(first.output.match(/^Adding ACLs/gm)).not.toBeNull();
    expect(await admin('apply')).toEqual({ code: 0, output: '' });
  });

  it('takes records from a writer and gives them to a reader', async () => {
    const written = await produce(as(INGRESS), 'failover-logs', 'one\ntwo\n');
    expect(written).toEqual({ code: 0, output: expect.not.stringContaining('ERROR') as string });
    const read = await consume(as(REPLAY), 'failover-logs', 'replay-logs');
    expect(read.output.split('\n').sort()).toEqual(expect.arrayContaining(['one', 'two']) as string[]);
  });

  it('refuses a wrong password, and whatever no rule allows', async () => {
    const [password, topic, role, group] = await Promise.all([
      produce(as(INGRESS, 'clients', 'wrong'), 'failover-logs', 'one\n'),
      produce(as(INGRESS), 'dead-letters', 'one\n'),
      consume(as(INGRESS), 'failover-logs', 'replay-logs'),
      consume(as(REPLAY), 'failover-logs', 'somebody-elses'),
    ]);
    expect(password.output).toContain('Authentication failed: Invalid username or password');
    expect(topic.output).toContain('Not authorized to access topics: [dead-letters]');
    expect(role.output).toMatch(/Not authorized to access (topics: \[failover-logs\]|group: replay-logs)/);
    expect(group.output).toContain('Not authorized to access group: somebody-elses');
  });

  it('lets Tempo in without TLS, and nobody else; nor Tempo where TLS is', async () => {
    const [tempo, ingress, crossed] = await Promise.all([
      produce(as(TEMPO, 'plainClients'), 'tempo-ingest', 'span\nspan\n').then(() =>
        consume(as(TEMPO, 'plainClients'), 'tempo-ingest', 'tempo-live-store-a'),
      ),
      produce(as(INGRESS, 'plainClients'), 'failover-logs', 'one\n'),
      produce(as(TEMPO), 'tempo-ingest', 'span\n'),
    ]);
    expect(tempo.output).toContain('span\nspan\n');
    expect(ingress.output).toContain('Authentication failed: Invalid username or password');
    expect(crossed.output).toContain('Authentication failed: Invalid username or password');
  });

  it('lets a consumer outside in on his listener, and nobody else there; nor him inside', async () => {
    const [consumer, admin, inside] = await Promise.all([
      produce(as(EGRESS), EGRESS_LOGS.name, 'line\nline\n').then(() =>
        consume(as(CONSUMER, 'external'), EGRESS_LOGS.name, 'checkpoint-logging'),
      ),
      consume(as(ADMIN, 'external'), EGRESS_LOGS.name, 'checkpoint-logging'),
      consume(as(CONSUMER), EGRESS_LOGS.name, 'checkpoint-logging'),
    ]);
    expect(consumer.output).toContain('line\nline\n');
    expect(admin.output).toContain('Authentication failed: Invalid username or password');
    expect(inside.output).toContain('Authentication failed: Invalid username or password');
  });

  it('lets the exporter see every topic and read none', async () => {
    const [listed, read] = await Promise.all([
      broker.run(broker.program('kafka-topics.sh'), [...as(kafka.monitor), '--list']),
      consume(as(kafka.monitor), 'failover-logs', 'replay-logs'),
    ]);
    expect(listed.output.split('\n')).toEqual(
      expect.arrayContaining(['dead-letters', 'failover-logs', 'tempo-ingest']) as string[],
    );
    expect(read.output).toContain('Not authorized to access group: replay-logs');
  });

  it('shows no password in its log', () => {
    expect(broker.log).toContain('KafkaConfig values');
    expect(broker.log).not.toContain('word4');
  });

  it('follows a changed declaration: more partitions, other settings, a rule taken back', async () => {
    broker.write(
      'topics.txt',
      broker
        .read('topics.txt')
        .replace('dead-letters 1 ', 'dead-letters 2 ')
        .replace('=756000000', '=7200000'),
    );
    broker.write(
      'acls.txt',
      broker.read('acls.txt').replace('TOPIC failover-logs LITERAL otel-replay READ\n', ''),
    );
    const { code, output } = await admin('apply');
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining('1 partitions become 2') as string,
    });
    expect(output).toContain('Completed updating config for topic dead-letters.');
    const [described, read] = await Promise.all([
      broker.run(broker.program('kafka-topics.sh'), [...as(ADMIN), '--describe', '--topic', 'dead-letters']),
      consume(as(REPLAY), 'failover-logs', 'replay-logs'),
    ]);
    expect(described.output).toMatch(/PartitionCount: 2\t.*retention\.ms=7200000/);
    expect(read.output).toContain('Not authorized to access topics: [failover-logs]');
  });

  it('serves a renewed certificate after the reload, without a restart', async () => {
    const renewed = broker.renewCertificate();
    const serial = serialOf(broker.dir, renewed);
    const served = async (): Promise<Set<string>> =>
      new Set(
        await Promise.all(
          TLS_LISTENERS.flatMap((listener) => NETWORK_THREADS.map(() => servedSerial(broker, listener))),
        ),
      );
    expect(await served()).not.toContain(serial);
    expect((await admin('reload-certificates')).code).toBe(0);
    // The broker acts on it when the change has come back to it with the metadata, one thread after the other.
    const deadline = Date.now() + 10_000;
    let now = await served();
    while (now.size > 1 || !now.has(serial)) {
      if (Date.now() > deadline) break;
      await sleep(200);
      now = await served();
    }
    expect(now).toEqual(new Set([serial]));
  });
});

function servedSerial(broker: LoopbackBroker, listener: keyof typeof KAFKA_PORTS): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(join(broker.dir, 'tls', 'ca.crt'));
    const socket = connect({ host: '127.0.0.1', port: broker.port(listener), ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.once('error', reject);
  });
}
