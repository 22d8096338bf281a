/** ClickHouse Keeper's configuration. The engine in npm has no Keeper: a model of the keys in use, from its documentation. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { count, flag, judgeByModel, keys, listOf, oneOf, path, port, text } from './models/model';
import type { Validator } from './validator';

const LEVELS = ['none', 'fatal', 'critical', 'error', 'warning', 'notice', 'information', 'debug', 'trace'];

const KEEPER = keys(
  {
    logger: keys({ level: oneOf(...LEVELS), console: flag, formatting: keys({ type: oneOf('json') }) }),
    listen_host: listOf(text),
    listen_try: flag,
    prometheus: keys({ port, endpoint: path, metrics: flag, events: flag, asynchronous_metrics: flag }, [
      'port',
      'endpoint',
    ]),
    keeper_server: keys(
      {
        tcp_port: port,
        server_id: keys({ '@from_env': text }, ['@from_env']),
        storage_path: path,
        log_storage_path: path,
        snapshot_storage_path: path,
        http_control: keys({ port, readiness: keys({ endpoint: path }) }, ['port']),
        coordination_settings: keys({
          operation_timeout_ms: count,
          session_timeout_ms: count,
          raft_logs_level: oneOf(...LEVELS),
        }),
        raft_configuration: keys(
          { server: listOf(keys({ id: count, hostname: text, port }, ['id', 'hostname', 'port'])) },
          ['server'],
        ),
      },
      ['tcp_port', 'server_id', 'log_storage_path', 'snapshot_storage_path', 'raft_configuration'],
    ),
  },
  ['keeper_server'],
);

export const CLICKHOUSE_KEEPER_VALIDATORS: readonly Validator[] = [
  {
    files: 'clickhouse/keeper.yaml',
    reads: 'clickhouse-keeper',
    judgedBy: 'keys and types',
    substitute: 'typed model for ClickHouse Keeper 26.8.15.10',
    tools: [],
    judge: (path) => Promise.resolve(judgeByModel(KEEPER, parse(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'a member without its number',
        spoil: (text) => text.replace(/- id: 0\n\s+hostname/, '- hostname'),
        says: /raft_configuration\/server\/0: must have required property 'id'/,
      },
      {
        what: 'a path under another name',
        spoil: (text) => text.replace('log_storage_path', 'logs_storage_path'),
        says: /\/keeper_server: the model has no key logs_storage_path/,
      },
    ],
  },
];
