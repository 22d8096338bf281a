/**
 * The configuration of a node, `elasticsearch.yml`. Pods' own values come in as environment variables.
 * Source: Elasticsearch 9, "Configure Elasticsearch", "Security settings", "Bootstrapping a cluster".
 */
import type { S3Bucket } from '../core/object-store';

export const ELASTICSEARCH_PORTS = {
  http: 9200,
  transport: 9300,
  /**
   * A port that opens once the node has joined a cluster with a master, and closes when it leaves: asked without a
   * password, unlike every path of the HTTP port ("Enable the Elasticsearch TCP readiness port").
   */
  readiness: 8080,
} as const;
/** The image's own user. */
export const ELASTICSEARCH_UID = 1000;
const HOME = '/usr/share/elasticsearch';
export const ELASTICSEARCH_DIRS = {
  config: `${HOME}/config`,
  data: `${HOME}/data`,
  logs: `${HOME}/logs`,
  /** Below the configuration: Elasticsearch reads keys from nowhere else. */
  tls: `${HOME}/config/tls`,
  /** Our files, before a node's own configuration is made of them. */
  source: '/etc/hyperion/elasticsearch',
  passwords: '/etc/hyperion/passwords',
  snapshots: '/mnt/snapshots',
} as const;

export interface ElasticsearchConfigProps {
  readonly clusterName: string;
  /** DNS names of the nodes, in order. */
  readonly hosts: readonly string[];
  /** Names of the pods, in order. */
  readonly pods: readonly string[];
  readonly bootstrap: boolean;
  readonly memoryMapped: boolean;
  readonly snapshots: 'none' | 'shared-volume' | Pick<S3Bucket, 'endpoint' | 'region' | 'pathStyle'>;
}

export function renderElasticsearch(props: ElasticsearchConfigProps): Readonly<Record<string, unknown>> {
  const { transport, http, readiness } = ELASTICSEARCH_PORTS;
  return {
    'cluster.name': props.clusterName,
    'node.name': '${POD_NAME}',
    'node.roles': ['master', 'data', 'ingest'],
    'path.data': ELASTICSEARCH_DIRS.data,
    'network.bind_host': '0.0.0.0',
    // Not the pod's name: at the first start DNS may not know it yet, and the node would end.
    'network.publish_host': '${POD_IP}',
    'http.port': http,
    'transport.port': transport,
    'readiness.port': readiness,
    ...discovery(props),
    // Mapped files need vm.max_map_count of 1048576 on the node, which only a privileged container could set.
    'node.store.allow_mmap': props.memoryMapped,
    ...security(),
    // Programs of their own, of no use for logs.
    'xpack.ml.enabled': false,
    'xpack.watcher.enabled': false,
    // It would be fetched from the internet.
    'ingest.geoip.downloader.enabled': false,
    ...snapshotSettings(props.snapshots),
  };
}

/** One node alone makes a cluster of itself; more of them look for each other. */
function discovery({ hosts, pods, bootstrap }: ElasticsearchConfigProps): Readonly<Record<string, unknown>> {
  if (hosts.length === 1) return { 'discovery.type': 'single-node' };
  return {
    'discovery.seed_hosts': hosts.map((host) => `${host}:${ELASTICSEARCH_PORTS.transport}`),
    ...(bootstrap ? { 'cluster.initial_master_nodes': [...pods] } : {}),
  };
}

function security(): Readonly<Record<string, unknown>> {
  const tls = (layer: 'transport' | 'http'): Readonly<Record<string, unknown>> => ({
    [`xpack.security.${layer}.ssl.enabled`]: true,
    [`xpack.security.${layer}.ssl.key`]: 'tls/tls.key',
    [`xpack.security.${layer}.ssl.certificate`]: 'tls/tls.crt',
    [`xpack.security.${layer}.ssl.certificate_authorities`]: ['tls/ca.crt'],
  });
  return {
    'xpack.security.enabled': true,
    'xpack.security.authc.reserved_realm.enabled': false,
    'xpack.security.authc.realms.file.users': { order: 0 },
    'xpack.security.authc.realms.native.users_by_api': { order: 1, enabled: false },
    ...tls('http'),
    ...tls('transport'),
    // Nodes know each other by certificates of one authority; names do not fit addresses of pods, which change.
    'xpack.security.transport.ssl.verification_mode': 'certificate',
    'xpack.security.transport.ssl.client_authentication': 'required',
  };
}

function snapshotSettings(
  snapshots: ElasticsearchConfigProps['snapshots'],
): Readonly<Record<string, unknown>> {
  if (snapshots === 'none') return {};
  if (snapshots === 'shared-volume') return { 'path.repo': [ELASTICSEARCH_DIRS.snapshots] };
  return {
    's3.client.default.endpoint': snapshots.endpoint.url,
    's3.client.default.region': snapshots.region,
    's3.client.default.path_style_access': snapshots.pathStyle,
  };
}
