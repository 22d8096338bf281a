/**
 * Everything that is wrong with an environment's settings for Azure, or with what its platform asks of them. Pure.
 */
import type { AzureAddresses } from '../address-plan';
import { overlap, parseBlock } from '../cidr';
import type { CloudDemand, HandedOver } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { checkBudget } from './budget';
import { checkCluster } from './cluster-settings';
import { checkDatabase } from './database-settings';
import { checkDns } from './dns';
import { checkFirewall } from './firewall-settings';
import { checkGateway } from './gateway-settings';
import { checkIdentities } from './identity';
import { checkMonitoring } from './monitoring';
import { checkNetwork, holds } from './network-settings';
import { checkObjectStorage } from './object-storage';
import { zonesIn } from './regions';
import { checkSecrets } from './secrets';
import type { AzureSettings } from './settings';

/** Classes that AKS brings. Source: Microsoft Learn, "Storage options for applications in AKS". */
const STORAGE_CLASSES = [
  ...['default', 'managed', 'managed-csi', 'managed-csi-premium', 'managed-premium'],
  ...['azurefile', 'azurefile-csi', 'azurefile-csi-premium', 'azurefile-premium'],
];

/**
 * @param path where the settings stand, e.g. `Pulumi.hyperion-prod.yaml: hyperion:azure`
 * @param givenSecrets names of the stack's secret settings; their values are nobody's business here
 */
export function checkAzure(
  demand: CloudDemand,
  addresses: AzureAddresses,
  settings: AzureSettings,
  path: string,
  givenSecrets: readonly string[] = [],
): SettingProblem[] {
  const section = (name: keyof AzureSettings): string => `${path}.${name}`;
  return [
    ...checkPlace(demand, settings, path),
    ...checkPlan(addresses, path),
    ...checkNetwork(demand, addresses, settings.network, section('network')),
    ...checkFirewall(demand, addresses, settings.firewall, section('firewall')),
    ...checkDns(demand, settings.dns, section('dns')),
    ...(settings.gateway === undefined
      ? checkNoGateway(demand, addresses, path)
      : checkGateway(demand, addresses, settings.gateway, section('gateway'))),
    ...checkCluster(settings.cluster, demand, section('cluster')),
    ...checkObjectStorage(settings.objectStorage, demand, section('objectStorage')),
    ...checkDatabase(settings.database, demand, settings.database === undefined ? path : section('database')),
    ...checkSecrets(settings.secrets, demand, givenSecrets, section('secrets')),
    ...checkMonitoring(settings.monitoring, section('monitoring')),
    ...checkIdentities(demand, section('objectStorage')),
    ...checkBudget(settings.budget, section('budget')),
    ...checkStorageClasses(demand, path),
  ];
}

export function azureHandsOver(
  settings: Pick<AzureSettings, 'database'>,
  { objectStores }: Pick<CloudDemand, 'objectStores'>,
): HandedOver {
  return {
    objectStores: objectStores.map(({ purpose }) => ({ purpose, kind: 'azure-blob' })),
    hasDatabase: settings.database !== undefined,
    hasLoadBalancer: false,
    given: [],
  };
}

function checkPlace(
  { zones }: Pick<CloudDemand, 'zones'>,
  { location }: AzureSettings,
  path: string,
): SettingProblem[] {
  const there = zonesIn(location);
  const at = { path, property: 'location', value: location };
  if (there === undefined) {
    return [
      {
        ...at,
        rule: 'a location is a public region of Azure, written in lower case and without spaces',
        remedy: 'choose one, e.g. westeurope (`az account list-locations --output table`)',
      },
    ];
  }
  if (zones <= there) return [];
  return [
    {
      ...at,
      rule: `the environment spreads over ${zones} zones, and ${location} has ${there === 1 ? 'none' : there}`,
      remedy:
        there === 1 ? 'choose a region with availability zones' : `spread it over ${there} zones at most`,
    },
  ];
}

/** The plan's own arithmetic does not fail here; addresses that somebody wrote by hand do. */
function checkPlan(addresses: AzureAddresses, path: string): SettingProblem[] {
  const { block, firewallAddress, ...subnets } = addresses;
  const problem = (property: string, value: string, rule: string): SettingProblem => ({
    path,
    property: `addresses.${property}`,
    value,
    rule,
    remedy: "take the addresses of the environment's values from `azureAddresses(block)`",
  });
  const named = Object.entries(subnets);
  const outside = named
    .filter(([, subnet]) => !holds(block, subnet))
    .map(([name, subnet]) => problem(name, subnet, `every subnet lies in its network, ${block}`));
  const shared = named.flatMap(([name, subnet], place) =>
    named
      .slice(place + 1)
      .filter(([, other]) => overlapping(subnet, other))
      .map(([other]) =>
        problem(other, subnets[other as keyof typeof subnets], `it overlaps ${name}, ${subnet}`),
      ),
  );
  const firewall = holds(subnets.firewall, `${firewallAddress}/32`)
    ? []
    : [problem('firewallAddress', firewallAddress, `the firewall has an address in ${subnets.firewall}`)];
  return [...outside, ...shared, ...firewall];
}

function overlapping(one: string, other: string): boolean {
  const [a, b] = [parseBlock(one), parseBlock(other)];
  return a !== undefined && b !== undefined && overlap(a, b);
}

function checkNoGateway(
  { inbound }: Pick<CloudDemand, 'inbound'>,
  { gateway }: AzureAddresses,
  path: string,
): SettingProblem[] {
  const waiting = inbound.find(({ from }) => from.some((block) => holds(gateway, block)));
  if (waiting === undefined) return [];
  return [
    {
      path,
      property: 'gateway',
      value: undefined,
      rule: `the platform waits for requests from an Application Gateway in ${gateway} (${waiting.purpose})`,
      remedy: 'set the section: hosts, certificate, clients, instances',
    },
  ];
}

function checkStorageClasses(
  { storageClasses }: Pick<CloudDemand, 'storageClasses'>,
  path: string,
): SettingProblem[] {
  return storageClasses
    .filter((name) => !STORAGE_CLASSES.includes(name))
    .map((name) => ({
      path,
      property: 'storageClasses',
      value: name,
      rule: `AKS brings these storage classes, and the stack makes no others: ${STORAGE_CLASSES.join(', ')}`,
      remedy: "choose one of them in the environment's values",
    }));
}
