/**
 * What an operator can get wrong in an environment's values, and what he reads: one mistake at a time, and all at once.
 */
import { Duration, Size } from 'cdk8s';
import { complete } from '../constructs/core/complete';
import { ConfigError } from '../constructs/core/config-error';
import { SecretRef } from '../constructs/core/secrets';
import { hyperion } from '../constructs/systems/hyperion';
import type { HyperionProps } from '../constructs/systems/hyperion-props';
import { HYPERION_DEV } from '../stacks/environments/hyperion-dev';

interface Mistake {
  readonly what: string;
  readonly change: (props: HyperionProps) => HyperionProps;
  /** Where, rule and remedy, as they are printed. */
  readonly says: readonly string[];
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'nobody may send',
    change: (props) => ({ ...props, tenants: [] }),
    says: [
      'hyperion-dev/otel-ingress: tenants = []',
      '  rule:   an entry without tenants accepts nobody',
      '  remedy: name at least one tenant with its secret',
    ],
  },
  {
    what: 'an allow-list that lets nothing pass',
    change: (props) => ({ ...props, allowedMetrics: { names: [], prefixes: [] } }),
    says: [
      'hyperion-dev/otel-ingress: allowedMetrics = {"names":[],"prefixes":[]}',
      '  rule:   an empty allow-list drops every metric',
    ],
  },
  {
    what: 'topics that do not fit on the brokers',
    change: (props) => ({ ...props, kafka: { ...props.kafka, volume: Size.gibibytes(2) } }),
    says: [
      'hyperion-dev/kafka: volume.size = "2 GiB"',
      'at most 80 % of a volume may fill: Kafka stops on a full disk',
      '  remedy: give each broker at least',
    ],
  },
  {
    what: 'a retention of logs that Loki cannot keep',
    change: (props) => ({ ...props, logs: { ...props.logs, retention: Duration.hours(30) } }),
    says: ['hyperion-dev/loki: retention ='],
  },
  {
    what: 'metrics that outgrow their volume',
    change: (props) => ({ ...props, metrics: { ...props.metrics, volume: Size.mebibytes(200) } }),
    says: ['hyperion-dev/victoria-metrics: volume.size ='],
  },
  {
    what: 'spans that outgrow their volume',
    change: (props) => ({
      ...props,
      traceAnalytics: { ...props.traceAnalytics, volume: Size.gibibytes(10) },
    }),
    says: [
      'hyperion-dev/clickhouse: volume.size = "10Gi"',
      '  rule:   every server keeps everything:',
      '  remedy: make it',
    ],
  },
  {
    what: 'a sampling rate of more than everything',
    change: (props) => ({ ...props, sampling: { ...props.sampling, baseRatePercent: 150 } }),
    says: ['hyperion-dev/otel-traces: sampling.baseRatePercent = 150'],
  },
  {
    what: 'a consumer who gets everything',
    change: (props) => ({
      ...props,
      consumers: props.consumers.map((consumer) =>
        consumer.signal === 'logs' ? { ...consumer, filter: {} } : consumer,
      ),
    }),
    says: [
      'hyperion-dev/otel-egress: consumers.checkpoint-logging.filter = {}',
      '  remedy: say what the consumer may have: services, attributes or a severity',
    ],
  },
  {
    what: 'a consumer who gets none of what he gets',
    change: (props) => ({
      ...props,
      consumers: props.consumers.map((consumer) =>
        consumer.signal === 'traces' ? { ...consumer, samplingPercent: 0 } : consumer,
      ),
    }),
    says: ['hyperion-dev/otel-egress: consumers.poseidon.samplingPercent = 0'],
  },
  {
    what: 'two tenants with one token',
    change: (props) => ({
      ...props,
      tenants: [
        { name: 'shop', secret: SecretRef.named('same') },
        { name: 'twin', secret: SecretRef.named('same') },
      ],
    }),
    says: [
      'hyperion-dev/otel-ingress: tenants[].secret = "same"',
      "  rule:   every tenant has a secret of its own, or taking one's access away takes another's",
      '  remedy: give one of the two another secret',
    ],
  },
  {
    what: 'no address for the API server',
    change: (props) => ({ ...props, network: { ...props.network, entraId: [] } }),
    says: [
      'hyperion-dev/entra-id: cidrs = []',
      '  rule:   somebody outside the cluster is named by address blocks in NetworkPolicies',
    ],
  },
  {
    what: 'a Kafka cluster ID that is none',
    change: (props) => ({
      ...props,
      kafka: { ...props.kafka, runBy: { kind: 'stateful-set', clusterId: 'my-cluster' } },
    }),
    says: [
      'hyperion-dev/kafka: clusterId = "my-cluster"',
      '  remedy: make one with `kafka-storage.sh random-uuid` and never change it again',
    ],
  },
];

function messageOf(props: HyperionProps): string {
  try {
    complete(hyperion(props));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no mistake was found';
}

test.each(MISTAKES.map((mistake) => [mistake.what, mistake] as const))('%s', (_what, { change, says }) => {
  const message = messageOf(change(HYPERION_DEV));
  for (const text of says) expect(message).toContain(text);
  // One mistake is one mistake, not a landslide.
  expect(message.split('\n  rule: ').length - 1).toBeLessThanOrEqual(2);
});

test('an outage that a queue cannot carry: each path that cannot, with its arithmetic', () => {
  const message = messageOf({
    ...HYPERION_DEV,
    queues: { ...HYPERION_DEV.queues, traces: { ...HYPERION_DEV.queues.traces, size: Size.mebibytes(100) } },
    traces: { ...HYPERION_DEV.traces, spans: 'sampled' },
  });
  expect(message).toContain(
    [
      'hyperion-dev/otel-traces: delivery to tempo/otlp-http (traces) = "survives 5 min: ' +
        'otel-traces disk queue: 1 × 100 MiB ÷ 293 KiB/s = 5 min + otel-traces has answered already: what does not fit is lost"',
      '  rule:   the environment survives an outage of 30 min of any store or processor',
      '  remedy: enlarge a queue on the path (515 MiB in all), or declare a shorter survivesOutage',
    ].join('\n'),
  );
  expect(message).not.toContain('delivery to clickhouse');
});

test('all at once: everything is reported in one go', () => {
  const message = messageOf(
    MISTAKES.filter(({ what }) => what !== 'nobody may send').reduce(
      (props, { change }) => change(props),
      HYPERION_DEV,
    ),
  );
  const missing = MISTAKES.filter(({ what }) => what !== 'nobody may send').filter(
    ({ says }) => !message.includes(says[0] ?? ''),
  );
  expect(missing.map(({ what }) => what)).toEqual([]);
});
