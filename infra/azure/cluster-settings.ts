/**
 * What an operator decides about the cluster, and what of it cannot be.
 */
import { Type, type Static } from '@sinclair/typebox';
import { parseBlock } from '../cidr';
import type { CloudDemand } from '../cloud';
import { KUBERNETES_VERSIONS } from '../kubernetes-versions';
import type { SettingProblem } from '../setting-error';
import { checkNodePools } from './check-node-pools';
import { SystemPool, WorkloadPool } from './node-pools';

const Guid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

const ApiServer = Type.Object(
  {
    /** Whether it answers inside the network only, or on a public address too. */
    access: Type.Union([Type.Literal('private'), Type.Literal('public')]),
    /** From where people and pipelines call it, CIDR blocks: private networks, or the public addresses they come from. */
    callers: Type.Array(Type.String(), { minItems: 1 }),
  },
  { additionalProperties: false },
);

const Maintenance = Type.Object(
  {
    day: Type.Union(
      ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((day) =>
        Type.Literal(day),
      ),
    ),
    /** `HH:mm`. */
    startTime: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
    /** E.g. `+01:00`. */
    utcOffset: Type.String({ pattern: '^[+-][01][0-9]:[0-5][0-9]$' }),
    durationHours: Type.Integer(),
  },
  { additionalProperties: false },
);

export const ClusterSettings = Type.Object(
  {
    /** Minor version, e.g. `1.35`; patches come by themselves in the maintenance window. */
    kubernetesVersion: Type.String(),
    apiServer: ApiServer,
    /** Groups in Entra ID that may do everything in the cluster; whoever runs `pulumi up` is in one. */
    adminGroupIds: Type.Array(Guid, { minItems: 1 }),
    systemPool: SystemPool,
    /** By name. */
    workloadPools: Type.Record(Type.String(), WorkloadPool, { minProperties: 1 }),
    /** Whose key encrypts disks. Cannot be changed later. */
    diskKey: Type.Union([Type.Literal('azure'), Type.Literal('own')]),
    /** When AKS may renew Kubernetes and the nodes' system, weekly. */
    maintenance: Maintenance,
  },
  { additionalProperties: false },
);
export type ClusterSettings = Static<typeof ClusterSettings>;

/** What AKS allows. */
const WINDOW = { leastHours: 4, mostHours: 24 };

export function checkCluster(
  settings: ClusterSettings,
  demand: Pick<CloudDemand, 'tier' | 'zones' | 'requests'>,
  path: string,
): readonly SettingProblem[] {
  return [
    ...checkVersion(settings, path),
    ...checkApiServer(settings, demand.tier, path),
    ...checkWindow(settings, path),
    ...checkNodePools(settings, demand, path),
  ];
}

function checkVersion({ kubernetesVersion }: ClusterSettings, path: string): readonly SettingProblem[] {
  if (KUBERNETES_VERSIONS.includes(kubernetesVersion)) return [];
  return [
    {
      path,
      property: 'kubernetesVersion',
      value: kubernetesVersion,
      rule: `the platform is tested with the minor versions ${KUBERNETES_VERSIONS.join(', ')}`,
      remedy: 'choose one of these, without a patch version; upgrade one minor version at a time',
    },
  ];
}

function checkApiServer(
  { apiServer }: ClusterSettings,
  tier: CloudDemand['tier'],
  path: string,
): readonly SettingProblem[] {
  const isOpenProduction = tier === 'prod' && apiServer.access === 'public';
  return [
    ...(isOpenProduction ? [OPEN_PRODUCTION] : []).map((problem) => ({
      path: `${path}.apiServer`,
      property: 'access',
      value: apiServer.access,
      ...problem,
    })),
    ...apiServer.callers.filter(isOpen).map((range) => ({
      path: `${path}.apiServer`,
      property: 'callers',
      value: range,
      rule: 'who may reach the API server is a list of CIDR blocks that begin at their own first address, of a /8 or smaller',
      remedy: 'name the networks of people and pipelines, e.g. 203.0.113.0/28',
    })),
  ];
}

const OPEN_PRODUCTION = {
  rule: 'the API server of a production answers inside the network only',
  remedy: "set it to private, and run the pipeline from a network that reaches the environment's",
};

/** Wider than this no organisation is. */
const WIDEST_BITS = 8;

function isOpen(range: string): boolean {
  const block = parseBlock(range);
  return block === undefined || block.bits < WIDEST_BITS;
}

function checkWindow({ maintenance }: ClusterSettings, path: string): readonly SettingProblem[] {
  const { leastHours, mostHours } = WINDOW;
  if (maintenance.durationHours >= leastHours && maintenance.durationHours <= mostHours) return [];
  return [
    {
      path: `${path}.maintenance`,
      property: 'durationHours',
      value: maintenance.durationHours,
      rule: `a maintenance window of AKS is ${leastHours} to ${mostHours} hours long`,
      remedy: `choose ${leastHours} to ${mostHours}`,
    },
  ];
}
