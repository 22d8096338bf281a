/**
 * What the stand-in takes from the server's mounted files: `config.yaml` and the users' file that it names. Ports and
 * log-in are the stand-in's own affair, everything else goes to the engine; what neither can do is refused.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { list, number, section, text, type Section, type Value } from './section';
import { readUsers, type User } from './users';

export interface ServerConfig {
  readonly listenHosts: readonly string[];
  /** It is enough when one of the hosts can be listened on. */
  readonly listenTry: boolean;
  readonly nativePort: number | undefined;
  readonly httpPort: number | undefined;
  readonly metrics: { readonly port: number; readonly path: string } | undefined;
  readonly dataPath: string;
  readonly timezone: string;
  /** How long a stop waits for queries that run. */
  readonly shutdownWaitMs: number;
  readonly users: ReadonlyMap<string, User>;
  /** `config.yaml` without what the stand-in does itself. */
  readonly engine: Section;
  readonly profiles: Section;
}

/** Of the server: src/Core/ServerSettings.cpp and programs/server/Server.cpp. */
const DEFAULTS = {
  listenHosts: ['::1', '127.0.0.1'],
  timezone: 'UTC',
  shutdownWaitS: 5,
  metricsPath: '/metrics',
};

/** Read here, or without a meaning for an engine that writes no logs and knows one data path. */
const NOT_THE_ENGINES = [
  'access_control_improvements',
  'default_profile',
  'format_schema_path',
  'http_port',
  'listen_host',
  'listen_try',
  'logger',
  'path',
  'prometheus',
  'query_log',
  'shutdown_wait_unfinished',
  'shutdown_wait_unfinished_queries',
  'tcp_port',
  'timezone',
  'tmp_path',
  'user_directories',
  'user_files_path',
];

const NEEDS_KEEPER = ['zookeeper', 'keeper_server', 'distributed_ddl'];

/** @throws Error naming file, key and remedy */
export function readServerConfig(path: string, environment: NodeJS.ProcessEnv): ServerConfig {
  const config = readSection(path);
  const cluster = Object.keys(config).find((key) => NEEDS_KEEPER.includes(key));
  if (cluster !== undefined) {
    throw new Error(
      `${path}: ${cluster}: the stand-in is one server without Keeper; run it without replication`,
    );
  }
  const usersPath = text(section(section(config.user_directories).users_xml).path) ?? 'users.yaml';
  const { users, profiles } = readUsers(readSection(resolve(dirname(path), usersPath)), usersPath, {
    environment,
    defaultProfile: text(config.default_profile) ?? 'default',
  });
  const dataPath = text(config.path);
  if (dataPath === undefined) throw new Error(`${path}: path: the stand-in needs the data’s folder`);
  const prometheus = section(config.prometheus);
  const metricsPort = number(prometheus.port);
  return {
    listenHosts: config.listen_host === undefined ? DEFAULTS.listenHosts : list(config.listen_host),
    listenTry: config.listen_try === true,
    nativePort: number(config.tcp_port),
    httpPort: number(config.http_port),
    metrics:
      metricsPort === undefined
        ? undefined
        : { port: metricsPort, path: text(prometheus.endpoint) ?? DEFAULTS.metricsPath },
    dataPath: resolve(dataPath),
    timezone: text(config.timezone) ?? DEFAULTS.timezone,
    shutdownWaitMs: 1000 * (number(config.shutdown_wait_unfinished) ?? DEFAULTS.shutdownWaitS),
    users,
    engine: Object.fromEntries(Object.entries(config).filter(([key]) => !NOT_THE_ENGINES.includes(key))),
    profiles,
  };
}

function readSection(path: string): Section {
  return section(parse(readFileSync(path, 'utf8')) as Value);
}
