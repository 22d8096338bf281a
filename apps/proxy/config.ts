/**
 * The settings of the proxy. The names without the prefix PROXY_ are those of the system's design document.
 */
import { EnvironmentError, readEnvironment } from '../shared/environment';
import { SERVICE_VARIABLES } from '../shared/service-variables';
import { count, duration, flag, optional, size, text, type Settings } from '../shared/variables';

const HOST = '(?:[a-zA-Z0-9._-]+|\\[[0-9a-fA-F:.]+\\])';
const BROKER = `(?:https?://${HOST}(?::[0-9]{1,5})?/?|-)`;

export const PROXY_VARIABLES = {
  ...SERVICE_VARIABLES,
  PROXY_BROKERS: optional(
    text({
      description:
        'The brokers; the place in the list is the ordinal, a hyphen keeps the place of one that is gone',
      pattern: `^${BROKER}(?:,${BROKER}){0,15}$`,
      rule: '1 to 16 addresses such as http://a:8080,http://b:8080, without paths',
    }),
  ),
  PROXY_BROKERS_DNS: optional(
    text({
      description: 'Instead of PROXY_BROKERS: the headless Service of the brokers',
      pattern: `^(?:https?://)?${HOST}:[0-9]{1,5}$`,
      rule: 'a name with a port, such as msg-queue-headless.telemetry.svc:8080',
    }),
  ),
  PROXY_DNS_INTERVAL: duration({
    description: 'How often the name is looked up again',
    min: '100ms',
    max: '5m',
    // CoreDNS answers for a cluster's Services with a TTL of 5 s.
    default: '5s',
  }),
  PROXY_FAILOVER: flag({
    description:
      "Whether messages go to their key's next broker when its first does not take them, out of order then",
    default: 'true',
  }),
  PROXY_HEALTH_INTERVAL: duration({
    description: 'How often each broker is asked whether it is ready',
    min: '50ms',
    max: '1m',
    default: '2s',
  }),
  PROXY_HEALTH_TIMEOUT: duration({
    description: 'How long it may take to answer that',
    min: '50ms',
    max: '1m',
    default: '1s',
  }),
  // Rise and fall are HAProxy's defaults.
  PROXY_HEALTH_RISE: count({
    description: 'Answers in a row that bring a broker back',
    min: 1,
    max: 100,
    default: '2',
  }),
  PROXY_HEALTH_FALL: count({
    description: 'Failed answers in a row that take a broker out',
    min: 1,
    max: 100,
    default: '3',
  }),
  PROXY_HEALTH_FAILURES: count({
    description: 'Failed requests in a row that take a broker out',
    min: 1,
    max: 1000,
    default: '3',
  }),
  PROXY_EJECTION: duration({
    description: 'How long failed requests keep a broker out; twice as long each further time',
    min: '10ms',
    max: '10m',
    default: '1s',
  }),
  PROXY_MAX_EJECTION: duration({
    description: 'The longest that failed requests keep a broker out',
    min: '10ms',
    max: '1h',
    default: '1m',
  }),
  PROXY_CONNECT_TIMEOUT: duration({
    description: 'How long a connection to a broker may take',
    min: '10ms',
    max: '1m',
    default: '1s',
  }),
  PROXY_PUBLISH_TIMEOUT: duration({
    description: 'How long publishing may take, all tries together',
    min: '100ms',
    max: '10m',
    // Below the 30 s of HTTP_TIMEOUT, after which clients give up; a group commit takes 25 ms.
    default: '10s',
  }),
  PROXY_SETTLE_TIMEOUT: duration({
    description: 'How long acknowledge, reject, extend and overviews may take',
    min: '100ms',
    max: '10m',
    default: '5s',
  }),
  PROXY_RECEIVE_SLACK: duration({
    description: 'How much longer than its wait a receive may take',
    min: '100ms',
    max: '10m',
    default: '5s',
  }),
  PROXY_BROKER_CONNECTIONS: count({
    description: 'Connections to each broker, beside those of waiting receivers',
    min: 1,
    max: 10_000,
    default: '64',
  }),
  PROXY_MAX_RECEIVERS: count({
    description: 'Clients that may wait for messages; each takes a connection to each broker',
    min: 1,
    max: 10_000,
    // A broker lets 2000 wait, and there may be several proxies.
    default: '500',
  }),
  PROXY_MAX_REQUESTS: count({
    description: 'Other requests under way',
    min: 1,
    max: 100_000,
    default: '1000',
  }),
  PROXY_BODY_MEMORY: size({
    description: 'Memory for bodies of requests under way',
    min: '16MiB',
    max: '64GiB',
    // A quarter of the 512 MiB that the design document allows the container at least.
    default: '128MiB',
  }),
} as const;

export type ProxySettings = Settings<typeof PROXY_VARIABLES>;

export function readProxySettings(environment: Readonly<Record<string, string | undefined>>): ProxySettings {
  const problems: string[] = [];
  let settings: ProxySettings | undefined;
  try {
    settings = readEnvironment(PROXY_VARIABLES, environment, 'PROXY_');
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    problems.push(...error.problems);
  }
  problems.push(...membershipProblems(environment.PROXY_BROKERS ?? '', environment.PROXY_BROKERS_DNS ?? ''));
  if (settings === undefined || problems.length > 0) throw new EnvironmentError(problems);
  return settings;
}

/** What no single variable can say. */
function membershipProblems(list: string, name: string): string[] {
  if ((list === '') === (name === '')) {
    return [
      [
        `environment: PROXY_BROKERS and PROXY_BROKERS_DNS are ${list === '' ? 'not set' : 'both set'}`,
        '  rule:   the brokers come from one of the two',
        '  remedy: set PROXY_BROKERS to a list of addresses, or PROXY_BROKERS_DNS to the name of a headless Service',
      ].join('\n'),
    ];
  }
  const brokers = list.split(',').filter((each) => each !== '-' && each !== '');
  const twice = brokers.find((each, at) => brokers.indexOf(each) !== at);
  const wrong =
    twice === undefined
      ? list !== '' && brokers.length === 0
        ? 'names no broker'
        : ''
      : `names ${twice} twice`;
  if (wrong === '') return [];
  return [
    [
      `environment: PROXY_BROKERS = ${JSON.stringify(list)} ${wrong}`,
      '  rule:   each broker has one place in the list',
      '  remedy: name each once, and keep the place of one that is gone with a hyphen',
    ].join('\n'),
  ];
}
