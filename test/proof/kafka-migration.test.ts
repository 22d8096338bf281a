/**
 * A real Kafka 3.9 with a real ZooKeeper, both from our rendered configuration, is taken to KRaft in place with the
 * settings of docs/guides/kafka-migration.md, as they are printed there: topics, rules and messages stay, and in the end
 * ZooKeeper is gone. One of each, not three; the last step (4.x) is not taken.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { BROKER_COMMON_NAME, KAFKA_DIRS } from '../../constructs/buffer/kafka-config';
import type { KafkaUser } from '../../constructs/buffer/kafka-buffer';
import { KafkaLegacy } from '../../constructs/buffer/kafka-legacy';
import { Zookeeper } from '../../constructs/buffer/zookeeper';
import { SecretRef } from '../../constructs/core/secrets';
import { CLUSTER_PROPS, FAILOVER_LOGS, INGRESS, REPLAY, samplePlatform } from '../constructs/buffer/sample';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { KafkaProfile } from './kafka/profile';

jest.setTimeout(240_000);

const ADMIN: KafkaUser = { name: 'kafka-admin', password: SecretRef.named('kafka-admin') };
const GUIDE = readFileSync(join(__dirname, '../../docs/guides/kafka-migration.md'), 'utf8');
const FILE = `${KAFKA_DIRS.config}/server.properties`;
const CONTROLLER = 'kafka-controllers-0';
const BROKER = 'kafka-0';
const MESSAGES = 200;

/** A step's settings as the guide prints them, with one controller instead of three. */
function printed(step: string): string[] {
  const block = new RegExp(`\`\`\`properties ${step}\\n([^]*?)\`\`\``).exec(GUIDE)?.[1];
  if (block === undefined) throw new Error(`the guide has no settings of the step ${step}`);
  return block
    .split('\n')
    .map((line) => line.trim().replace(/,101@.*$/, ''))
    .filter((line) => line !== '');
}

function linesOf(text: string, ...prefixes: readonly string[]): string[] {
  return text.split('\n').filter((line) => prefixes.some((prefix) => line.startsWith(prefix)));
}

function without(text: string, ...prefixes: readonly string[]): string[] {
  return text.split('\n').filter((line) => !prefixes.some((prefix) => line.startsWith(prefix)));
}

proof(
  ['kafka-3.9', 'zookeeper', 'jmx-exporter'],
  'from ZooKeeper to KRaft in place, as the guide says',
  () => {
    const platform = samplePlatform('dev');
    const zookeeper = new Zookeeper(platform, 'zookeeper', {
      namespace: CLUSTER_PROPS.namespace,
      issuer: CLUSTER_PROPS.issuer,
      volume: { size: Size.gibibytes(8), storageClass: 'managed-premium' },
    });
    const kafka = new KafkaLegacy(platform, 'kafka', {
      ...CLUSTER_PROPS,
      topics: [FAILOVER_LOGS],
      zookeeper,
    });
    const text = (file: string): string =>
      kafka.configs.flatMap(({ files }) => files).find(({ name }) => name === file)?.text ?? '';
    const before = text('server.properties');
    const dualWrite = [
      ...before
        .split('\n')
        .map((line) => line.replace(/^listener\.security\.protocol\.map=/, '$&CONTROLLERS:SSL,')),
      ...printed('dual-write'),
    ].join('\n');
    const controllers = [...printed('controllers'), ...linesOf(before, 'ssl.', 'zookeeper.')].join('\n');
    let profile: KafkaProfile;

    const restart = async (pod: string, properties: string): Promise<void> => {
      await profile.pods.tellToStop(pod);
      profile.pods.forgetLog(pod);
      profile.write(pod, FILE, properties);
      profile.startBroker(pod);
      await profile.untilStarted(pod);
    };
    const readAll = async (): Promise<number> => {
      const read = (output: string): number =>
        linesOf(output, '{').filter((line) => line.includes('record_data')).length;
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
          ...['--reset-policy', 'earliest', '--verbose', '--consumer.config', profile.login(REPLAY)],
        ],
        (heard) => read(heard) >= MESSAGES,
      );
      return read(output);
    };

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
      await profile.admin('apply');
      await profile.client(
        'org.apache.kafka.tools.VerifiableProducer',
        [
          ...['--bootstrap-server', profile.bootstrap, '--topic', FAILOVER_LOGS.name, '--acks', '-1'],
          ...['--max-messages', `${MESSAGES}`, '--producer.config', profile.login(INGRESS)],
        ],
        () => false,
      );
    });
    afterAll(() => profile.pods.stop());

    it('controllers wait in migration mode', async () => {
      const names = [`${CONTROLLER}.kafka-controllers-headless`];
      profile.addPod(CONTROLLER, names, BROKER_COMMON_NAME);
      profile.write(CONTROLLER, FILE, controllers);
      profile.write(CONTROLLER, `${KAFKA_DIRS.config}/log4j.properties`, text('log4j.properties'));
      const meta = readFileSync(profile.pods.path(BROKER, `${KAFKA_DIRS.data}/log/meta.properties`), 'utf8');
      const [, clusterId = ''] = /^cluster\.id=(.*)$/m.exec(meta) ?? [];
      const { code, output } = await profile.tool(
        'kafka-storage.sh',
        ['format', `--cluster-id=${clusterId}`, `--config=${FILE}`],
        CONTROLLER,
      );
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Formatting') as string });
      profile.startBroker(CONTROLLER);
      await profile.untilStarted(CONTROLLER);
    });

    it('the brokers’ metadata is copied, and written to both', async () => {
      await restart(BROKER, dualWrite);
      await profile.pods.until(CONTROLLER, () =>
        profile.pods.log(CONTROLLER).includes('Completed migration of metadata from ZooKeeper to KRaft'),
      );
      expect(profile.pods.log(BROKER)).toContain('zookeeper.metadata.migration.enable = true');
    });

    it('brokers go on without ZooKeeper, with their messages', async () => {
      const kraft = [
        ...without(dualWrite, 'broker.id=', 'inter.broker.protocol.version=', 'authorizer.', 'zookeeper.'),
        ...printed('kraft'),
      ].join('\n');
      await restart(BROKER, kraft);
      expect(await readAll()).toBe(MESSAGES);
    });

    it('controllers finish, ZooKeeper goes, and the rest stays: topic, rules, and they can be changed', async () => {
      await restart(CONTROLLER, without(controllers, 'zookeeper.').join('\n'));
      await profile.pods.kill('zookeeper-0');
      // The same script finds everything as it was declared, and so changes nothing.
      const { code, output } = await profile.admin('apply');
      expect({ code, output: output.match(/Created|Adding|Removing|Updating/g) }).toEqual({
        code: 0,
        output: null,
      });
      const changed = await profile.tool('kafka-topics.sh', [
        ...['--bootstrap-server', profile.bootstrap, '--command-config', profile.login(ADMIN)],
        ...['--create', '--topic', 'after-zookeeper'],
      ]);
      expect(changed.output).toContain('Created topic after-zookeeper.');
    });
  },
);
