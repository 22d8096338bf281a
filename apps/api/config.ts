/**
 * The settings of the API. The names without the prefix API_ are those of the system's design document.
 */
import { EnvironmentError, readEnvironment } from '../shared/environment';
import { SERVICE_VARIABLES } from '../shared/service-variables';
import { STORE_REQUIREMENTS, STORE_VARIABLES } from '../shared/store/store-variables';
import { choice, count, duration, optional, secret, size, text, type Settings } from '../shared/variables';

export const API_VARIABLES = {
  ...SERVICE_VARIABLES,
  ...STORE_VARIABLES,
  API_KEYS_FILE: text({
    description:
      'The keys, hashed, as JSON; made at the first start, read again when it changes. It may be read-only: then its ' +
      'owner manages the keys, and the admin routes only list them',
    rule: 'a path',
  }),
  API_KEY: optional(
    secret({
      description:
        'A key beside those of the file. Without it, and without a file, the first start makes an admin key and leaves ' +
        'it in API_KEYS_FILE with ".first-admin-key" behind the name, readable by the owner only',
      // 128 bits are 22 characters of base64 and 32 of hex; a phrase needs more.
      minLength: 22,
    }),
  ),
  API_KEY_ROLE: choice({ description: 'What API_KEY may do', of: ['read', 'admin'], default: 'admin' }),
  API_RATE_LIMIT: count({
    description: 'Requests a minute of one key, at one replica',
    min: 1,
    max: 10_000_000,
    // Ten a second: a dashboard of twenty charts that is refreshed every two seconds.
    default: '600',
  }),
  API_ADDRESS_RATE_LIMIT: count({
    description: 'Requests a minute of one address (IPv6: of one /64), with a key or without, at one replica',
    min: 1,
    max: 10_000_000,
    // Several people behind one address.
    default: '3000',
  }),
  API_FAILURE_RATE_LIMIT: count({
    description: 'Wrong keys a minute of one address; what is over it is not even told that it was wrong',
    min: 1,
    max: 1_000_000,
    default: '20',
  }),
  API_TRUSTED_HOPS: count({
    description:
      'Proxies in front that append to X-Forwarded-For: the address of a client is taken so many entries from its end',
    min: 0,
    max: 10,
    // Whoever is not behind a proxy could write there what he likes.
    default: '0',
  }),
  API_CORS_ORIGINS: optional(
    text({
      description: 'Web pages that may ask; without it, none but those of the API itself',
      pattern: '^https?://[^/\\s,*]+(,https?://[^/\\s,*]+)*$',
      rule: 'origins without a path, with commas between: https://console.example.com,https://grafana.example.com',
    }),
  ),
  API_MAX_RANGE: duration({
    description: 'The widest range of time of a query',
    min: '1s',
    max: '87600h',
    // A month and a day.
    default: '768h',
  }),
  API_MAX_POINTS: count({
    description: 'The most samples or windows of an answer',
    min: 1,
    max: 100_000_000,
    default: '1000000',
  }),
  API_MAX_QUERIES: count({
    description: 'Queries under way at a time; what is over it is refused',
    min: 1,
    max: 1000,
    // More than the store has cores only makes all of them slower; these leave room for those that wait for a client.
    default: '32',
  }),
  API_QUERY_TIMEOUT: duration({
    description: 'How long the store may take to the first row, and then for each 16 KiB of the answer',
    min: '100ms',
    max: '10m',
    default: '20s',
  }),
  API_ANSWER_TIMEOUT: duration({
    description: 'How long a streamed answer may take as a whole, the time of the client included',
    min: '1s',
    max: '24h',
    default: '10m',
  }),
  API_BODY_SIZE: size({
    description: 'The largest body; only the admin routes take one',
    min: '1KiB',
    max: '1MiB',
    default: '16KiB',
  }),
} as const;

export type ApiSettings = Settings<typeof API_VARIABLES>;

export function readApiSettings(environment: Readonly<Record<string, string | undefined>>): ApiSettings {
  const settings = readEnvironment(API_VARIABLES, environment, 'API_', STORE_REQUIREMENTS);
  if (settings.API_KEY === settings.SERVICE_TOKEN) {
    throw new EnvironmentError([
      'environment: API_KEY = (not shown)\n' +
        '  rule:   must not be SERVICE_TOKEN: whoever has the token would have the role of the key\n' +
        '  remedy: give each a random value of its own',
    ]);
  }
  return settings;
}
