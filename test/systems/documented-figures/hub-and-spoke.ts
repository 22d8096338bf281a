/**
 * The figures of design document 002, the hub and its spokes: ports, replicas, sizes, retention, labels, names, and the
 * access matrix. Where requests differ from the document's table, `docs/systems/hub-and-spoke.md` says why.
 */
import { parse } from 'yaml';
import { at, type Figure, type SynthesisedEnvironment } from './figure';

type Row = Omit<Figure, 'environment'>;

const hub = (row: Row): Figure => ({ environment: 'hub-infra', ...row });

const PORT_MAPPING = '002, Port Mapping';
const COMPONENT_HA = '002, Component-Level HA';
const RESOURCES = '002, Resource Requirements';
const ARCHITECTURE = '002, High-Level Architecture';
const NETWORKING = '002, Kubernetes Networking';
const VMAGENT = '002, vmagent Collection Pattern';
const ACCESS = '002, Access Control Matrix';

const PORTS: readonly Figure[] = [
  ['VMInsert', 'vminsert', 'http', 8480],
  ['VMSelect', 'vmselect', 'http', 8481],
  ['VMStorage', 'vmstorage', 'http', 8482],
  ['VMAuth', 'vmauth', 'http', 8427],
  ['VMAlert', 'vmalert', 'http', 8880],
  ['Grafana', 'grafana', 'http', 3000],
  ['vmagent', 'vmagent', 'http', 8429],
  ['Node Exporter', 'node-exporter', 'metrics', 9100],
  ['Kube State Metrics', 'kube-state-metrics', 'metrics', 8080],
].map(([component, service, port, expected]) =>
  hub({
    component: String(component),
    figure: 'port',
    cite: PORT_MAPPING,
    read: (env) => env.servicePorts(String(service))[String(port)],
    expected,
  }),
);

/** An autoscaler's floor, where one says how many there are. */
function replicas(env: SynthesisedEnvironment, kind: string, name: string): unknown {
  const own = at(env.object(kind, name), 'spec', 'replicas');
  return own ?? at(env.object('HorizontalPodAutoscaler', name), 'spec', 'minReplicas');
}

const REPLICAS: readonly Figure[] = (
  [
    ['VMInsert', 'Deployment', 'vminsert', 2],
    ['VMSelect', 'StatefulSet', 'vmselect', 2],
    ['VMStorage', 'StatefulSet', 'vmstorage', 2],
    ['VMAuth', 'Deployment', 'vmauth', 2],
    ['VMAlert', 'Deployment', 'vmalert', 2],
    ['Grafana', 'Deployment', 'grafana', 2],
    ['vmagent (infra)', 'StatefulSet', 'vmagent', 1],
    ['Kube State Metrics', 'Deployment', 'kube-state-metrics', 1],
  ] as const
).map(([component, kind, name, expected]) =>
  hub({
    component,
    figure: 'replicas',
    cite: component === 'Kube State Metrics' ? ARCHITECTURE : COMPONENT_HA,
    read: (env) => replicas(env, kind, name),
    expected,
  }),
);

const STORAGE: readonly Figure[] = [
  hub({
    component: 'VMStorage',
    figure: 'volume',
    cite: ARCHITECTURE,
    read: (env) => env.claim('vmstorage', 'data'),
    expected: { size: '100Gi', storageClass: 'gp3-encrypted' },
  }),
  hub({
    component: 'VMStorage',
    figure: 'retention of 15 days',
    cite: ARCHITECTURE,
    read: (env) => env.flags('StatefulSet', 'vmstorage', 'retentionPeriod'),
    expected: [`${15 * 24}h`],
  }),
  hub({
    component: 'VMStorage',
    figure: 'deduplication on',
    cite: ARCHITECTURE,
    read: (env) =>
      ['vmstorage', 'vmselect'].flatMap((name) => env.flags('StatefulSet', name, 'dedup.minScrapeInterval')),
    expected: ['1ms', '1ms'],
  }),
  hub({
    component: 'VMStorage',
    figure: 'copies of each sample',
    cite: '002, VictoriaMetrics Cluster',
    read: (env) => env.flags('Deployment', 'vminsert', 'replicationFactor'),
    expected: ['2'],
  }),
  hub({
    component: 'VMSelect',
    figure: 'cache',
    cite: RESOURCES,
    read: (env) => env.claim('vmselect', 'cache').size,
    expected: '50Gi',
  }),
  hub({
    component: 'Grafana',
    figure: 'shared EFS volume',
    cite: ARCHITECTURE,
    read: (env) => {
      const [claim] = env
        .all('PersistentVolumeClaim')
        .filter((object) => String(at(object, 'metadata', 'name')).startsWith('grafana'));
      return [
        at(claim, 'spec', 'accessModes'),
        at(claim, 'spec', 'resources', 'requests', 'storage'),
        at(claim, 'spec', 'storageClassName'),
      ];
    },
    expected: [['ReadWriteMany'], '10Gi', 'efs-encrypted'],
  }),
  hub({
    component: 'Grafana',
    figure: 'state in PostgreSQL (Aurora), over TLS',
    cite: '002, Grafana High Availability',
    read: (env) => {
      const ini = env.file('config/grafana/grafana.ini');
      return ['type = postgres', 'ssl_mode = verify-full'].filter((line) => ini.includes(`${line}\n`));
    },
    expected: ['type = postgres', 'ssl_mode = verify-full'],
  }),
];

