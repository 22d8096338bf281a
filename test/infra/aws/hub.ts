/**
 * A hub and what its platform asks for, as these tests use them: layers are made inside a recorded program.
 */
import { Provider } from '@pulumi/aws/provider';
import { output, type Output } from '@pulumi/pulumi';
import type { CloudDemand } from '../../../infra/cloud';
import type { AwsContext } from '../../../infra/aws/context';
import type { Keys } from '../../../infra/aws/keys';
import type { Network } from '../../../infra/aws/network';
import { recordProgram, revealed, type Inputs, type Recording } from '../record';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';
export const PLACE = { accountId: ACCOUNT, region: REGION };
export const ADMIN = `arn:aws:iam::${ACCOUNT}:role/platform-deployment`;
const TAGS = { system: 'hub-and-spoke', environment: 'hub-infra', owner: 'platform', 'cost-centre': '4711' };

export const DEMAND: CloudDemand = {
  environment: 'hub-infra',
  system: 'hub-and-spoke',
  tier: 'prod',
  zones: 3,
  references: [],
  objectStores: [
    {
      purpose: 'metrics-backup',
      users: [
        { namespace: 'monitoring', name: 'vmstorage' },
        { namespace: 'monitoring', name: 'vmstorage-restore-0' },
      ],
    },
    { purpose: 'logs', users: [{ namespace: 'logging', name: 'loki' }] },
  ],
  database: { name: 'grafana', user: 'grafana', passwordSecret: 'grafana-database-password' },
  secrets: [
    { name: 'aurora-certificate-authorities', made: 'certificate-authority' },
    { name: 'grafana-database-password', made: 'generated' },
    { name: 'slack-hub-webhook', made: 'given' },
    { name: 'vmauth-vmagent-dev-token', made: 'generated' },
  ],
  storageClasses: ['efs-encrypted', 'gp3-encrypted'],
  hosts: [],
  inbound: [],
  outbound: [],
  imageRegistries: ['ghcr.io'],
  dialsNodes: false,
  secretStore: { kind: 'aws-secrets-manager', name: 'the-store' },
  requests: { cpuMillis: 20_000, memoryMebibytes: 60_000 },
};

/** Made anew in each program: resources belong to one run. */
export function hubContext(tier: AwsContext['tier'] = 'prod'): AwsContext {
  const name = (part: string): string => `hub-infra-${part}`;
  return {
    environment: 'hub-infra',
    tier,
    ...PLACE,
    availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    nodeZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    tags: TAGS,
    options: { provider: new Provider('aws', { region: REGION }) },
    name,
    named: (part) => ({ ...TAGS, Name: name(part) }),
  };
}

export const KEYS: Keys = {
  dataArn: output('arn:aws:kms:eu-central-1:111122223333:key/data'),
  secretsArn: output('arn:aws:kms:eu-central-1:111122223333:key/secrets'),
  logsArn: output('arn:aws:kms:eu-central-1:111122223333:key/logs'),
};

export const NETWORK: Pick<Network, 'subnetIds' | 'ready'> = {
  subnetIds: {
    loadBalancers: subnets('load-balancers'),
    controlPlane: subnets('control-plane'),
    endpoints: subnets('endpoints'),
    database: subnets('database'),
    transit: subnets('transit'),
    public: subnets('public'),
    nodes: subnets('nodes'),
  },
  ready: [],
};

function subnets(part: string): readonly Output<string>[] {
  return ['a', 'b', 'c'].map((zone) => output(`subnet-${part}-${zone}`));
}

export async function recordHub(
  make: (context: AwsContext) => unknown,
  tier: AwsContext['tier'] = 'prod',
  options: Parameters<typeof recordProgram>[1] = {},
): Promise<Recording> {
  return recordProgram(() => {
    make(hubContext(tier));
  }, options);
}

/** Inputs of the one resource of this type, and of this name where there are several. */
export function inputsOf({ resources }: Recording, type: string, name?: string): Inputs {
  const found = resources.filter((one) => one.type === type && (name === undefined || one.name === name));
  expect(found.map((one) => one.name)).toHaveLength(1);
  return revealed(found[0]?.inputs) as Inputs;
}

/** `<type>: <name>` of what the stack may not delete. */
export function protectedOnes({ resources }: Recording): string[] {
  return resources.filter(({ options }) => options.protect).map(({ type, name }) => `${type}: ${name}`);
}
