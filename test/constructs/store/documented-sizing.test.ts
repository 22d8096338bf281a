/**
 * What is derived for the hub's declared workloads, beside the table "Resource Requirements (Actual)" of its design
 * document (002). Where the two differ a row says why, and a row that no longer differs, or differs otherwise, fails.
 */
import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { quantity, gibibytesFor } from '../../../constructs/core/quantity';
import { SecretRef } from '../../../constructs/core/secrets';
import { diskBytesNeeded } from '../../../constructs/store/victoria-metrics-sizing';
import { Grafana } from '../../../constructs/view/grafana';
import { AuthScheme } from '../../../constructs/core/credential';
import { manifest, testPlatform } from '../core/fixture';
import { metricsSystem } from '../metrics-system';

/** "Expected Metrics Volume", by cluster; the hub stores them all. */
const SPOKES = [
  { cluster: 'dev', samplesPerSecond: 300, activeSeries: 10_000 },
  { cluster: 'staging', samplesPerSecond: 600, activeSeries: 20_000 },
  { cluster: 'prod', samplesPerSecond: 1_500, activeSeries: 50_000 },
] as const;

const HUB = {
  samplesPerSecond: SPOKES.reduce((sum, spoke) => sum + spoke.samplesPerSecond, 0),
  activeSeries: SPOKES.reduce((sum, spoke) => sum + spoke.activeSeries, 0),
};
const RETENTION = Duration.days(15);
const COPIES = 2;
const VMSTORAGES = 2;

interface Row {
  readonly part: string;
  readonly figure: 'CPU' | 'memory' | 'volume';
  readonly derived: string;
  readonly documented: string;
  /** Absent where both say the same. */
  readonly why?: string;
}

const FLOOR = 'the least that is asked for a process of this kind; what the workload takes is below it';
const SCALE =
  'the document’s figure is that of a running cluster with room to grow; here requests grow with the declared workload';

const ROWS: readonly Row[] = [
  {
    part: 'vminsert',
    figure: 'CPU',
    derived: '250m',
    documented: '500m',
    why: `${FLOOR}: 4,800 copies a second among 2 replicas are 5 % of a core each`,
  },
  { part: 'vminsert', figure: 'memory', derived: '1024Mi', documented: '1024Mi' },
  { part: 'vmselect', figure: 'CPU', derived: '500m', documented: '500m' },
  { part: 'vmselect', figure: 'memory', derived: '2048Mi', documented: '2048Mi' },
  { part: 'vmselect', figure: 'volume', derived: '50Gi', documented: '50Gi' },
  {
    part: 'vmstorage',
    figure: 'CPU',
    derived: '250m',
    documented: '1000m',
    why: `${FLOOR}: all 4,800 copies a second, with the neighbour away, are 10 % of a core. ${SCALE}`,
  },
  {
    part: 'vmstorage',
    figure: 'memory',
    derived: '1024Mi',
    documented: '4096Mi',
    why: `${FLOOR}: 160,000 series, both copies, are 0.3 GiB with half of it free. ${SCALE}`,
  },
  {
    part: 'vmstorage',
    figure: 'volume',
    derived: '4Gi',
    documented: '100Gi',
    why: 'a byte a sample, two copies, 15 days and one to expire, a quarter for merges; the volume is an operator’s decision, only checked to hold that, and the documented one is 25 times as much',
  },
  { part: 'vmauth', figure: 'CPU', derived: '100m', documented: '100m' },
  {
    part: 'vmauth',
    figure: 'memory',
    derived: '256Mi',
    documented: '128Mi',
    why: 'doubled: here a limit on memory is the request itself, and what every cluster writes passes through it besides the queries',
  },
  {
    part: 'grafana',
    figure: 'CPU',
    derived: '250m',
    documented: '500m',
    why: 'half of the figure for 10 – 20 people at once: there are two replicas, and each may take twice its request',
  },
  {
    part: 'grafana',
    figure: 'memory',
    derived: '512Mi',
    documented: '1024Mi',
    why: 'half of it too: sessions, users and dashboards lie in the database, and the people are shared by two replicas',
  },
  { part: 'vmagent', figure: 'CPU', derived: '250m', documented: '250m' },
  { part: 'vmagent', figure: 'memory', derived: '512Mi', documented: '512Mi' },
  { part: 'vmagent', figure: 'volume', derived: '10Gi', documented: '10Gi' },
];

