/**
 * A hub and a spoke on AWS, as the tests of their layers see them.
 */
import { awsAddresses, type AwsAddresses } from '../../../infra/address-plan';
import { awsContext, type AwsContext } from '../../../infra/aws/context';
import type { AwsSettings } from '../../../infra/aws/settings';
import type { CloudDemand, HubRole, SpokeRole } from '../../../infra/cloud';
import { Provider } from '@pulumi/aws/provider';
import type { RecordedResource, Recording } from '../record';

export const TAGS = { system: 'hub-and-spoke', environment: 'hub-infra', owner: 'platform' } as const;

export const HUB_ADDRESSES = awsAddresses('10.110.0.0/16', 3);
export const SPOKE_ADDRESSES = awsAddresses('10.120.0.0/16', 1);

export const HUB_ROLE: HubRole = {
  kind: 'hub',
  zone: 'infra.service',
  spokes: [
    { environment: 'hub-dev', block: SPOKE_ADDRESSES.block, tokenSecret: 'vmauth-vmagent-dev-token' },
    { environment: 'hub-prod', block: '10.140.0.0/16', tokenSecret: 'vmauth-vmagent-prod-token' },
  ],
};

export const SPOKE_ROLE: SpokeRole = {
  kind: 'spoke',
  zone: 'infra.service',
  hub: { environment: 'hub-infra', block: HUB_ADDRESSES.block },
  tokenSecret: 'vmauth-vmagent-dev-token',
};

export const HUB_DEMAND: CloudDemand = {
  environment: 'hub-infra',
  system: 'hub-and-spoke',
  tier: 'prod',
  zones: 3,
  references: [],
  objectStores: [
    { purpose: 'metrics-backup', users: [{ namespace: 'monitoring', name: 'victoria-metrics' }] },
  ],
  database: { name: 'grafana', user: 'grafana', passwordSecret: 'grafana-database-password' },
  secrets: [
    { name: 'aurora-certificate-authorities', made: 'certificate-authority' },
    { name: 'grafana-database-password', made: 'generated' },
    { name: 'slack-hub-webhook', made: 'given' },
    { name: 'vmauth-vmagent-dev-token', made: 'generated' },
    { name: 'vmauth-vmagent-prod-token', made: 'generated' },
  ],
  storageClasses: ['gp3-encrypted', 'efs-encrypted'],
  hosts: [
    { host: 'victoria-metrics.infra.service', entrance: 'monitoring/load-balancer-victoria-metrics' },
    { host: 'grafana.infra.service', entrance: 'monitoring/load-balancer-grafana' },
  ],
  inbound: [
    {
      purpose: 'agents of dev',
      from: ['10.120.0.0/16'],
      to: HUB_ADDRESSES.loadBalancers,
      port: 443,
    },
    { purpose: 'agents of dev', from: ['10.120.0.0/16'], to: HUB_ADDRESSES.loadBalancers, port: 443 },
    { purpose: 'operations', from: ['10.200.1.0/24'], to: HUB_ADDRESSES.loadBalancers, port: 443 },
  ],
  outbound: [
    { purpose: 'sign-in', to: ['10.200.0.16/28'], host: 'login.example.com', port: 443 },
    { purpose: 'alerts', to: ['0.0.0.0/0'], host: 'hooks.example.com', port: 443 },
  ],
  imageRegistries: ['ghcr.io'],
  dialsNodes: false,
  secretStore: { kind: 'aws-secrets-manager', name: 'the-store' },
  requests: { cpuMillis: 8000, memoryMebibytes: 16_000 },
};

export const SPOKE_DEMAND: CloudDemand = {
  environment: 'hub-dev',
  system: 'hub-and-spoke',
  tier: 'dev',
  zones: 1,
  references: [],
  objectStores: [],
  secrets: [
    { name: 'vmauth-vmagent-dev-token', made: 'given' },
    { name: 'zone-certificate-authority', made: 'certificate-authority' },
  ],
  storageClasses: ['gp3-encrypted'],
  hosts: [],
  inbound: [],
  outbound: [
    {
      purpose: 'remote write',
      to: HUB_ADDRESSES.loadBalancers,
      host: 'victoria-metrics.infra.service',
      port: 443,
    },
  ],
  imageRegistries: ['ghcr.io'],
  dialsNodes: false,
  secretStore: { kind: 'aws-secrets-manager', name: 'the-store' },
  requests: { cpuMillis: 1000, memoryMebibytes: 2000 },
};

const PEOPLE = 'arn:aws:iam::111122223333:role/platform-administrators';
const DEPLOYER = 'arn:aws:iam::444455556666:role/deploys-hub-dev';

export const HUB_SETTINGS: AwsSettings = {
  region: 'eu-central-1',
  accountId: '111122223333',
  availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
  network: { flowLogDays: 90, administrators: ['10.200.1.0/24'] },
  transit: { kind: 'transit-gateway', oneOrganization: true, ownerNetworks: ['10.200.0.0/16'] },
  spokes: {
    'hub-dev': { accountId: '444455556666', deployerArn: DEPLOYER },
    'hub-prod': {
      accountId: '777788889999',
      deployerArn: 'arn:aws:iam::777788889999:role/deploys-hub-prod',
    },
  },
  certificate: {
    privateAuthorityArn: 'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/00000000',
  },
  cluster: {
    kubernetesVersion: '1.35',
    administrators: [PEOPLE],
    nodePools: {
      system: {
        instanceTypes: ['m7g.large'],
        perZone: { min: 1, max: 3 },
        diskGibibytes: 50,
      },
    },
    logDays: 90,
  },
  objectStorage: { deletedBackupDays: 14 },
  database: {
    engineVersion: '17.7',
    instanceClass: 'db.r7g.large',
    instances: 2,
    backupDays: 14,
    logDays: 90,
  },
  secrets: { readers: [PEOPLE], recoveryDays: 30 },
  snapshots: { at: '02:30', keep: 7 },
  budget: { monthlyUsd: 3000, notify: ['cost@example.com'] },
};

export const SPOKE_SETTINGS: AwsSettings = {
  region: 'eu-central-1',
  accountId: '444455556666',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  network: { flowLogDays: 30, administrators: ['10.200.1.0/24'] },
  transit: HUB_SETTINGS.transit,
  hub: { stack: 'example/hyperion/hub-infra', privateAuthority: true },
  cluster: { ...HUB_SETTINGS.cluster, administrators: [DEPLOYER] },
  secrets: { readers: [DEPLOYER], recoveryDays: 0 },
  snapshots: { at: '02:30', keep: 3 },
  budget: { monthlyUsd: 400, notify: ['cost@example.com'] },
};

/** Of a layer alone; in a program that `recordProgram` runs. */
export function contextOf(
  { environment, tier }: Pick<CloudDemand, 'environment' | 'tier'>,
  { region, accountId, availabilityZones }: AwsSettings,
  addresses: AwsAddresses,
): AwsContext {
  return awsContext({
    environment,
    tier,
    region,
    accountId,
    availabilityZones,
    nodeZones: availabilityZones.slice(0, addresses.nodes.length),
    tags: { ...TAGS, environment },
    provider: new Provider(`${environment}-account`, { region, allowedAccountIds: [accountId] }),
  });
}

export function ofType({ resources }: Recording, type: string): readonly RecordedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** @throws Error unless there is exactly one */
export function only(recording: Recording, type: string, name?: string): RecordedResource {
  const found = ofType(recording, type).filter((one) => name === undefined || one.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(
      `${found.length} resources of ${type} ${name ?? ''}: ${found.map((one) => one.name).join()}`,
    );
  }
  return first;
}
