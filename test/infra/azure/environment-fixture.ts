/**
 * Whole environments on Azure for tests of the edge and of the composition: what Hyperion's production asks for, as derived from
 * its flow graph, and what its operator decides.
 */
import { azureAddresses } from '../../../infra/address-plan';
import type { AzureSettings } from '../../../infra/azure/settings';
import type { DatabaseSettings } from '../../../infra/azure/database-settings';
import type { GatewaySettings } from '../../../infra/azure/gateway-settings';
import type { CloudDemand } from '../../../infra/cloud';
import { DEMAND, SUBSCRIPTION, TENANT } from './azure-fixture';

export const ADDRESSES = azureAddresses('10.40.0.0/16');

/** Everything but Grafana's database. */
export const WITHOUT_DATABASE: CloudDemand = {
  environment: DEMAND.environment,
  system: DEMAND.system,
  tier: DEMAND.tier,
  zones: DEMAND.zones,
  references: DEMAND.references,
  objectStores: DEMAND.objectStores,
  secrets: DEMAND.secrets,
  storageClasses: DEMAND.storageClasses,
  imageRegistries: ['ghcr.io'],
  dialsNodes: false,
  secretStore: { kind: 'azure-key-vault', name: 'the-store' },
  requests: DEMAND.requests,
  hosts: [
    { host: 'otlp.hyperion.example.com', entrance: 'hyperion-pipeline/otlp-http' },
    { host: 'otlp-grpc.hyperion.example.com', entrance: 'hyperion-pipeline/otlp-grpc' },
    {
      host: 'grafana.hyperion.example.com',
      entrance: 'hyperion-view/grafana',
      healthPath: '/api/health',
    },
  ],
  inbound: [
    {
      purpose: 'application-gateway to nginx-ingress',
      from: ['10.40.0.0/24'],
      to: ['10.40.5.10/32'],
      port: 443,
    },
    { purpose: 'consumer-poseidon to kafka', from: ['10.61.0.0/24'], to: ['10.40.5.21/32'], port: 9095 },
    { purpose: 'grpc-senders to nginx-ingress', from: ['10.50.0.0/16'], to: ['10.40.5.10/32'], port: 443 },
  ],
  outbound: [
    { purpose: 'alertmanager-receivers/https', to: ['0.0.0.0/0'], port: 443 },
    {
      purpose: 'entra-id/https',
      to: ['20.190.128.0/18', '40.126.0.0/18'],
      host: 'login.microsoftonline.com',
      port: 443,
    },
    {
      purpose: 'kubernetes-api/https',
      to: ['10.40.2.4/32'],
      host: 'kubernetes.default.svc.cluster.local',
      port: 443,
    },
    { purpose: 'blob-logs/https', to: ['10.40.1.0/24'], port: 443 },
    { purpose: 'postgresql/postgresql', to: ['10.40.4.0/28'], port: 5432 },
  ],
};

export const HYPERION: CloudDemand = {
  ...WITHOUT_DATABASE,
  ...(DEMAND.database === undefined ? {} : { database: DEMAND.database }),
};

export const GATEWAY: GatewaySettings = {
  telemetryHost: 'otlp.hyperion.example.com',
  webHost: 'grafana.hyperion.example.com',
  certificate: {
    vaultId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/certificates/providers/Microsoft.KeyVault/vaults/example-certs`,
    name: 'hyperion-example-com',
  },
  clients: ['203.0.113.0/24'],
  minInstances: 3,
  maxInstances: 20,
};

export const DATABASE: DatabaseSettings = {
  version: '17',
  size: 'Standard_D2ds_v5',
  storageGibibytes: 64,
  backupRetentionDays: 14,
  geoRedundantBackup: true,
};

/** Without a gateway, whose clients come to the internal load balancer, and without a database. */
export const PLAIN_SETTINGS: AzureSettings = {
  subscriptionId: SUBSCRIPTION,
  tenantId: TENANT,
  location: 'westeurope',
  network: { peers: [peer('shops', '10.50.0.0/16'), peer('poseidon', '10.61.0.0/24')] },
  firewall: {
    tier: 'Premium',
    allowedHosts: [
      { purpose: 'chat', hosts: ['hooks.example.com'] },
      { purpose: 'mail', hosts: ['smtp.example.com'], port: 587 },
    ],
  },
  dns: { zone: 'hyperion.example.com' },
  cluster: {
    kubernetesVersion: '1.35',
    apiServer: { access: 'private', callers: ['10.62.0.0/24'] },
    adminGroupIds: ['00000000-0000-0000-0000-000000000002'],
    systemPool: { size: 'Standard_D4s_v5', min: 3, max: 6 },
    workloadPools: { general: { size: 'Standard_D16s_v5', minPerZone: 2, maxPerZone: 6 } },
    diskKey: 'own',
    maintenance: { day: 'Sunday', startTime: '02:00', utcOffset: '+00:00', durationHours: 4 },
  },
  objectStorage: { redundancy: 'ZRS', backupSoftDeleteDays: 14 },
  secrets: { softDeleteDays: 90 },
  monitoring: { retentionDays: 90 },
  budget: { monthlyAmount: 12_000, firstMonth: '2026-12', contacts: ['platform@example.com'] },
};

export const SETTINGS: AzureSettings = {
  ...PLAIN_SETTINGS,
  gateway: GATEWAY,
  database: DATABASE,
};

function peer(name: string, block: string) {
  return {
    name,
    blocks: [block],
    virtualNetworkId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}/providers/Microsoft.Network/virtualNetworks/${name}`,
  };
}
