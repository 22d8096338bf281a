/** How ClickHouse's YAML files (server, users, Keeper) name what they take from the environment, and where they lie. */

/** A value that the server takes from a variable of its environment; a key that begins with `@` is an attribute. */
export interface FromEnv {
  readonly '@from_env': string;
  readonly '@hide_in_preprocessed'?: boolean;
}

export function fromEnv(variable: string): FromEnv {
  return { '@from_env': variable };
}

/** The server writes the configuration that it made of its files onto its volume: without the attribute, secrets too. */
export function secretFromEnv(variable: string): FromEnv {
  return { '@from_env': variable, '@hide_in_preprocessed': true };
}

/** The image's own directories. */
export const CLICKHOUSE_DIRS = {
  data: '/var/lib/clickhouse',
  config: '/etc/clickhouse-server',
  schema: '/etc/hyperion/clickhouse-schema',
} as const;

/** User and group `clickhouse` of the server's and of Keeper's image. */
export const CLICKHOUSE_UID = 101;
