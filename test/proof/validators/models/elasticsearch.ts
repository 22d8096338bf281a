/**
 * Typed models of what Elasticsearch 9.5 reads: its settings, roles, users, and the bodies of the requests that are made
 * here. Sources: Elasticsearch 9 documentation, "Configure Elasticsearch", "Security settings", "Security privileges",
 * "Create a lifecycle policy", "Create or update an index template", "Create an index", "Create or update a snapshot
 * repository".
 */
import {
  address,
  count,
  flag,
  keys,
  listOf,
  oneOf,
  path,
  pattern,
  port,
  shapes,
  text,
  type Model,
} from './model';

/** `14d`, `86400s`: as Elasticsearch reads times. */
const time = pattern(/^\d+(d|h|m|s|ms)$/);
/** `50gb`, `2560mb`. */
const size = pattern(/^\d+(b|kb|mb|gb|tb)$/);
/** A variable of the pod. */
const variable = pattern(/^\$\{[A-Z_]+\}$/);
const indexName = pattern(/^[a-z0-9][a-z0-9_.-]*$/);
const realm = keys({ order: count, enabled: flag }, ['order']);

function sslOf(layer: 'http' | 'transport'): Readonly<Record<string, Model>> {
  const inConfig = pattern(/^tls\/[a-z.]+$/);
  return Object.fromEntries(
    Object.entries({
      enabled: { const: true },
      key: inConfig,
      certificate: inConfig,
      certificate_authorities: listOf(inConfig),
      ...(layer === 'transport'
        ? { verification_mode: oneOf('full', 'certificate'), client_authentication: oneOf('required') }
        : {}),
    }).map(([key, model]) => [`xpack.security.${layer}.ssl.${key}`, model]),
  );
}

const SETTINGS = keys(
  {
    'cluster.name': text,
    'cluster.initial_master_nodes': listOf(text),
    'node.name': variable,
    'node.roles': listOf(oneOf('master', 'data', 'ingest')),
    'node.store.allow_mmap': flag,
    'path.data': path,
    'path.repo': listOf(path),
    'network.bind_host': text,
    'network.publish_host': variable,
    'http.port': port,
    'transport.port': port,
    'readiness.port': port,
    'discovery.type': oneOf('single-node', 'multi-node'),
    'discovery.seed_hosts': listOf(address),
    'xpack.security.enabled': { const: true },
    'xpack.security.authc.reserved_realm.enabled': flag,
    'xpack.security.authc.realms.file.users': realm,
    'xpack.security.authc.realms.native.users_by_api': realm,
    ...sslOf('http'),
    ...sslOf('transport'),
    'xpack.ml.enabled': flag,
    'xpack.watcher.enabled': flag,
    'ingest.geoip.downloader.enabled': flag,
    's3.client.default.endpoint': pattern(/^https?:\/\/[A-Za-z0-9.:-]+$/),
    's3.client.default.region': text,
    's3.client.default.path_style_access': flag,
  },
  ['cluster.name', 'node.name', 'path.data', 'xpack.security.enabled'],
);

/** Either alone, or with others to look for; a node alone refuses to start with a list of founders. */
export const ELASTICSEARCH_SETTINGS: Model = {
  ...SETTINGS,
  if: { properties: { 'discovery.type': { const: 'single-node' } }, required: ['discovery.type'] },
  then: { not: { required: ['cluster.initial_master_nodes'] } },
  else: { required: ['discovery.seed_hosts'] },
};

const CLUSTER_PRIVILEGES = oneOf(
  'monitor',
  'read_slm',
  'manage_ilm',
  'manage_index_templates',
  'manage_slm',
  'create_snapshot',
  'cluster:admin/repository/*',
);
const INDEX_PRIVILEGES = oneOf('create_doc', 'view_index_metadata', 'monitor', 'manage', 'read');

