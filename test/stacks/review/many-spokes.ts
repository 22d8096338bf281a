/** The hub of 200 clusters as an environment: the longest lists that a page must show. */
import { Duration, Size } from 'cdk8s';
import type { Cluster } from '../../../constructs/systems/hub-and-spoke-props';
import type { Environment } from '../../../stacks/environment';
import { ENVIRONMENTS } from '../../../stacks/environments';
import { HUB_INFRA } from '../../../stacks/environments/hub-infra';
import { builtHub } from '../../constructs/systems/hub-and-spoke-fixture';

const COUNT = 200;

const SPOKES: readonly Cluster[] = Array.from({ length: COUNT }, (_, i) => ({
  // The longest name that is allowed is among them.
  name: i === 0 ? 'a'.repeat(40) : `spoke-${String(i).padStart(3, '0')}`,
  environment: i % 3 === 0 ? 'production' : 'dev',
  cidrs: [`100.${64 + Math.floor(i / 16)}.${(i % 16) * 16}.0/20`],
  workload: { nodes: 3, activeSeries: 10_000, samplesPerSecond: 300 },
}));

export function manySpokes(): Environment {
  const environment = ENVIRONMENTS['hub-infra'];
  if (environment === undefined) throw new Error('there is no environment hub-infra');
  return {
    ...environment,
    build: () =>
      builtHub({
        ...HUB_INFRA,
        spokes: SPOKES,
        // As large as so many clusters need.
        metrics: { ...HUB_INFRA.metrics, volume: Size.gibibytes(200) },
        hubs: {
          ...HUB_INFRA.hubs,
          coldTier: {
            every: Duration.minutes(5),
            retention: Duration.days(400),
            volume: Size.gibibytes(500),
          },
        },
      }),
  };
}