/** Of the table, what stands as it does there; the other rows are in the page on the system. */
const REQUESTS: readonly Figure[] = (
  [
    ['VMSelect', 'StatefulSet', 'vmselect', '500m', '2048Mi'],
    ['Grafana', 'Deployment', 'grafana', '500m', '1024Mi'],
    ['vmagent', 'StatefulSet', 'vmagent', '250m', '512Mi'],
  ] as const
).map(([component, kind, name, cpu, memory]) =>
  hub({
    component,
    figure: 'requests',
    cite: RESOURCES,
    read: (env) => at(env.container(kind, name), 'resources', 'requests'),
    expected: { cpu, memory },
  }),
);

const NAMES: readonly Figure[] = [
  ...['vminsert', 'vmselect', 'vmstorage', 'grafana', 'kube-state-metrics'].map((name) =>
    hub({
      component: name,
      figure: 'Service in the namespace monitoring',
      cite: NETWORKING,
      read: (env) => at(env.object('Service', name), 'metadata', 'namespace'),
      expected: 'monitoring',
    }),
  ),
  hub({
    component: 'VMStorage',
    figure: 'headless Service',
    cite: NETWORKING,
    read: (env) => at(env.object('Service', 'vmstorage-headless'), 'spec', 'clusterIP'),
    expected: 'None',
  }),
  ...(
    [
      ['victoria-metrics', 'victoria-metrics.infra.service', 'vmauth'],
      ['grafana', 'grafana.infra.service', 'grafana'],
    ] as const
  ).map(([route, host, service]) =>
    hub({
      component: 'AWS ALB',
      figure: `internal, ${host} to ${service}`,
      cite: NETWORKING,
      read: (env) => {
        const ingress = env.object('Ingress', `load-balancer-${route}`);
        const rule = at(ingress, 'spec', 'rules', 0);
        return [
          at(ingress, 'metadata', 'annotations', 'alb.ingress.kubernetes.io/scheme'),
          at(rule, 'host'),
          at(rule, 'http', 'paths', 0, 'backend', 'service', 'name'),
        ];
      },
      expected: ['internal', host, service],
    }),
  ),
];

const ALERTS: readonly Figure[] = [
  hub({
    component: 'VMAlert',
    figure: 'rules every 30 s',
    cite: '002, Alert Flow',
    read: (env) => env.flags('Deployment', 'vmalert', 'evaluationInterval'),
    expected: ['30s'],
  }),
  hub({
    component: 'Alertmanager',
    figure: 'channels',
    cite: '002, Alert Flow',
    read: (env) => {
      const { receivers } = parse(env.file('config/alertmanager/alertmanager.yml')) as {
        receivers: Record<string, unknown>[];
      };
      // The dead-man switch tells no people.
      return receivers
        .filter(({ name }) => name !== 'dead-man-switch')
        .flatMap((receiver) => Object.keys(receiver).filter((key) => key !== 'name'))
        .sort();
    },
    expected: ['email_configs', 'pagerduty_configs', 'slack_configs'],
  }),
];

const CLUSTERS = ['infra', 'dev', 'staging', 'prod'] as const;

