/**
 * What the props of a workload must be, and types cannot say.
 */
import type { Construct } from 'constructs';
import type { Platform } from './platform';
import type { WorkloadProps } from './workload';

export function checkWorkload(platform: Platform, scope: Construct, props: WorkloadProps): void {
  const { uid, replicas, autoscale, host } = props;
  const claims = props.claims ?? [];
  checkHostAccess(platform, scope, props);
  if (props.kind === 'DaemonSet' && platform.nodes === undefined) {
    platform.report(scope, {
      property: 'kind',
      value: props.kind,
      rule: 'a DaemonSet has a pod on each node, which the quota of its namespace has to hold',
      remedy: 'say in the environment how many nodes the cluster has: nodes',
    });
  }
  if (uid === 0 && host?.root === undefined) {
    platform.report(scope, {
      property: 'uid',
      value: uid,
      rule: 'no process runs as root',
      remedy:
        "use the image's own user, e.g. 10001; a node agent that reads root's files says so in host.root",
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

function checkHostAccess(platform: Platform, scope: Construct, props: WorkloadProps): void {
  const { host, kind } = props;
  const mounted = [props.container, ...(props.sidecars ?? []), ...(props.initContainers ?? [])].flatMap(
    (spec) => (spec.hostPaths ?? []).map(({ path }) => path),
  );
  if (mounted.length > 0 && host === undefined) {
    platform.report(scope, {
      property: 'hostPaths',
      value: mounted,
      rule: "only a node agent sees its node's files, and says why",
      remedy: 'give `host` with a reason, or use scratch or a claim',
    });
  }
  if (host !== undefined && kind !== 'DaemonSet') {
    platform.report(scope, {
      property: 'host',
      value: kind,
      rule: 'what sees its node runs once on each node',
      remedy: "use kind: 'DaemonSet', or leave host out",
    });
  }
}
