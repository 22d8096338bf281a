/**
 * Both ways to run Kafka, from our rendered configuration, with three brokers each: 3.9 with three ZooKeepers (TLS with
 * certificates on both ends), and 4.3 with KRaft. A broker is killed while somebody writes; every message that was
 * acknowledged is read. Both give figures through the JMX exporter by our rules.
 * Not proved here: the images' own start scripts (Maven Central's jars are started directly), the network between nodes.
 */
import { get } from 'node:http';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { Kafka } from '../../constructs/buffer/kafka';
import type { KafkaUser } from '../../constructs/buffer/kafka-buffer';
import { KafkaLegacy } from '../../constructs/buffer/kafka-legacy';
import type { StatefulKafka } from '../../constructs/buffer/stateful-kafka';
import { Zookeeper } from '../../constructs/buffer/zookeeper';
import { ZOOKEEPER_PORTS } from '../../constructs/buffer/zookeeper-config';
import { SecretRef } from '../../constructs/core/secrets';
import {
  CLUSTER_ID,
  CLUSTER_PROPS,
  FAILOVER_LOGS,
  INGRESS,
  REPLAY,
  samplePlatform,
} from '../constructs/buffer/sample';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { KafkaProfile, podsOf } from './kafka/profile';

jest.setTimeout(240_000);

const ADMIN: KafkaUser = { name: 'kafka-admin', password: SecretRef.named('kafka-admin') };
const PROPS = { ...CLUSTER_PROPS, topics: [FAILOVER_LOGS], jmx: true } as const;
const MESSAGES = 2000;
const JMX_PORT = 9404;
/** After so many acknowledged ones a broker dies; the rest is written without it. */
const BEFORE_THE_KILL = 400;

/** Somebody writes numbers and somebody reads them, while the broker that leads the first partition is killed. */
async function killAmongMessages(profile: KafkaProfile, kafka: StatefulKafka): Promise<Trial> {
  const [writer, reader] = [profile.login(INGRESS, ['retries=1000']), profile.login(REPLAY)];
  const leader = await leaderOf(profile, kafka);
  let sent = new Set<string>();
  let read = new Set<string>();
  let writing: Promise<void> | undefined;
  let killed: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const { output } = await profile.client(
      'org.apache.kafka.tools.VerifiableProducer',
      [
        ...['--bootstrap-server', profile.bootstrap, '--topic', FAILOVER_LOGS.name],
        ...[profile.configFlag('producer'), writer],
        ...['--max-messages', `${MESSAGES}`, '--throughput', '250', '--acks', '-1'],
      ],
      (heard) => {
        sent = numbers(heard, 'producer_send_success');
        if (sent.size >= BEFORE_THE_KILL) killed ??= profile.pods.kill(leader);
        return false;
      },
    );
    if (killed === undefined) throw new Error(`too few were written:\n${output.slice(-3000)}`);
  };
  const { output } = await profile.client(
    'org.apache.kafka.tools.VerifiableConsumer',
    [
      ...[
        '--bootstrap-server',
        profile.bootstrap,
        '--topic',
        FAILOVER_LOGS.name,
        '--group-id',
        'replay-logs',
      ],
      ...['--reset-policy', 'earliest', '--verbose', profile.configFlag('consumer'), reader],
    ],
    (heard) => {
      // Its group is there: the reader does not begin with a broker too few for its offsets' copies.
      if (heard.includes('"partitions_assigned"')) writing ??= write();
      read = numbers(heard, 'record_data');
      return sent.size === MESSAGES && [...sent].every((message) => read.has(message));
    },
  );
  if (writing === undefined) throw new Error(`nobody read:\n${output.slice(-3000)}`);
  await writing;
  await killed;
  return { acknowledged: sent.size, missing: [...sent].filter((message) => !read.has(message)) };
}

interface Trial {
  readonly acknowledged: number;
  readonly missing: readonly string[];
}

/** The values of the events of that name in what Kafka's verifiable clients print. */
function numbers(output: string, event: string): Set<string> {
  const lines = output.split('\n').filter((line) => line.includes(`"name":"${event}"`));
  return new Set(lines.map((line) => /"value":"(\d+)"/.exec(line)?.[1] ?? ''));
}

async function leaderOf(profile: KafkaProfile, kafka: StatefulKafka): Promise<string> {
  const { output } = await profile.tool('kafka-topics.sh', [
    ...['--bootstrap-server', profile.bootstrap, '--command-config', profile.login(ADMIN)],
    ...['--describe', '--topic', FAILOVER_LOGS.name],
  ]);
  const [, leader] = /Partition: 0\s+Leader: (\d+)/.exec(output) ?? [];
  if (leader === undefined) throw new Error(`no leader: ${output}`);
  return `${kafka.node.id}-${leader}`;
}

/** What dashboards and alerts ask for, and no broker that still runs gives. */
async function brokerFigures(profile: KafkaProfile, kafka: StatefulKafka): Promise<string[]> {
  const text = await fetchText(profile.pods.address(profile.pods.alive(podsOf(kafka))), JMX_PORT);
  return [
    'kafka_server_replicamanager_underreplicatedpartitions',
    'kafka_server_brokertopicmetrics_messagesin_total',
    'kafka_controller_kafkacontroller_activecontrollercount',
    'kafka_network_requestmetrics_totaltimems_p99',
  ].filter((name) => !new RegExp(`^${name}[ {]`, 'm').test(text));
}

