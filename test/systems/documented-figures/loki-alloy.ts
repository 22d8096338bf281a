/**
 * The figures of design document 003, Loki and Alloy. What its keys are called today, and which of its sums do not add up, is in
 * docs/systems/loki-alloy.md.
 */
import { parse } from 'yaml';
import { at, type Figure, type SynthesisedEnvironment } from './figure';

const ENVIRONMENT = 'anton';

type Row = readonly [
  component: string,
  figure: string,
  section: string,
  read: Figure['read'],
  expected: unknown,
];

const GIB = 1024 ** 3;

const ROWS: readonly Row[] = [
  // Who there is, and how many.
  ['Alloy', 'kind', 'Alloy DaemonSet', (e) => e.object('DaemonSet', 'alloy').kind, 'DaemonSet'],
  ['Alloy', 'pods', 'Alloy DaemonSet', (e) => agents(e), 3],
  ['Loki Gateway', 'replicas', 'Current Resources', (e) => replicas(e, 'Deployment', 'loki-gateway'), 1],
  ['Loki', 'replicas', 'Current Resources', (e) => replicas(e, 'StatefulSet', 'loki'), 1],
  ['Loki', 'mode', 'Loki (SingleBinary Mode)', (e) => e.flags('StatefulSet', 'loki', 'target'), ['all']],
  ['Loki Canary', 'is there', 'Self-Monitoring', (e) => replicas(e, 'Deployment', 'loki-canary'), 1],

  // Ports and addresses.
  ['Loki Gateway', 'port', 'Service Discovery', (e) => e.servicePorts('loki-gateway'), { http: 80 }],
  ['Loki Gateway', 'service type', 'Service Discovery', (e) => serviceType(e, 'loki-gateway'), 'ClusterIP'],
  ['Loki', 'port', 'Service Discovery', (e) => e.servicePorts('loki'), { http: 3100 }],
  ['Loki', 'service type', 'Service Discovery', (e) => serviceType(e, 'loki'), 'ClusterIP'],
  [
    'Alloy',
    'push URL',
    'Alloy DaemonSet',
    (e) => /url\s*=\s*"([^"]+)"/.exec(e.file('config/alloy/config.alloy'))?.[1],
    'http://loki-gateway.monitoring.svc.cluster.local:80/loki/api/v1/push',
  ],
  [
    'Ceph ObjectStore',
    'endpoint',
    'Ceph ObjectStore (S3 Compatible)',
    (e) => new URL(String(at(loki(e), 'common', 'storage', 's3', 'endpoint'))).hostname,
    'rook-ceph-rgw-storage.storage.svc.cluster.local',
  ],
  [
    'Grafana',
    'host',
    'External Access',
    (e) => derivation(e, 'grafana-tailscale', 'host'),
    'grafana.walleye-monster.ts.net',
  ],

  // Resources.
  [
    'Loki',
    'requests',
    'Current Resources',
    (e) => requests(e, 'StatefulSet', 'loki'),
    { cpu: '1000m', memory: 2 * GIB },
  ],
  [
    'Loki Gateway',
    'requests',
    'Current Resources',
    (e) => requests(e, 'Deployment', 'loki-gateway'),
    { cpu: '100m', memory: GIB / 8 },
  ],
  [
    'Alloy',
    'requests',
    'Current Resources',
    (e) => requests(e, 'DaemonSet', 'alloy'),
    { cpu: '500m', memory: GIB / 2 },
  ],
  ['Loki', 'local cache', 'Current Resources', (e) => e.claim('loki', 'data').size, '20Gi'],

  // Storage.
  ['Ceph', 'copies', 'Storage Architecture', (e) => at(store(e), 'dataPool', 'replicated', 'size'), 3],
  [
    'Ceph',
    'failure domain',
    'Storage Architecture',
    (e) => at(store(e), 'dataPool', 'failureDomain'),
    'host',
  ],
  [
    'Ceph',
    'compression',
    'Ceph ObjectStore (S3 Compatible)',
    (e) => at(store(e), 'dataPool', 'compressionMode'),
    'aggressive',
  ],
  [
    'Ceph',
    'raw bytes',
    'Storage Architecture',
    (e) => Number(derivation(e, 'object-store', 'raw bytes')),
    6e12,
  ],
  [
    'Ceph',
    'usable bytes',
    'Storage Architecture',
    (e) => Number(derivation(e, 'object-store', 'usable bytes')),
    2e12,
  ],
  [
    'RGW',
    'buckets',
    'Storage Architecture',
    (e) => e.all('ObjectBucketClaim').map((claim) => at(claim, 'spec', 'bucketName')),
    ['loki-admin', 'loki-chunks', 'loki-ruler'],
  ],
  [
    'Loki',
    'path style',
    'Storage Schema',
    (e) => at(loki(e), 'common', 'storage', 's3', 's3forcepathstyle'),
    true,
  ],
  [
    'Loki',
    'bucket',
    'Storage Schema',
    (e) => at(loki(e), 'common', 'storage', 's3', 'bucketnames'),
    'loki-chunks',
  ],

  // Retention.
  ['Loki', 'retention_period', 'Retention', (e) => at(loki(e), 'limits_config', 'retention_period'), '168h'],
  ['Loki', 'compaction_interval', 'Retention', (e) => at(loki(e), 'compactor', 'compaction_interval'), '10m'],
  ['Loki', 'retention_enabled', 'Retention', (e) => at(loki(e), 'compactor', 'retention_enabled'), true],
  [
    'Loki',
    'retention_delete_delay',
    'Retention',
    (e) => at(loki(e), 'compactor', 'retention_delete_delay'),
    '2h',
  ],
  [
    'Loki',
    'retention_delete_worker_count',
    'Retention',
    (e) => at(loki(e), 'compactor', 'retention_delete_worker_count'),
    150,
  ],

  // Who may, and where secrets come from.
  [
    'Alloy',
    'RBAC for pod discovery',
    'Authentication & Authorization',
    (e) => at(e.object('ClusterRole', 'alloy'), 'rules', 0, 'resources'),
    ['pods'],
  ],
  ['Loki', 'authentication', 'Authentication & Authorization', (e) => at(loki(e), 'auth_enabled'), false],
  [
    'Prometheus',
    'ServiceMonitors',
    'Self-Monitoring',
    (e) =>
      e
        .all('ServiceMonitor')
        .map((monitor) => String(at(monitor, 'metadata', 'name')))
        .sort(),
    ['alloy', 'loki', 'loki-canary'],
  ],
];