interface Pods {
  readonly template: {
    readonly spec: {
      readonly containers: readonly {
        readonly resources: { readonly requests: { readonly cpu: string; readonly memory: string } };
      }[];
    };
  };
  readonly volumeClaimTemplates?: readonly {
    readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
  }[];
}

const { platform } = metricsSystem({
  store: {
    demand: HUB,
    retention: RETENTION,
    replicationFactor: COPIES,
    volume: { size: Size.gibibytes(100), storageClass: 'gp3' },
    names: { insert: 'vminsert', select: 'vmselect', storage: 'vmstorage' },
    storage: { replicas: VMSTORAGES },
    query: { replicas: 2 },
    insert: { replicas: 2 },
    queryCache: { size: Size.gibibytes(50), storageClass: 'gp3' },
  },
  agent: { volume: { size: Size.gibibytes(10), storageClass: 'gp3' } },
});
complete(platform);

const KINDS: Readonly<Record<string, 'Deployment' | 'StatefulSet'>> = {
  vmselect: 'StatefulSet',
  vmstorage: 'StatefulSet',
  vmagent: 'StatefulSet',
};

function derivedOf({ part, figure }: Row): string | undefined {
  if (part === 'vmstorage' && figure === 'volume') {
    const demand = { ...HUB, retentionSeconds: RETENTION.toSeconds(), replicationFactor: COPIES };
    return quantity(gibibytesFor(diskBytesNeeded(demand) / VMSTORAGES));
  }
  const from = part === 'grafana' ? grafana() : platform;
  const pods = manifest(from, KINDS[part] ?? 'Deployment', part).spec as unknown as Pods;
  const requests = pods.template.spec.containers[0]?.resources.requests;
  if (figure === 'CPU') return requests?.cpu;
  if (figure === 'memory') return requests?.memory;
  return pods.volumeClaimTemplates?.[0]?.spec.resources.requests.storage;
}

test('the hub stores what its clusters send', () => {
  expect(HUB).toEqual({ samplesPerSecond: 2_400, activeSeries: 80_000 });
});

test.each(ROWS)('$part: $figure', (row) => {
  expect(derivedOf(row)).toBe(row.derived);
  expect(row.why !== undefined).toBe(row.derived !== row.documented);
});

/** With nothing said about its size. */
function grafana(): Platform {
  const on = testPlatform({ tier: 'prod' });
  const outside = new External(on, 'outside', {
    description: 'database and metrics',
    cidrs: ['192.0.2.0/24'],
    host: 'outside.example.com',
  });
  const password = SecretRef.named('database-password');
  const reader = SecretRef.named('metrics-reader');
  new Grafana(on, 'grafana', {
    namespace: 'view',
    host: 'grafana.example.com',
    database: {
      endpoint: outside.listen({
        name: 'sql',
        port: 5432,
        protocol: 'postgresql',
        signals: ['state'],
        access: 'write',
        tls: true,
        auth: AuthScheme.secret('password', [password]),
      }),
      name: 'grafana',
      user: 'grafana',
      password,
    },
    dataSources: {
      metrics: {
        endpoint: outside.listen({
          name: 'prom',
          port: 8427,
          protocol: 'prometheus-query',
          signals: ['queries'],
          access: 'read',
          auth: AuthScheme.secret('bearer', [reader]),
        }),
        credential: { kind: 'bearer', secret: reader },
      },
    },
    secretKey: SecretRef.named('grafana-secret-key'),
    adminPassword: SecretRef.named('grafana-admin'),
  });
  return on;
}
