/**
 * Tempo's configuration. No registry has Tempo: a model of the keys in use, from its configuration reference 3.0. It was
 * compared once with a real Tempo 3.0.3: both accept the environments' files, and of the mistakes made one at a time in
 * each key and each value, the model refuses every one that Tempo refuses (of a receiver Tempo reads nothing before it
 * starts).
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import {
  address,
  count,
  flag,
  fraction,
  goDuration,
  judgeByModel,
  keys,
  listOf,
  oneOf,
  path,
  pattern,
  port,
  text,
} from './models/model';
import type { Validator } from './validator';

const wal = keys({ path });
const compaction = keys({ block_retention: goDuration });
/** Names of Azure's own: 3 to 24 letters and digits; or what the cloud says later. */
const storageAccount = pattern(/^([a-z0-9]{3,24}|\$\{cloud:[a-z0-9-]+\})$/);

const TEMPO = keys(
  {
    stream_over_http_enabled: flag,
    shutdown_delay: goDuration,
    memory: keys({ automemlimit_enabled: flag, automemlimit_ratio: fraction }),
    server: keys({ http_listen_port: port, grpc_listen_port: port, log_format: oneOf('logfmt', 'json') }),
    usage_report: keys({ reporting_enabled: flag }),
    distributor: keys(
      {
        receivers: keys({
          otlp: keys({
            protocols: keys({
              grpc: keys({ endpoint: address, max_recv_msg_size_mib: count }),
              http: keys({ endpoint: address }),
            }),
          }),
        }),
      },
      ['receivers'],
    ),
    ingest: keys({
      kafka: keys(
        {
          address,
          topic: text,
          sasl_username: text,
          sasl_password: text,
          auto_create_topic_enabled: flag,
        },
        ['address', 'topic'],
      ),
    }),
    memberlist: keys({
      bind_port: port,
      join_members: listOf(pattern(/^dns\+[a-z0-9.-]+:\d{1,5}$/)),
      abort_if_cluster_join_fails: flag,
      rejoin_interval: goDuration,
    }),
    block_builder: keys({ partitions_per_instance: count, max_consuming_bytes: count, wal }),
    live_store: keys({
      complete_block_timeout: goDuration,
      wal,
      shutdown_marker_dir: path,
      readiness_target_lag: goDuration,
      readiness_max_wait: goDuration,
    }),
    backend_scheduler: keys({
      local_work_path: path,
      provider: keys({ compaction: keys({ compaction }) }),
    }),
    backend_worker: keys({
      compaction,
      backend_scheduler_addr: address,
      ring: keys({ kvstore: keys({ store: oneOf('consul', 'etcd', 'inmemory', 'memberlist', 'multi') }) }),
    }),
    querier: keys({ frontend_worker: keys({ frontend_address: address }) }),
    storage: keys(
      {
        trace: keys(
          {
            backend: oneOf('local', 'gcs', 's3', 'azure'),
            azure: keys(
              { container_name: text, storage_account_name: storageAccount, use_federated_token: flag },
              ['container_name', 'storage_account_name'],
            ),
            s3: keys(
              { bucket: text, endpoint: address, insecure: flag, region: text, forcepathstyle: flag },
              ['bucket', 'endpoint'],
            ),
            wal,
          },
          ['backend', 'wal'],
        ),
      },
      ['trace'],
    ),
    overrides: keys({
      defaults: keys({
        ingestion: keys({
          rate_strategy: oneOf('local', 'global'),
          rate_limit_bytes: count,
          burst_size_bytes: count,
          max_traces_per_user: count,
        }),
      }),
    }),
  },
  ['distributor', 'storage'],
);

export const TEMPO_VALIDATORS: readonly Validator[] = [
  {
    files: 'tempo/tempo.yaml',
    reads: 'tempo',
    judgedBy: 'keys and types',
    substitute: 'typed model for Tempo 3.0.3',
    tools: [],
    judge: (path) => Promise.resolve(judgeByModel(TEMPO, parse(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'the ingester, which Tempo 3 no longer has',
        spoil: (text) => text.replace('live_store:', 'ingester:'),
        says: /^\/: the model has no key ingester$/m,
      },
      {
        what: 'a retention without its unit',
        spoil: (text) => text.replaceAll(/block_retention: (\d+)h/g, 'block_retention: $1'),
        says: /\/backend_worker\/compaction\/block_retention: must be string/,
      },
    ],
  },
];
