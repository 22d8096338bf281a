/**
 * The figures of design document 004, Epiphany: which exporters there are and what Filebeat reads. The document gives no ports
 * and no sizes of its own; ports are those by which these programs are known.
 */
import { parse } from 'yaml';
import { at, type Figure, type SynthesisedEnvironment } from './figure';

const PROD = 'epiphany-prod';
const DEV = 'epiphany-dev';

type Row = readonly [
  component: string,
  figure: string,
  section: string,
  read: Figure['read'],
  expected: unknown,
  environment?: string,
];

const ROWS: readonly Row[] = [
  [
    'Node exporter',
    'port',
    'Exporters',
    (e) => Object.values(e.containerPorts('DaemonSet', 'node-exporter')),
    [9100],
  ],
  [
    'Kafka exporter',
    'port',
    'Exporters',
    (e) => Object.values(e.containerPorts('Deployment', 'kafka-exporter')),
    [9308],
  ],
  ['JMX exporter', 'in Kafka', 'Exporters', (e) => e.containerPorts('StatefulSet', 'kafka-legacy').jmx, 9404],
  [
    'JMX exporter',
    'in ZooKeeper',
    'Exporters',
    (e) => e.containerPorts('StatefulSet', 'zookeeper').jmx,
    9404,
  ],
  ['HAProxy exporter', 'its own endpoint is scraped', 'Exporters', (e) => jobs(e).includes('haproxy'), true],
  [
    'cAdvisor',
    'is scraped in each kubelet',
    'Exporters',
    (e) => scrapes(e).some((job) => at(job, 'metrics_path') === '/metrics/cadvisor'),
    true,
  ],
  [
    'Prometheus',
    'tells Alertmanager',
    'Alert Manager',
    (e) => JSON.stringify(at(prometheus(e), 'alerting')).includes('alertmanager'),
    true,
  ],
  [
    'Alert Manager',
    'routes to Slack, PagerDuty, Email',
    'Alert Manager',
    (e) =>
      [...e.file('config/alertmanager/alertmanager.yml').matchAll(/(slack|pagerduty|email)_configs/g)]
        .map(([, kind]) => kind)
        .sort(),
    ['email', 'pagerduty', 'slack'],
  ],
  [
    'Grafana',
    'Prometheus by default',
    'Grafana',
    (e) => {
      const sources: unknown = at(parse(e.file('config/grafana/datasources.yaml')), 'datasources');
      return Array.isArray(sources)
        ? sources.filter((source) => at(source, 'isDefault') === true).map((source) => at(source, 'type'))
        : undefined;
    },
    ['prometheus'],
  ],
  ...[
    '/var/log/audit/audit.log',
    '/var/log/auth.log',
    '/var/log/firewalld',
    '/var/log/haproxy.log',
    '/var/log/kafka/server.log',
    '/var/log/messages',
    '/var/log/secure',
    '/var/log/syslog',
    '/var/log/zookeeper/version-2/*',
  ].map((path): Row => [
    'Filebeat',
    `reads ${path}`,
    'Filebeat',
    (e) => inputs(e).filter((input) => paths(input).includes(path)).length,
    1,
  ]),
  [
    'Filebeat',
    'reads containers',
    'Filebeat',
    (e) =>
      inputs(e).filter((input) => JSON.stringify(at(input, 'parsers') ?? '').includes('container')).length,
    1,
  ],
  ['Filebeat', 'reads nothing else', 'Filebeat', (e) => inputs(e).length, 10],
  [
    'Elasticsearch',
    'nodes, masters with data',
    'Elasticsearch (issue: 3 in prod)',
    (e) => at(e.object('StatefulSet', 'elasticsearch'), 'spec', 'replicas'),
    3,
  ],
  [
    'Elasticsearch',
    'port',
    'Elasticsearch',
    (e) => e.containerPorts('StatefulSet', 'elasticsearch').https,
    9200,
  ],
  [
    'Elasticsearch Curator',
    'keeps the disk from filling, by age and size',
    'Elasticsearch Curator',
    (e) =>
      [...e.file('config/elasticsearch/actions.yml').matchAll(/filtertype: (age|space)/g)].map(
        ([, by]) => by,
      ),
    ['age', 'space'],
    DEV,
  ],
  ['Kibana', 'port', 'Kibana', (e) => Object.values(e.containerPorts('Deployment', 'kibana')), [5601]],
  [
    'HAProxy',
    'ends TLS',
    'HAProxy',
    (e) => /^ {2}bind :8443 ssl crt /m.test(e.file('config/haproxy/haproxy.cfg')),
    true,
  ],
  [
    'HAProxy',
    'supports multiple backends',
    'HAProxy',
    (e) =>
      [...e.file('config/haproxy/haproxy.cfg').matchAll(/^backend (.*)$/gm)].map(([, name]) => name).sort(),
    ['billing', 'grafana', 'kibana', 'shop'],
  ],
  [
    'ZooKeeper',
    'ensemble',
    'Zookeeper',
    (e) => at(e.object('StatefulSet', 'zookeeper'), 'spec', 'replicas'),
    3,
  ],
  [
    'Kafka',
    'brokers',
    'Kafka Brokers',
    (e) => at(e.object('StatefulSet', 'kafka-legacy'), 'spec', 'replicas'),
    3,
  ],
  [
    'Kafka',
    'runs without ZooKeeper once migrated',
    'Zookeeper',
    (e) =>
      e
        .all('StatefulSet')
        .map((set) => at(set, 'metadata', 'name'))
        .includes('zookeeper'),
    false,
    DEV,
  ],
];

export const EPIPHANY_FIGURES: readonly Figure[] = ROWS.map(
  ([component, figure, section, read, expected, environment = PROD]) => ({
    component,
    figure,
    cite: `004, ${section}`,
    environment,
    read,
    expected,
  }),
);

function prometheus(environment: SynthesisedEnvironment): unknown {
  return parse(environment.file('config/prometheus/prometheus.yml'));
}

function scrapes(environment: SynthesisedEnvironment): readonly unknown[] {
  const configs = at(prometheus(environment), 'scrape_configs');
  return Array.isArray(configs) ? configs : [];
}

function jobs(environment: SynthesisedEnvironment): readonly unknown[] {
  return scrapes(environment).map((job) => at(job, 'job_name'));
}

function inputs(environment: SynthesisedEnvironment): readonly unknown[] {
  const config: unknown = parse(environment.file('config/filebeat/filebeat.yml'));
  const all = at(config, 'filebeat', 'inputs') ?? at(config, 'filebeat.inputs');
  return Array.isArray(all) ? all : [];
}

function paths(input: unknown): readonly unknown[] {
  const all = at(input, 'paths');
  return Array.isArray(all) ? all.map((path) => String(path).replace(/^\/host/, '')) : [];
}
