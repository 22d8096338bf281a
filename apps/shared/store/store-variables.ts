/**
 * The variables by which a service finds the store (`open-store.ts`). INFLUXDB_* are named by the system's design document.
 */
import type { Requirement } from '../environment';
import { choice, duration, flag, optional, secret, size, text, type Settings } from '../variables';

export const STORE_VARIABLES = {
  STORE: choice({
    description: 'Where readings are kept: in a file, or in InfluxDB 2.7',
    of: ['embedded', 'influxdb'],
    // Needs nothing installed.
    default: 'embedded',
  }),
  STORE_DATA_DIR: optional(
    text({
      description:
        'With STORE=embedded: the folder of its file, on a local disk; shared by collector and API',
      rule: 'a path',
    }),
  ),
  STORE_RETENTION: optional(
    duration({
      description:
        'With STORE=embedded: how long samples are kept; not set: for ever. InfluxDB’s bucket has its own',
      min: '1m',
      max: '876000h',
    }),
  ),
  STORE_MAX_SIZE: size({
    description:
      'With STORE=embedded: the largest size of its file; when it is used up, nothing more is written',
    min: '1MiB',
    max: '16TiB',
    // A month of 50 GPUs with 10 metrics every 5 s, at 28 bytes a sample (docs/adr/0016).
    default: '10GiB',
  }),
  STORE_TIMEOUT: duration({
    description: 'How long the store may take to answer, or another process may hold its lock',
    min: '100ms',
    max: '5m',
    // Below the broker's VISIBILITY_TIMEOUT of 30 s.
    default: '10s',
  }),
  INFLUXDB_URL: optional(
    text({
      description: 'With STORE=influxdb: its address',
      pattern: '^https?://[^/\\s?#@]+/?$',
      rule: 'an address such as http://influxdb:8086, without a path',
    }),
  ),
  INFLUXDB_TOKEN: optional(
    secret({ description: 'With STORE=influxdb: a token that may use the bucket', minLength: 1 }),
  ),
  INFLUXDB_ORG: text({ description: 'The organisation', rule: 'a name', default: 'telemetryorg' }),
  INFLUXDB_BUCKET: text({ description: 'The bucket', rule: 'a name', default: 'telem_bucket' }),
  INFLUXDB_GZIP: flag({
    description: 'Whether batches are compressed on their way to InfluxDB',
    // Lines repeat themselves: they shrink to a tenth.
    default: 'true',
  }),
} as const;

export type StoreSettings = Settings<typeof STORE_VARIABLES>;

/** For `readEnvironment`. */
export const STORE_REQUIREMENTS = [
  { variable: 'STORE', is: 'embedded', needs: ['STORE_DATA_DIR'] },
  { variable: 'STORE', is: 'influxdb', needs: ['INFLUXDB_URL', 'INFLUXDB_TOKEN'] },
] as const satisfies readonly Requirement<keyof typeof STORE_VARIABLES>[];
