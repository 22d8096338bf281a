/**
 * What is wrong with a cluster's settings.
 */
import { parseBlock } from '../cidr';
import type { CloudDemand } from '../cloud';
import { KUBERNETES_VERSIONS } from '../kubernetes-versions';
import type { SettingProblem } from '../setting-error';
import { ADD_ONS } from './add-ons';
import type { ClusterSettings } from './cluster';
import { checkLogDays } from './log-retention';
import { checkNodePools } from './node-pool-checks';
import { checkRoleArns } from './role-arn';

const ADD_ON_VERSION = /^v\d+\.\d+\.\d+-eksbuild\.\d+$/;

/** @param path where the settings stand, e.g. `Pulumi.hub-infra.yaml: hyperion:aws.cluster` */
export function checkCluster(
  demand: CloudDemand,
  settings: ClusterSettings,
  path: string,
): readonly SettingProblem[] {
  return [
    ...checkVersion(settings, path),
    ...checkRoleArns(settings.administrators, path, 'administrators'),
    ...checkEndpoint(demand.tier, settings, path),
    ...checkLogDays(settings.logDays, path, 'logDays'),
    ...checkAddOns(settings, path),
    ...checkNodePools(demand, settings.nodePools, `${path}.nodePools`),
  ];
}

function checkVersion({ kubernetesVersion }: ClusterSettings, path: string): readonly SettingProblem[] {
  if (KUBERNETES_VERSIONS.includes(kubernetesVersion)) return [];
  return [
    {
      path,
      property: 'kubernetesVersion',
      value: kubernetesVersion,
      rule: `the platform is proved on Kubernetes ${KUBERNETES_VERSIONS.join(', ')}`,
      remedy: `take ${KUBERNETES_VERSIONS.at(-2) ?? ''}; an upgrade goes one minor at a time`,
    },
  ];
}

function checkEndpoint(
  tier: CloudDemand['tier'],
  { publicEndpointCidrs }: ClusterSettings,
  path: string,
): readonly SettingProblem[] {
  if (publicEndpointCidrs === undefined) return [];
  const problem = (value: unknown, rule: string, remedy: string): SettingProblem => ({
    path,
    property: 'publicEndpointCidrs',
    value,
    rule,
    remedy,
  });
  if (tier === 'prod') {
    return [
      problem(
        publicEndpointCidrs,
        "in production the cluster's API has no address on the internet",
        'remove it, and run pulumi up from a network that reaches the VPC (network.administrators)',
      ),
    ];
  }
  return publicEndpointCidrs.flatMap((block) => {
    const parsed = parseBlock(block);
    if (parsed === undefined) {
      return [
        problem(block, 'a CIDR block begins at its own first address, e.g. 203.0.113.0/24', 'correct it'),
      ];
    }
    if (parsed.bits > 0) return [];
    return [
      problem(
        block,
        "nobody opens the cluster's API to the whole internet",
        "name your office's or VPN's block",
      ),
    ];
  });
}

function checkAddOns({ addOnVersions = {} }: ClusterSettings, path: string): readonly SettingProblem[] {
  const names: readonly string[] = ADD_ONS;
  return Object.entries(addOnVersions).flatMap(([name, version]) => {
    if (names.includes(name) && ADD_ON_VERSION.test(version)) return [];
    return [
      {
        path: `${path}.addOnVersions`,
        property: name,
        value: version,
        rule: names.includes(name)
          ? "an add-on's version names EKS' build of it, e.g. v1.20.4-eksbuild.1"
          : `the cluster's add-ons are ${names.join(', ')}`,
        remedy: names.includes(name)
          ? `list them: aws eks describe-addon-versions --addon-name ${name}`
          : 'remove it, or correct its spelling',
      },
    ];
  });
}
