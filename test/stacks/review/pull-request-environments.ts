/**
 * The pull request of the guide (`docs/guides/review.md`): Hyperion in production before it and after it, made by the
 * edits that its author would make in `stacks/environments/hyperion-prod.ts`.
 */
import { Duration } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import { hyperion } from '../../../constructs/systems/hyperion';
import type { ExternalConsumer, HyperionProps } from '../../../constructs/systems/hyperion-props';
import type { Environment } from '../../../stacks/environment';
import { ENVIRONMENTS } from '../../../stacks/environments';
import { HYPERION_PROD } from '../../../stacks/environments/hyperion-prod';

const FRAUD_DESK: ExternalConsumer = {
  name: 'fraud-desk',
  cidrs: ['10.62.0.0/24'],
  signal: 'logs',
  filter: { resourceAttributes: { 'service.namespace': 'payments' } },
  samplingPercent: 100,
  redact: { delete: ['enduser.id'], mask: [] },
  expectedPercent: 1,
  keep: Duration.hours(12),
};

const { workload, logs } = HYPERION_PROD;

const PULL_REQUEST_PROPS: HyperionProps = {
  ...HYPERION_PROD,
  workload: {
    ...workload,
    // Twice as many log records.
    logs: { ...workload.logs, perSecond: 2 * workload.logs.perSecond },
    // Fewer spans: Kafka's topics are sized by the load, so that of the traces loses a partition on each broker.
    traces: { ...workload.traces, perSecond: 210_000 },
  },
  consumers: [...HYPERION_PROD.consumers, FRAUD_DESK],
  logs: { ...logs, retention: Duration.days(7) },
};

/** As it is on the main branch. */
export function beforePullRequest(): Environment {
  const environment = ENVIRONMENTS['hyperion-prod'];
  if (environment === undefined) throw new Error('there is no environment hyperion-prod');
  return environment;
}

/** As the pull request makes it. */
export function afterPullRequest(): Environment {
  return {
    ...beforePullRequest(),
    build: () => {
      const platform = hyperion(PULL_REQUEST_PROPS);
      complete(platform);
      return platform;
    },
  };
}
