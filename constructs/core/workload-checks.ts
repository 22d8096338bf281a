/**
 * What the props of a workload must be, and types cannot say.
 */
import type { Construct } from 'constructs';
import type { Platform } from './platform';
import type { WorkloadProps } from './workload';

export function checkWorkload(platform: Platform, scope: Construct, props: WorkloadProps): void {
  const { uid, replicas, autoscale } = props;
  const claims = props.claims ?? [];
  if (uid === 0) {
    platform.report(scope, {
      property: 'uid',
      value: uid,
      rule: 'no process runs as root',
      remedy: "use the image's own user, e.g. 10001",
    });
  }
  if (claims.length > 0 && props.kind !== 'StatefulSet') {
    platform.report(scope, {
      property: 'claims',
      value: claims.map((claim) => claim.name),
      rule: 'only a StatefulSet gives each replica a volume of its own',
      remedy: "use kind: 'StatefulSet', or scratch for data that may vanish",
    });
  }
  if (replicas !== undefined && (!Number.isInteger(replicas) || replicas < 1)) {
    platform.report(scope, {
      property: 'replicas',
      value: replicas,
      rule: 'a workload has a whole number of replicas, at least 1',
      remedy: 'leave the component out to run none',
    });
  }
  if (autoscale !== undefined && autoscale.maxReplicas < (replicas ?? 1)) {
    platform.report(scope, {
      property: 'autoscale.maxReplicas',
      value: autoscale.maxReplicas,
      rule: `the ceiling is not below the floor of ${replicas ?? 1} replicas`,
      remedy: 'raise maxReplicas or lower replicas',
    });
  }
}
