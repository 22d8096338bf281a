/**
 * Every component's version, image, licence, end of life and compatibility rules, in one place. What is past its end
 * of life needs a waiver with a reason and an expiry date.
 */
export interface CatalogEntry {
  readonly name: string;
  readonly version: string;
  /** Repository with registry, without a tag. */
  readonly repository: string;
  /** @default the version */
  readonly tag?: string;
  readonly license: string;
  /** Last day with security fixes, ISO 8601; undefined where its makers name none. */
  readonly endOfLife?: string;
  /** Whether the image has no shell, so that exec probes cannot work. */
  readonly distroless?: boolean;
  /** What to use instead, shown when it has ended. */
  readonly successor?: string;
}

export const CATALOG = {
  'otel-collector': {
    name: 'otel-collector',
    version: '0.158.0',
    repository: 'docker.io/otel/opentelemetry-collector-contrib',
    license: 'Apache-2.0',
    distroless: true,
  },
  loki: {
    name: 'loki',
    version: '3.7.8',
    repository: 'docker.io/grafana/loki',
    license: 'AGPL-3.0',
    distroless: true,
  },
  'loki-canary': {
    name: 'loki-canary',
    version: '3.7.8',
    repository: 'docker.io/grafana/loki-canary',
    license: 'AGPL-3.0',
    distroless: true,
  },
  alloy: {
    name: 'alloy',
    version: '1.18.1',
    repository: 'docker.io/grafana/alloy',
    tag: 'v1.18.1',
    license: 'Apache-2.0',
  },
  'nginx-ingress': {
    name: 'nginx-ingress',
    version: '5.5.4',
    repository: 'docker.io/nginx/nginx-ingress',
    license: 'Apache-2.0',
  },
  trivy: {
    name: 'trivy',
    version: '0.72.0',
    repository: 'ghcr.io/aquasecurity/trivy',
    license: 'Apache-2.0',
  },
  grafana: {
    name: 'grafana',
    version: '13.1.0',
    repository: 'docker.io/grafana/grafana',
    license: 'AGPL-3.0',
  },
  postgresql: {
    name: 'postgresql',
    version: '17.7',
    repository: 'docker.io/library/postgres',
    license: 'PostgreSQL',
    endOfLife: '2029-11-08',
  },
  vminsert: {
    name: 'vminsert',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vminsert',
    tag: 'v1.150.0-cluster',
    license: 'Apache-2.0',
  },
  vmselect: {
    name: 'vmselect',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vmselect',
    tag: 'v1.150.0-cluster',
    license: 'Apache-2.0',
  },
  vmstorage: {
    name: 'vmstorage',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vmstorage',
    tag: 'v1.150.0-cluster',
    license: 'Apache-2.0',
  },
  vmauth: {
    name: 'vmauth',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vmauth',
    tag: 'v1.150.0',
    license: 'Apache-2.0',
  },
  vmagent: {
    name: 'vmagent',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vmagent',
    tag: 'v1.150.0',
    license: 'Apache-2.0',
  },
  vmalert: {
    name: 'vmalert',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vmalert',
    tag: 'v1.150.0',
    license: 'Apache-2.0',
  },
  vmbackup: {
    name: 'vmbackup',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vmbackup',
    tag: 'v1.150.0',
    license: 'Apache-2.0',
  },
  vmrestore: {
    name: 'vmrestore',
    version: '1.150.0',
    repository: 'docker.io/victoriametrics/vmrestore',
    tag: 'v1.150.0',
    license: 'Apache-2.0',
  },
  alertmanager: {
    name: 'alertmanager',
    version: '0.34.1',
    repository: 'quay.io/prometheus/alertmanager',
    tag: 'v0.34.1',
    license: 'Apache-2.0',
  },
  kafka: { name: 'kafka', version: '4.3.1', repository: 'docker.io/apache/kafka', license: 'Apache-2.0' },
  // The last with ZooKeeper. Its makers support three minor releases: with 4.3.0 (2026-05-22) it was the fifth from the top.
  'kafka-legacy': {
    name: 'kafka-legacy',
    version: '3.9.2',
    repository: 'docker.io/apache/kafka',
    license: 'Apache-2.0',
    endOfLife: '2026-05-22',
    successor: 'kafka (KRaft), see docs/guides/kafka-migration.md',
  },
  zookeeper: {
    name: 'zookeeper',
    version: '3.9.5',
    repository: 'docker.io/library/zookeeper',
    license: 'Apache-2.0',
  },
  // Its makers publish a jar and no image. Strimzi's Kafka image carries it; an init container copies it from there.
  'jmx-exporter': {
    name: 'jmx-exporter',
    version: '1.5.0',
    repository: 'quay.io/strimzi/kafka',
    tag: '1.2.0-kafka-4.3.1',
    license: 'Apache-2.0',
  },
  // A long-term release; security fixes until the second quarter of 2030.
  haproxy: {
    name: 'haproxy',
    version: '3.2.19',
    repository: 'docker.io/library/haproxy',
    tag: '3.2.19-alpine',
    license: 'GPL-2.0',
    endOfLife: '2030-04-01',
  },
  // Archived by its makers on that day: HAProxy has had an endpoint of its own since 2.0.
  'haproxy-exporter': {
    name: 'haproxy-exporter',
    version: '0.15.0',
    repository: 'quay.io/prometheus/haproxy-exporter',
    tag: 'v0.15.0',
    license: 'Apache-2.0',
    endOfLife: '2023-03-08',
    distroless: true,
    successor: "HAProxy's own endpoint (leave legacyExporter out)",
  },
  'kafka-exporter': {
    name: 'kafka-exporter',
    version: '1.9.0',
    repository: 'docker.io/danielqsj/kafka-exporter',
    tag: 'v1.9.0',
    license: 'Apache-2.0',
  },
  tempo: {
    name: 'tempo',
    version: '3.0.3',
    repository: 'docker.io/grafana/tempo',
    license: 'AGPL-3.0',
    distroless: true,
  },
  nginx: {
    name: 'nginx',
    version: '1.30.4',
    repository: 'docker.io/nginxinc/nginx-unprivileged',
    tag: '1.30.4-alpine-slim',
    license: 'BSD-2-Clause',
  },
  // Long-term releases (March and August) get fixes for a year.
  clickhouse: {
    name: 'clickhouse',
    version: '26.8.15.10',
    repository: 'docker.io/clickhouse/clickhouse-server',
    license: 'Apache-2.0',
    endOfLife: '2027-08-27',
  },
  'clickhouse-keeper': {
    name: 'clickhouse-keeper',
    version: '26.8.15.10',
    repository: 'docker.io/clickhouse/clickhouse-keeper',
    license: 'Apache-2.0',
    endOfLife: '2027-08-27',
  },
  // Elastic ends no minor of 9 on a day of its own: each is mended until the next one is out.
  elasticsearch: {
    name: 'elasticsearch',
    version: '9.5.6',
    repository: 'docker.elastic.co/elasticsearch/elasticsearch',
    license: 'AGPL-3.0 OR Elastic-2.0 OR SSPL-1.0',
  },
  kibana: {
    name: 'kibana',
    version: '9.5.6',
    repository: 'docker.elastic.co/kibana/kibana',
    license: 'AGPL-3.0 OR Elastic-2.0 OR SSPL-1.0',
  },
  // The image holds the Elastic-licensed build; the code of the Apache-licensed one is the same for what is used here.
  filebeat: {
    name: 'filebeat',
    version: '9.5.6',
    repository: 'docker.elastic.co/beats/filebeat',
    license: 'Elastic-2.0',
  },
  curator: {
    name: 'curator',
    version: '9.0.0',
    repository: 'docker.io/untergeek/curator',
    license: 'Apache-2.0',
  },
  'elasticsearch-exporter': {
    name: 'elasticsearch-exporter',
    version: '1.11.0',
    repository: 'quay.io/prometheuscommunity/elasticsearch-exporter',
    tag: 'v1.11.0',
    license: 'Apache-2.0',
    distroless: true,
  },
  influxdb: { name: 'influxdb', version: '2.7.12', repository: 'docker.io/library/influxdb', license: 'MIT' },
  prometheus: {
    name: 'prometheus',
    version: '3.15.0',
    repository: 'quay.io/prometheus/prometheus',
    tag: 'v3.15.0',
    license: 'Apache-2.0',
  },
  'node-exporter': {
    name: 'node-exporter',
    version: '1.12.1',
    repository: 'quay.io/prometheus/node-exporter',
    tag: 'v1.12.1',
    license: 'Apache-2.0',
  },
  'kube-state-metrics': {
    name: 'kube-state-metrics',
    version: '2.18.0',
    repository: 'registry.k8s.io/kube-state-metrics/kube-state-metrics',
    tag: 'v2.18.0',
    license: 'Apache-2.0',
    distroless: true,
  },
  // Our own five, in one image (`apps/Dockerfile`); the registry is whatever `apps/build-image.sh` is told to push to.
  'telemetry-services': {
    name: 'telemetry-services',
    version: '0.1.0',
    repository: 'registry.example.com/hyperion/telemetry-services',
    license: 'Apache-2.0',
  },
} as const satisfies Record<string, CatalogEntry>;

export function imageOf(entry: CatalogEntry): string {
  return `${entry.repository}:${entry.tag ?? entry.version}`;
}
