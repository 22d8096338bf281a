/** How a reader calls a protocol, short enough for a line's label. */
const NAMES: Readonly<Record<string, string>> = {
  'otlp-grpc': 'OTLP/gRPC',
  'otlp-http': 'OTLP/HTTP',
  kafka: 'Kafka',
  'kafka-raft': 'KRaft',
  'prometheus-scrape': 'scrape',
  'prometheus-remote-write': 'write',
  'prometheus-query': 'PromQL',
  'alertmanager-api': 'alerts',
  'vm-insert': 'vminsert',
  'vm-select': 'vmselect',
  'loki-http': 'Loki',
  'tempo-http': 'Tempo',
  grpc: 'gRPC',
  'clickhouse-native': 'ClickHouse',
  'clickhouse-http': 'ClickHouse',
  'queue-http': 'queue',
  'influx-write': 'Influx',
  flux: 'Flux',
  postgresql: 'PostgreSQL',
  'azure-blob': 'Blob',
  s3: 'S3',
  'pod-identity': 'Pod Identity',
  elasticsearch: 'Elastic',
  zookeeper: 'ZooKeeper',
  'kubernetes-api': 'Kubernetes',
  smtp: 'SMTP',
  http: 'HTTP',
  https: 'HTTPS',
};

/**
 * e.g. `OTLP/gRPC 4317`; for relatives `OTLP 4317, 4318`, for others `HTTPS 443 +1`. A protocol without a name here is
 * called by its identifier.
 * @param spoken most frequent first
 */
export function protocolLabel(
  spoken: readonly { readonly protocol: string; readonly port: number }[],
): string {
  const names = spoken.map(({ protocol, port }) => ({ name: NAMES[protocol] ?? protocol, port }));
  const [first, second, ...others] = distinct(names);
  if (first === undefined) return '';
  const label = `${first.name} ${first.port}`;
  if (second === undefined) return label;
  const family = familyOf(first.name);
  if (others.length === 0 && family === familyOf(second.name))
    return `${family} ${first.port}, ${second.port}`;
  return `${label} +${others.length + 1}`;
}

interface Named {
  readonly name: string;
  readonly port: number;
}

function distinct(names: readonly Named[]): Named[] {
  return [...new Map(names.map((each) => [`${each.name} ${each.port}`, each])).values()];
}

function familyOf(name: string): string {
  return name.split('/')[0] ?? name;
}
