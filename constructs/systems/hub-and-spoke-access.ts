/**
 * Who may do what at the hub: the design's access matrix, as data. vmauth's users, Grafana's roles, the rights of people
 * in Kubernetes and with them the NetworkPolicies follow from it.
 */
import type { AccessMatrix, AccessRow, Holder } from '../store/access-matrix';
import { clusterToken, clusterUser } from './hub-and-spoke-clusters';
import type { Cluster } from './hub-and-spoke-props';
import { HUB_SECRETS as SECRETS } from './hub-and-spoke-secrets';
import { sampleLoad } from './hub-and-spoke-sizing';

/** Every cluster's vmagent has the same row. */
const CLUSTER: AccessRow = { vminsert: 'write' };

const ROWS = {
  grafana: { vmselect: 'read', grafana: 'full' },
  // Not in the design's table, where rules are evaluated behind the door.
  vmalert: { vminsert: 'write', vmselect: 'read' },
  operations: { vmselect: 'read', grafana: 'full', exporters: 'read' },
  developers: { grafana: 'view' },
} as const satisfies Record<string, AccessRow>;

const HOLDERS: Readonly<Record<keyof typeof ROWS, Holder>> = {
  grafana: { kind: 'program', token: SECRETS.metricsReader },
  vmalert: { kind: 'program', token: SECRETS.metricsAlerts },
  operations: { kind: 'people', group: 'operations', token: SECRETS.operations },
  developers: { kind: 'people', group: 'developers' },
};

export function hubAccess(clusters: readonly Cluster[]): AccessMatrix {
  const each = <T>(value: (cluster: Cluster) => T): Record<string, T> =>
    Object.fromEntries(clusters.map((cluster) => [clusterUser(cluster), value(cluster)]));
  return {
    rows: { ...each(() => CLUSTER), ...ROWS },
    holders: {
      ...each((cluster): Holder => ({
        kind: 'program',
        token: clusterToken(cluster),
        load: sampleLoad(cluster.workload.samplesPerSecond),
      })),
      ...HOLDERS,
    },
  };
}