const AGENTS: readonly Figure[] = CLUSTERS.flatMap((cluster) => {
  const environment = `hub-${cluster}`;
  const scrape = (env: SynthesisedEnvironment): unknown => parse(env.file('config/vmagent/scrape.yml'));
  return [
    {
      environment,
      component: 'vmagent',
      figure: 'queue',
      cite: VMAGENT,
      read: (env) => env.claim('vmagent', 'queue').size,
      expected: '10Gi',
    },
    {
      environment,
      component: 'vmagent',
      figure: 'scrapes every 30 s',
      cite: '002, Metrics Collection Flow',
      read: (env) => at(scrape(env), 'global', 'scrape_interval'),
      expected: '30s',
    },
    {
      environment,
      component: 'vmagent',
      figure: 'labels cluster and environment',
      cite: ARCHITECTURE,
      read: (env) => at(scrape(env), 'global', 'external_labels'),
      expected: { cluster, environment: cluster === 'prod' ? 'production' : cluster },
    },
    {
      environment,
      component: 'vmagent',
      figure: 'scrapes exporters, cAdvisor and API server',
      cite: VMAGENT,
      read: (env) => {
        const jobs = at(scrape(env), 'scrape_configs') as { job_name: string }[];
        const names = jobs.map(({ job_name }) => job_name);
        return ['node-exporter', 'kube-state-metrics', 'cadvisor', 'api-server'].filter((job) =>
          names.includes(job),
        );
      },
      expected: ['node-exporter', 'kube-state-metrics', 'cadvisor', 'api-server'],
    },
    {
      environment,
      component: 'Node Exporter',
      figure: 'on every node',
      cite: ARCHITECTURE,
      read: (env) => at(env.object('DaemonSet', 'node-exporter'), 'metadata', 'namespace'),
      expected: 'node-agents',
    },
  ] satisfies Figure[];
});

const REMOTE_WRITE: readonly Figure[] = ['dev', 'staging', 'prod'].map((cluster) => ({
  environment: `hub-${cluster}`,
  component: 'vmagent',
  figure: 'writes to the hub by its name, over TLS, with a token of its own',
  cite: ARCHITECTURE,
  read: (env) => [
    env.flags('StatefulSet', 'vmagent', 'remoteWrite.url')[0],
    env.flags('StatefulSet', 'vmagent', 'remoteWrite.bearerTokenFile')[0],
  ],
  expected: [
    'https://victoria-metrics.infra.service:443/api/v1/write',
    `/etc/vmagent-secrets/vmauth-vmagent-${cluster}-token`,
  ],
}));

const VOLUMES: readonly Figure[] = (
  [
    ['dev', '300', '10000'],
    ['staging', '600', '20000'],
    ['prod', '1500', '50000'],
  ] as const
).map(([cluster, samples, series]) => ({
  environment: `hub-${cluster}`,
  component: 'vmagent',
  figure: 'samples each second, and series',
  cite: '002, Expected Metrics Volume',
  read: (env) => env.derived('vmagent', 'samples scraped each second'),
  expected: { value: samples, from: `declared, of ${series} series every 30 s` },
}));

/** What each user of the door may do there, read off vmauth's own configuration. */
function rights(env: SynthesisedEnvironment, user: string): string[] | undefined {
  const { users } = parse(env.file('config/vmauth/auth.yml')) as {
    users: { name: string; url_map: { url_prefix: string }[] }[];
  };
  return users
    .find(({ name }) => name === user)
    ?.url_map.map(({ url_prefix }) => /^http:\/\/([^.]+)/.exec(url_prefix)?.[1] ?? url_prefix);
}

const MATRIX: readonly Figure[] = (
  [
    ['Dev Cluster vmagent', 'vmagent-dev', ['vminsert']],
    ['Stage Cluster vmagent', 'vmagent-staging', ['vminsert']],
    ['Prod Cluster vmagent', 'vmagent-prod', ['vminsert']],
    ['Grafana', 'grafana', ['vmselect']],
    ['Ops Team', 'operations', ['vmselect', 'node-exporter', 'kube-state-metrics']],
    ['Developers', 'developers', undefined],
  ] as const
).map(([component, user, expected]) =>
  hub({
    component,
    figure: 'rights behind vmauth',
    cite: ACCESS,
    read: (env) => rights(env, user),
    expected,
  }),
);

export const HUB_FIGURES: readonly Figure[] = [
  ...PORTS,
  ...REPLICAS,
  ...STORAGE,
  ...REQUESTS,
  ...NAMES,
  ...ALERTS,
  ...AGENTS,
  ...REMOTE_WRITE,
  ...VOLUMES,
  hub({
    component: 'VMStorage',
    figure: 'disk for 15 days of all clusters; 2,400 samples/s of the document and 600 of the hub itself',
    cite: '002, Expected Metrics Volume',
    read: (env) => env.derived('victoria-metrics', 'disk for all vmstorages').from,
    expected: '1 B × 3000 samples/s × 2 copies × (15 d + 1 d) × 1.25',
  }),
  ...MATRIX,
  hub({
    component: 'Grafana',
    figure: 'roles: operations full, developers view',
    cite: ACCESS,
    read: (env) => /role_attribute_path = (.+)/.exec(env.file('config/grafana/grafana.ini'))?.[1],
    expected: "contains(groups[*], 'operations') && 'Admin' || contains(groups[*], 'developers') && 'Viewer'",
  }),
];
