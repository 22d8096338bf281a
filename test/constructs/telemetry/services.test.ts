/**
 * The five services as workloads: what they are told is what their own schemas take; what the design document says of
 * resources, probes and roll-outs.
 */
import { Size, Duration } from 'cdk8s';
import { readApiSettings } from '../../../apps/api/config';
import { readBrokerSettings } from '../../../apps/broker/config';
import { readCollectorSettings } from '../../../apps/collector/config';
import { readProxySettings } from '../../../apps/proxy/config';
import { readStreamerSettings } from '../../../apps/streamer/config';
import { complete } from '../../../constructs/core/complete';
import { telemetryStack } from '../../../constructs/systems/telemetry-stack';
import type { TelemetryStackProps } from '../../../constructs/systems/telemetry-stack-props';
import { apiEnvironment } from '../../../constructs/telemetry/api';
import { brokerEnvironment } from '../../../constructs/telemetry/broker';
import { collectorEnvironment } from '../../../constructs/telemetry/collector';
import { proxyEnvironment } from '../../../constructs/telemetry/proxy';
import { streamerEnvironment } from '../../../constructs/telemetry/streamer';
import { TELEMETRY_DEV } from '../../../stacks/environments/telemetry-dev';
import { TELEMETRY_PROD } from '../../../stacks/environments/telemetry-prod';
import { manifests, type Manifest } from '../core/fixture';

type Read = (environment: Readonly<Record<string, string | undefined>>) => object;

const SERVICES: Readonly<Record<string, Read>> = {
  'msg-queue': readBrokerSettings,
  'msg-queue-proxy': readProxySettings,
  streamer: readStreamerSettings,
  collector: readCollectorSettings,
  api: readApiSettings,
};

interface Container {
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly key: string } };
  }[];
  readonly resources: object;
  readonly livenessProbe: object;
  readonly readinessProbe: object;
  readonly startupProbe: object;
  readonly lifecycle: object;
}
interface Spec {
  readonly replicas?: number;
  readonly strategy?: object;
  readonly template: {
    readonly spec: {
      readonly containers: readonly Container[];
      readonly terminationGracePeriodSeconds: number;
    };
  };
}

function built(props: TelemetryStackProps): readonly Manifest[] {
  const platform = telemetryStack(props);
  complete(platform);
  return manifests(platform);
}

const dev = built(TELEMETRY_DEV);
const prod = built(TELEMETRY_PROD);

function specOf(objects: readonly Manifest[], name: string): Spec {
  const found = objects.find(
    ({ kind, metadata }) => (kind === 'Deployment' || kind === 'StatefulSet') && metadata.name === name,
  );
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found.spec as unknown as Spec;
}

function containerOf(objects: readonly Manifest[], name: string): Container {
  const [container] = specOf(objects, name).template.spec.containers;
  if (container === undefined) throw new Error(`${name} has no container`);
  return container;
}

/** As the container would see it; secrets are the test's own. */
function environmentOf({ env }: Container): Record<string, string> {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => [
      name,
      value ?? `fake-${valueFrom?.secretKeyRef?.key ?? ''}-for-a-test-only`,
    ]),
  );
}