function fetchText(address: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: address, port, path: '/metrics' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => {
        resolve(text);
      });
    }).once('error', reject);
  });
}

proof(
  ['kafka-3.9', 'zookeeper', 'jmx-exporter'],
  'the legacy profile: Kafka 3.9 with three ZooKeepers',
  () => {
    const platform = samplePlatform('prod');
    const zookeeper = new Zookeeper(platform, 'zookeeper', {
      namespace: CLUSTER_PROPS.namespace,
      issuer: CLUSTER_PROPS.issuer,
      volume: { size: Size.gibibytes(8), storageClass: 'managed-premium' },
      jmx: true,
    });
    const kafka = new KafkaLegacy(platform, 'kafka', { ...PROPS, zookeeper });
    let profile: KafkaProfile;

    beforeAll(async () => {
      profile = new KafkaProfile(
        {
          kafka: await tool('kafka-3.9'),
          zookeeper: await tool('zookeeper'),
          jmx: await tool('jmx-exporter'),
        },
        kafka,
        zookeeper,
        [ADMIN, kafka.monitor, INGRESS, REPLAY],
      );
      await profile.start();
    });
    afterAll(() => profile.pods.stop());

    it('makes the topic and its rules by the same script as the modern one', async () => {
      const { code, output } = await profile.admin('apply');
      expect(output).toContain('Created topic failover-logs.');
      expect(output).toContain('Adding ACLs');
      expect(code).toBe(0);
    });

    it('loses no acknowledged message when a broker is killed', async () => {
      expect(await killAmongMessages(profile, kafka)).toEqual({ acknowledged: MESSAGES, missing: [] });
    });

    it('gives the figures of each broker and each ZooKeeper', async () => {
      const texts = await Promise.all(
        podsOf(zookeeper).map((pod) => fetchText(profile.pods.address(pod), ZOOKEEPER_PORTS.metrics)),
      );
      for (const text of texts) expect(text).toMatch(/^znode_count \d/m);
      const jmx = await fetchText(profile.pods.address('zookeeper-0'), JMX_PORT);
      expect(jmx).toMatch(/^zookeeper_jmx_quorumsize\{server="1",?\} 3\.0/m);
      expect(await brokerFigures(profile, kafka)).toEqual([]);
    });

    it('lets nobody to ZooKeeper who shows no certificate', async () => {
      const host = profile.pods.address('zookeeper-0');
      const ca = readFileSync(join(profile.pods.path('zookeeper-0', '/etc/hyperion/tls'), 'ca.crt'));
      const refused = await new Promise<boolean>((resolve) => {
        const socket = connect({
          host,
          port: ZOOKEEPER_PORTS.clients,
          ca,
          checkServerIdentity: () => undefined,
        });
        socket.once('error', () => {
          resolve(true);
        });
        socket.once('close', () => {
          resolve(true);
        });
        // A request of ZooKeeper's own form would be answered.
        socket.once('secureConnect', () => socket.write('srvr'));
        socket.once('data', () => {
          resolve(false);
        });
      });
      expect(refused).toBe(true);
    });

    it('goes on when the leading ZooKeeper is killed', async () => {
      const leading = podsOf(zookeeper).find((pod) => profile.pods.log(pod).includes('LEADING')) ?? '';
      await profile.pods.kill(leading);
      const others = podsOf(zookeeper).filter((pod) => pod !== leading);
      for (const pod of others) await profile.pods.until(pod, () => profile.hasQuorum(pod));
      const { output, code } = await profile.tool('kafka-configs.sh', [
        ...['--bootstrap-server', profile.bootstrap, '--command-config', profile.login(ADMIN)],
        ...['--alter', '--entity-type', 'topics', '--entity-name', FAILOVER_LOGS.name],
        ...['--add-config', 'retention.ms=7200000'],
      ]);
      expect({ code, output }).toEqual({
        code: 0,
        output: expect.stringContaining('Completed updating config for topic failover-logs.') as string,
      });
    });
  },
);

proof(['kafka', 'jmx-exporter'], 'the modern profile: Kafka with KRaft', () => {
  const platform = samplePlatform('prod');
  const kafka = new Kafka(platform, 'kafka', { ...PROPS, clusterId: CLUSTER_ID });
  let profile: KafkaProfile;

  beforeAll(async () => {
    profile = new KafkaProfile(
      { kafka: await tool('kafka'), jmx: await tool('jmx-exporter') },
      kafka,
      undefined,
      [ADMIN, kafka.monitor, INGRESS, REPLAY],
    );
    await profile.start();
  });
  afterAll(() => profile.pods.stop());

  it('makes the topic and its rules', async () => {
    const { code, output } = await profile.admin('apply');
    expect(output).toContain('Created topic failover-logs.');
    expect(code).toBe(0);
  });

  it('loses no acknowledged message when a broker, which is a controller too, is killed', async () => {
    expect(await killAmongMessages(profile, kafka)).toEqual({ acknowledged: MESSAGES, missing: [] });
  });

  it('gives the figures of each broker', async () => {
    expect(await brokerFigures(profile, kafka)).toEqual([]);
  });
});
