/**
 * A small environment for the tests of synthesis and command line: a collector with a disk queue that sends logs to a
 * store with a volume, a secret and a configuration file; somebody outside sends to the one and queries the other.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG, type CatalogEntry } from '../../constructs/core/catalog';
import { Component } from '../../constructs/core/component';
import { complete } from '../../constructs/core/complete';
import { ConfigFile } from '../../constructs/core/config-file';
import { connect } from '../../constructs/core/connect';
import { AuthScheme } from '../../constructs/core/credential';
import { Delivery } from '../../constructs/core/delivery';
import type { Endpoint } from '../../constructs/core/endpoint';
import { External } from '../../constructs/core/party';
import { Platform } from '../../constructs/core/platform';
import { SecretRef } from '../../constructs/core/secrets';
import { Workload } from '../../constructs/core/workload';
import { Namespaces } from '../../constructs/secure/namespaces';
import type { Environment, Environments } from '../../stacks/environment';

export interface SmallProps {
  readonly name?: string;
  readonly retention?: string;
  readonly volume?: Size;
  readonly replicas?: number;
  readonly queue?: Size;
  /** What runs in the store. */
  readonly image?: CatalogEntry;
  readonly survives?: Duration;
}

const PASSWORD = SecretRef.named('store-password');
const RESOURCES = { cpuMillis: 100, memory: Size.mebibytes(128) };
/** 1 MiB/s: a queue of 1 GiB lasts 1,024 s. */
const LOAD = { eventsPerSecond: 1000, bytesPerSecond: 1024 ** 2 };

class Store extends Component {
  public readonly write: Endpoint<'logs', 'loki-http'>;
  public readonly query: Endpoint<'queries', 'loki-http'>;

  public constructor(scope: Platform, props: SmallProps) {
    super(scope, 'store', { namespace: 'small' }, { layer: 'store', summary: 'Keeps logs', store: true });
    const retention = this.derived('retention', props.retention ?? '168h', "the environment's decision");
    const config = this.configMap('store-config', [
      ConfigFile.yaml(scope, 'config.yaml', {
        limits_config: { retention_period: retention },
        schema_config: { configs: [{ from: '2025-01-01', store: 'tsdb' }] },
        template: 'Hello {{ name }}, {{ "quoted" }}\nand {{end}}\n',
      }),
    ]);
    const workload = new Workload(this, 'store', {
      kind: 'StatefulSet',
      replicas: props.replicas ?? 2,
      uid: 10001,
      drainSeconds: 60,
      claims: [{ name: 'data', size: props.volume ?? Size.gibibytes(10), storageClass: 'managed-csi' }],
      container: {
        image: props.image ?? CATALOG.loki,
        args: ['-config.file=/etc/store/config.yaml'],
        env: { PASSWORD: { secret: this.secret(PASSWORD) } },
        resources: RESOURCES,
        probes: { readiness: { http: '/ready', port: 3100 } },
        configs: [{ mountPath: '/etc/store', config }],
        volumes: [{ claim: 'data', mountPath: '/var/store' }],
      },
    });
    const http = { name: 'http', port: 3100, protocol: 'loki-http' } as const;
    const auth = AuthScheme.secret('basic', [PASSWORD]);
    this.write = workload.listen({ ...http, signals: ['logs'], access: 'write', auth });
    this.query = workload.listen({ ...http, signals: ['queries'], access: 'read' });
  }
}

class Collector extends Component {
  public readonly logs: Endpoint<'logs', 'otlp-http'>;

  public constructor(scope: Platform, store: Store, queue: Size) {
    super(
      scope,
      'collector',
      { namespace: 'small' },
      { layer: 'collect', summary: 'Takes logs from senders' },
    );
    const workload = new Workload(this, 'collector', {
      kind: 'Deployment',
      replicas: 1,
      uid: 10001,
      drainSeconds: 60,
      container: {
        image: CATALOG['loki-canary'],
        resources: RESOURCES,
        probes: { readiness: { tcp: 4318 } },
      },
    });
    this.logs = workload.listen({
      name: 'otlp',
      port: 4318,
      protocol: 'otlp-http',
      signals: ['logs'],
      access: 'write',
      path: '/v1/logs',
    });
    workload.connect(store.write, {
      signals: ['logs'],
      purpose: 'logs to the store',
      delivery: Delivery.diskQueue(queue, 1),
      credential: { kind: 'basic', secret: PASSWORD },
      load: LOAD,
    });
  }
}

export function smallPlatform(props: SmallProps = {}): Platform {
  const platform = new Platform({
    environment: props.name ?? 'small-dev',
    system: 'small',
    tier: 'dev',
    zones: 1,
    secretStore: { kind: 'azure-key-vault', name: 'vault' },
    survivesOutage: props.survives ?? Duration.minutes(10),
  });
  new Namespaces(platform, 'namespaces', { namespaces: { small: { podSecurity: 'restricted' } } });
  const store = new Store(platform, props);
  const collector = new Collector(platform, store, props.queue ?? Size.gibibytes(1));
  const outside = new External(platform, 'outside', { description: 'senders', cidrs: ['10.1.0.0/16'] });
  connect(outside, collector.logs, { signals: ['logs'], purpose: 'what they log', load: LOAD });
  connect(outside, store.query, { signals: ['queries'], purpose: 'questions' });
  complete(platform);
  return platform;
}

export function smallEnvironment(props: SmallProps = {}): Environment {
  return {
    system: 'small',
    tier: 'dev',
    describe: 'A small environment of the tests',
    site: { kind: 'existing' },
    build: () => smallPlatform(props),
  };
}

/** Two environments that are fine. */
export const SMALL_ENVIRONMENTS: Environments = {
  'small-dev': smallEnvironment(),
  'small-prod': smallEnvironment({ name: 'small-prod', replicas: 3 }),
};