describe.each(Object.entries(SERVICES))('%s', (name, read) => {
  test.each([
    ['development', dev],
    ['production', prod],
  ])('its own schema takes what it is told in %s', (_tier, objects) => {
    const environment = environmentOf(containerOf(objects, name));
    expect(read(environment)).toMatchObject({ LISTEN_HOST: '0.0.0.0', LISTEN_PORT: 8080 });
    expect(() => read({ ...environment, LISTEN_PORT: 'http' })).toThrow('LISTEN_PORT = "http"');
  });

  test('secrets come from the store of secrets', () => {
    const secret = containerOf(dev, name).env.filter(({ valueFrom }) => valueFrom !== undefined);
    expect(secret.map((variable) => variable.name)).toContain('SERVICE_TOKEN');
    const literal = containerOf(dev, name).env.filter(({ value }) => value !== undefined);
    expect(literal.filter((variable) => /TOKEN$|PASSWORD|API_KEY$/.test(variable.name))).toEqual([]);
  });

  test('the document’s resources', () => {
    expect(containerOf(dev, name).resources).toEqual({
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
    expect(containerOf(prod, name).resources).toEqual({
      requests: { cpu: '500m', memory: '1024Mi' },
      limits: { cpu: '2000m', memory: '4096Mi' },
    });
  });

  test('the document’s probes, behind a startup probe in place of its initial delays', () => {
    const { livenessProbe, readinessProbe, startupProbe } = containerOf(dev, name);
    const http = (path: string): object => ({
      httpGet: { path, port: 8080, scheme: 'HTTP' },
      timeoutSeconds: 5,
    });
    expect(livenessProbe).toEqual({ ...http('/health'), periodSeconds: 10, failureThreshold: 6 });
    expect(readinessProbe).toEqual({ ...http('/ready'), periodSeconds: 5, failureThreshold: 3 });
    expect(startupProbe).toEqual({ ...http('/health'), periodSeconds: 10, failureThreshold: 6 });
  });

  test('it leaves before it stops, and has the time to', () => {
    expect(containerOf(dev, name).lifecycle).toEqual({ preStop: { exec: { command: ['sleep', '5'] } } });
    const { template } = specOf(dev, name);
    // STOP_TIMEOUT is 20 s.
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(5 + 20);
  });
});

test.each(['streamer', 'msg-queue-proxy', 'collector', 'api'])(
  '%s is replaced one after the other, never fewer',
  (name) => {
    expect(specOf(prod, name).strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
    expect(
      prod.find(({ kind, metadata }) => kind === 'PodDisruptionBudget' && metadata.name === name)?.spec,
    ).toMatchObject({ maxUnavailable: 1 });
  },
);

test.each([
  ['collector', 2, 8],
  ['api', 2, 6],
])('%s is scaled by CPU', (name, least, most) => {
  expect(
    prod.find(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === name)?.spec,
  ).toMatchObject({ minReplicas: least, maxReplicas: most });
});

test('the brokers’ limits follow from volume and memory, and the proxy knows each by its stable name', () => {
  const broker = environmentOf(containerOf(prod, 'msg-queue'));
  expect(broker).toMatchObject({
    BROKER_MEMORY_SIZE: '1024MiB',
    BROKER_DISK_SIZE: '12779MiB',
    DURABILITY: 'fsync',
  });
  expect(environmentOf(containerOf(prod, 'msg-queue-proxy')).PROXY_BROKERS?.split(',')).toEqual(
    [0, 1, 2].map(
      (n) => `http://msg-queue-${n}.msg-queue-headless.telemetry-pipeline.svc.cluster.local:8080`,
    ),
  );
});

test('keys of the API: a file that the platform team keeps, or one key for reading', () => {
  expect(environmentOf(containerOf(prod, 'api'))).toMatchObject({
    API_KEYS_FILE: '/etc/hyperion/secrets/api-keys',
  });
  expect(environmentOf(containerOf(dev, 'api'))).toMatchObject({
    API_KEYS_FILE: '/var/lib/api/keys.json',
    API_KEY: 'fake-api-key-for-a-test-only',
    API_KEY_ROLE: 'read',
  });
});

test('the same functions serve a laptop: everything on 127.0.0.1, the store in a folder', () => {
  const listen = { host: '127.0.0.1', port: 0 };
  const secret = { SERVICE_TOKEN: 'fake-service-token-for-a-test' };
  const store = { kind: 'embedded', folder: '/tmp/store' } as const;
  const queueUrl = 'http://127.0.0.1:1';
  expect(
    readBrokerSettings({
      ...secret,
      ...brokerEnvironment({
        listen,
        dataDir: '/tmp/broker',
        memory: Size.mebibytes(64),
        disk: Size.gibibytes(1),
        queueSize: 100,
        partitionsPerTopic: 2,
        visibilityTimeout: Duration.seconds(5),
      }),
    }),
  ).toMatchObject({
    BROKER_MEMORY_SIZE: 64 * 1024 ** 2,
    BROKER_DISK_SIZE: 1024 ** 3,
    QUEUE_SIZE: 100,
    PARTITIONS_PER_TOPIC: 2,
    VISIBILITY_TIMEOUT: 5000,
    DURABILITY: 'flush',
  });
  expect(
    readProxySettings({ ...secret, ...proxyEnvironment({ listen, brokers: [queueUrl] }) }),
  ).toMatchObject({
    PROXY_BROKERS: queueUrl,
  });
  expect(
    readStreamerSettings({
      ...secret,
      ...streamerEnvironment({
        listen,
        queueUrl,
        dataDir: '/tmp/streamer',
        source: '/tmp/sample.csv',
        loop: true,
        pace: 'rate',
        rowsPerSecond: 50,
      }),
    }),
  ).toMatchObject({ STREAMER_LOOP: true, STREAMER_PACE: 'rate', STREAMER_RATE: 50 });
  expect(
    readCollectorSettings({ ...secret, ...collectorEnvironment({ listen, queueUrl, store }) }),
  ).toMatchObject({ STORE: 'embedded', STORE_DATA_DIR: '/tmp/store' });
  expect(
    readApiSettings({ ...secret, ...apiEnvironment({ listen, store, keysFile: '/tmp/keys.json' }) }),
  ).toMatchObject({ STORE: 'embedded', STORE_DATA_DIR: '/tmp/store', API_KEYS_FILE: '/tmp/keys.json' });
});