export const LOKI_ALLOY_FIGURES: readonly Figure[] = ROWS.map(
  ([component, figure, section, read, expected]) => ({
    component,
    figure,
    cite: `003, ${section}`,
    environment: ENVIRONMENT,
    read,
    expected,
  }),
);

function replicas(e: SynthesisedEnvironment, kind: string, name: string): unknown {
  return at(e.object(kind, name), 'spec', 'replicas');
}

function serviceType(e: SynthesisedEnvironment, name: string): unknown {
  return at(e.object('Service', name), 'spec', 'type');
}

function requests(e: SynthesisedEnvironment, kind: string, name: string): unknown {
  const { cpu, memory } = at(e.container(kind, name), 'resources', 'requests') as Record<string, string>;
  return { cpu, memory: Number.parseInt(memory ?? '', 10) * 1024 ** 2 };
}

function loki(e: SynthesisedEnvironment): unknown {
  return parse(e.file('config/loki/config.yaml'));
}

function store(e: SynthesisedEnvironment): unknown {
  return at(e.object('CephObjectStore', 'storage'), 'spec');
}

interface Graph {
  readonly connections: readonly {
    readonly from: string;
    readonly delivery: { readonly replicas?: number };
  }[];
  readonly derivations: readonly {
    readonly component: string;
    readonly what: string;
    readonly value: string;
  }[];
}

function graph(e: SynthesisedEnvironment): Graph {
  return JSON.parse(e.file('graph.json')) as Graph;
}

function derivation(e: SynthesisedEnvironment, component: string, what: string): unknown {
  return graph(e).derivations.find((one) => one.component === component && one.what === what)?.value;
}

/** As many as there are nodes, each with a queue of its own. */
function agents(e: SynthesisedEnvironment): unknown {
  return graph(e).connections.find(
    ({ from, delivery }) => from === 'alloy' && delivery.replicas !== undefined,
  )?.delivery.replicas;
}
