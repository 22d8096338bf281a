/**
 * How the telemetry stack is wired, and what an operator can get wrong in its values.
 */
import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import { ConfigError } from '../../../constructs/core/config-error';
import { coverOf } from '../../../constructs/core/outage-budget';
import type { Platform } from '../../../constructs/core/platform';
import { telemetryStack } from '../../../constructs/systems/telemetry-stack';
import type { TelemetryStackProps } from '../../../constructs/systems/telemetry-stack-props';
import { TELEMETRY_DEV } from '../../../stacks/environments/telemetry-dev';
import { TELEMETRY_PROD } from '../../../stacks/environments/telemetry-prod';

function built(props: TelemetryStackProps): Platform {
  const platform = telemetryStack(props);
  complete(platform);
  return platform;
}

function flows(platform: Platform): string[] {
  return platform.graph.connections
    .filter(({ load }) => load !== undefined)
    .map(
      ({ from, to, delivery, load }) =>
        `${from.id} → ${to.owner.id}: ${to.protocol} (${to.access}), ${delivery.kind}, ${load?.eventsPerSecond ?? 0}/s`,
    );
}

test('readings flow through the proxy, both ways, and wait in the brokers', () => {
  expect(flows(built(TELEMETRY_DEV))).toEqual([
    'msg-queue-proxy → msg-queue: queue-http (write), synchronous, 200/s',
    'msg-queue-proxy → msg-queue: queue-http (read), synchronous, 200/s',
    'streamer → msg-queue-proxy: queue-http (write), synchronous, 200/s',
    'collector → msg-queue-proxy: queue-http (read), synchronous, 200/s',
    'collector → influxdb: influx-write (write), synchronous, 200/s',
  ]);
});

test('who asks whom', () => {
  const { graph } = built(TELEMETRY_PROD);
  expect(
    graph.connections
      .filter(({ signals }) =>
        signals.some((signal) => ['queries', 'alerts', 'web', 'state'].includes(signal)),
      )
      .map(({ from, to }) => `${from.id} → ${to.owner.id}: ${to.protocol}`)
      .sort(),
  ).toEqual([
    'alertmanager → alertmanager-receivers: https',
    'alertmanager → alertmanager-receivers: https',
    'alertmanager → alertmanager-receivers: https',
    'api → influxdb: flux',
    'clients → nginx-ingress: https',
    'clients → nginx-ingress: https',
    'clients → nginx-ingress: https',
    'grafana → influxdb: flux',
    'grafana → postgresql: postgresql',
    'grafana → prometheus: prometheus-query',
    'nginx-ingress → api: http',
    'nginx-ingress → grafana: http',
    'nginx-ingress → streamer: http',
    'prometheus → alertmanager: alertmanager-api',
  ]);
});

test('how long InfluxDB may be away: what the brokers’ disks hold', () => {
  const { graph } = built(TELEMETRY_PROD);
  const written = graph.connections.find(({ to }) => to.protocol === 'influx-write');
  if (written === undefined) throw new Error('nobody writes');
  expect(coverOf(graph, written)).toEqual({
    seconds: (Math.floor(12_779 * 3 * 0.8) * 1024 ** 2) / 3_500_000,
    terms: ['msg-queue-proxy/http: 30 GiB ÷ 3.3 MiB/s = 2 h 33 min'],
  });
});

test('everything that has metrics is scraped and watched', () => {
  const { components } = built(TELEMETRY_DEV);
  const prometheus = components.find(({ node }) => node.id === 'prometheus');
  const rules = prometheus?.configs[0]?.files.find(({ name }) => name === 'rules.yml')?.text ?? '';
  expect(
    [...rules.matchAll(/\(sum\(up\{job="([^"]*)"\}\) or vector\(0\)\) == 0/g)].map(([, job]) => job),
  ).toEqual([
    'msg-queue',
    'msg-queue-proxy',
    'streamer',
    'influxdb',
    'api',
    'alertmanager',
    'cert-manager',
    'external-secrets',
    'prometheus',
    'grafana',
    'nginx-ingress',
    'collector',
  ]);
  for (const alert of [
    'ScrapingDown',
    'PartitionStopped',
    'DeadLettersGrow',
    'LagGrows',
    'BrokerDiskFilling',
    'ReadingsStoreFilling',
    'StoreBreakerOpen',
    'ApiErrors',
    'RulesFail',
  ]) {
    expect(rules).toContain(`alert: ${alert}\n`);
  }
});

interface Mistake {
  readonly what: string;
  readonly change: (props: TelemetryStackProps) => TelemetryStackProps;
  readonly says: readonly string[];
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'an outage that the brokers’ disks do not cover',
    change: (props) => ({ ...props, survivesOutage: Duration.hours(6) }),
    says: [
      'telemetry-prod/collector: delivery to influxdb/http (metrics) = "survives 2 h 33 min: msg-queue-proxy/http: 30 GiB ÷ 3.3 MiB/s = 2 h 33 min"',
      '  rule:   the environment survives an outage of 6 h 0 min of any store or processor',
      '  remedy: enlarge a queue on the path (70.4 GiB in all), or declare a shorter survivesOutage',
    ],
  },
  {
    what: 'a store that is too small',
    change: (props) => ({ ...props, store: { ...props.store, volume: Size.gibibytes(64) } }),
    says: [
      'telemetry-prod/influxdb: volume.size = "64 GiB"',
      '  rule:   10000 samples/s × 3 B × (30 d 0 h + 24 h 0 min) = 74.8 GiB, and at most 70 % of a volume may fill',
    ],
  },
  {
    what: 'nobody may send',
    change: (props) => ({ ...props, network: { ...props.network, senders: [] } }),
    says: ['telemetry-prod/gpu-senders: cidrs = []'],
  },
  {
    what: 'alerts for a receiver that is not there',
    change: (props) => ({ ...props, alerting: { ...props.alerting, routing: { default: 'nobody' } } }),
    says: [
      'telemetry-prod/alertmanager: routing.default = "nobody"',
      '  rule:   the receivers are on-call, team',
    ],
  },
];

function messageOf(props: TelemetryStackProps): string {
  try {
    built(props);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected problems');
}

test.each(MISTAKES)('$what', ({ change, says }) => {
  const message = messageOf(change(TELEMETRY_PROD));
  for (const line of says) expect(message).toContain(line);
});

test('all of them at once', () => {
  const message = messageOf(MISTAKES.reduce((props, { change }) => change(props), TELEMETRY_PROD));
  for (const { says } of MISTAKES) expect(message).toContain(says[0]);
});
