/**
 * An environment on Azure for tests of single layers: its context, a network of made-up IDs, and what a platform asks for.
 */
import { Provider } from '@pulumi/azure-native/provider';
import { output } from '@pulumi/pulumi';
import type { CloudDemand } from '../../../infra/cloud';
import type { ClusterSettings } from '../../../infra/azure/cluster-settings';
import { azureContext, type AzureContext } from '../../../infra/azure/context';
import type { Network } from '../../../infra/azure/network';
import type { RecordedResource, Recording } from '../record';

export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
export const TENANT = '00000000-0000-0000-0000-000000000001';

/** To be made inside a recorded program. */
export function contextOf(environment: 'hyperion-dev' | 'hyperion-prod'): AzureContext {
  const tier = environment === 'hyperion-prod' ? 'prod' : 'dev';
  return azureContext({
    environment,
    tier,
    zones: tier === 'prod' ? 3 : 1,
    location: 'westeurope',
    subscriptionId: SUBSCRIPTION,
    tenantId: TENANT,
    resourceGroupName: output(environment),
    tags: { system: 'hyperion', environment },
    provider: new Provider('azure'),
  });
}

export function networkOf(): Network {
  const subnet = (name: string) => output(`/subnets/${name}`);
  const zone = (name: string) => output(`/zones/${name}`);
  return {
    virtualNetworkId: output('/vnet'),
    subnetId: {
      gateway: subnet('gateway'),
      privateEndpoints: subnet('private-endpoints'),
      apiServer: subnet('api-server'),
      firewall: subnet('firewall'),
      database: subnet('database'),
      loadBalancers: subnet('load-balancers'),
      nodes: subnet('nodes'),
      pods: subnet('pods'),
    },
    routeTableId: output('/routes'),
    privateDnsZoneId: { blob: zone('blob'), vault: zone('vault'), postgres: zone('postgres') },
    ready: [],
  };
}

export const CLUSTER_SETTINGS: ClusterSettings = {
  kubernetesVersion: '1.35',
  apiServer: { access: 'private', callers: ['10.62.0.0/24'] },
  adminGroupIds: ['00000000-0000-0000-0000-000000000003'],
  systemPool: { size: 'Standard_D4s_v5', min: 3, max: 6 },
  workloadPools: { apps: { size: 'Standard_D8s_v5', minPerZone: 1, maxPerZone: 4 } },
  diskKey: 'azure',
  maintenance: { day: 'Sunday', startTime: '02:00', utcOffset: '+01:00', durationHours: 4 },
};

export const DEMAND: CloudDemand = {
  environment: 'hyperion-prod',
  system: 'hyperion',
  tier: 'prod',
  zones: 3,
  references: [],
  objectStores: [
    {
      purpose: 'logs',
      users: [
        { namespace: 'hyperion-store', name: 'loki-write' },
        { namespace: 'hyperion-store', name: 'loki-read' },
      ],
    },
    { purpose: 'metrics-backup', users: [{ namespace: 'hyperion-store', name: 'vmbackup' }] },
  ],
  database: { name: 'grafana', user: 'grafana', passwordSecret: 'grafana-database-password' },
  secrets: [
    { name: 'grafana-database-password', made: 'generated' },
    { name: 'slack-hyperion-webhook', made: 'given' },
  ],
  storageClasses: ['managed-csi-premium'],
  hosts: [],
  inbound: [],
  outbound: [],
  imageRegistries: ['ghcr.io'],
  dialsNodes: false,
  secretStore: { kind: 'azure-key-vault', name: 'the-store' },
  requests: { cpuMillis: 60_000, memoryMebibytes: 200_000 },
};

/** The only resource of a type, or the one of that name. @throws Error for none or several */
export function resource({ resources }: Recording, type: string, name?: string): RecordedResource {
  const found = resources.filter(
    (candidate) => candidate.type.endsWith(`:${type}`) && (name === undefined || candidate.name === name),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} resources of type ${type}${name === undefined ? '' : ` named ${name}`}`);
  }
  return first;
}

export function namesOf({ resources }: Recording, type: string): readonly string[] {
  return resources.filter((candidate) => candidate.type.endsWith(`:${type}`)).map(({ name }) => name);
}