export const ELASTICSEARCH_ROLES: Model = {
  type: 'object',
  propertyNames: pattern(/^hyperion_[a-z]+$/),
  additionalProperties: keys(
    {
      cluster: listOf(CLUSTER_PRIVILEGES),
      indices: listOf(
        keys({ names: listOf(text), privileges: listOf(INDEX_PRIVILEGES) }, ['names', 'privileges']),
      ),
    },
    ['cluster', 'indices'],
  ),
};

/** Built into Elasticsearch, or of `roles.yml`; of the built-in ones those that are no superuser. */
export const ELASTICSEARCH_USER_LINES: Model = {
  ...listOf(
    pattern(
      /^[a-z][a-z0-9._-]* (hyperion_(writer|setup|monitor|curator)|kibana_system|kibana_admin|viewer|editor) [a-zA-Z0-9-]{1,127}$/,
    ),
  ),
  uniqueItems: true,
};

/** Method, path, file of the body, and what makes the request needless. */
export const ELASTICSEARCH_REQUEST_LINES: Model = listOf(
  pattern(/^PUT \/[a-z0-9_/-]+ ([a-z-]+\.json|-) (\/[a-z0-9_/-]+|-)$/),
);

export const LIFECYCLE = keys(
  {
    policy: keys(
      {
        phases: keys(
          {
            hot: keys(
              {
                min_age: time,
                actions: keys({
                  rollover: keys({ max_age: time, max_primary_shard_size: size }, ['max_age']),
                }),
              },
              ['actions'],
            ),
            delete: keys({ min_age: time, actions: keys({ delete: keys({}) }, ['delete']) }, [
              'min_age',
              'actions',
            ]),
          },
          ['hot', 'delete'],
        ),
      },
      ['phases'],
    ),
  },
  ['policy'],
);

const FIELDS: Model = {
  type: 'object',
  additionalProperties: {
    anyOf: [
      keys({ type: oneOf('date', 'long', 'match_only_text', 'flattened') }, ['type']),
      keys({ type: oneOf('keyword'), ignore_above: count }, ['type']),
      keys({ properties: { $ref: '#/definitions/fields' } }, ['properties']),
    ],
  },
};

export const INDEX_TEMPLATE: Model = {
  ...keys(
    {
      index_patterns: listOf(text),
      data_stream: keys({}),
      priority: count,
      template: keys(
        {
          settings: keys({
            index: keys(
              {
                lifecycle: keys({ name: indexName }, ['name']),
                number_of_shards: count,
                number_of_replicas: count,
                codec: oneOf('default', 'best_compression'),
                refresh_interval: time,
                unassigned: keys({ node_left: keys({ delayed_timeout: time }) }),
              },
              ['number_of_replicas'],
            ),
          }),
          mappings: keys({ dynamic: flag, properties: { $ref: '#/definitions/fields' } }, ['properties']),
        },
        ['settings', 'mappings'],
      ),
    },
    ['index_patterns', 'template'],
  ),
  definitions: { fields: FIELDS },
};

/** The first index behind an alias, whose writers a rollover moves on. */
export const FIRST_INDEX = keys(
  {
    aliases: {
      type: 'object',
      propertyNames: indexName,
      additionalProperties: keys({ is_write_index: { const: true } }, ['is_write_index']),
      minProperties: 1,
    },
  },
  ['aliases'],
);

export const REPOSITORY = shapes(
  'type',
  keys({ type: oneOf('fs'), settings: keys({ location: path }, ['location']) }, ['settings']),
  keys({ type: oneOf('s3'), settings: keys({ bucket: text }, ['bucket']) }, ['settings']),
);

export const SNAPSHOT_POLICY = keys(
  {
    // Six fields: seconds first.
    schedule: pattern(/^(\S+ ){5}\S+$/),
    name: pattern(/^<[a-z0-9-]+-\{now\/d\}>$/),
    repository: text,
    config: keys({ indices: listOf(indexName), include_global_state: flag }),
    retention: keys({ expire_after: time, min_count: count, max_count: count }),
  },
  ['schedule', 'name', 'repository'],
);
