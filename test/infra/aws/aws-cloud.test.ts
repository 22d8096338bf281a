/**
 * Whole environments on AWS: what a hub and a spoke ask for, against mocks.
 */
import { output } from '@pulumi/pulumi';
import { awsCloud, awsHandsOver, type AwsCloudInputs } from '../../../infra/aws/aws-cloud';
import type { Cloud } from '../../../infra/cloud';
import { recordProgram, RecordedSecret, revealed, type Recording } from '../record';
import { HUB_HANDOVER } from '../stand-in-outputs';
import {
  HUB_ADDRESSES,
  HUB_DEMAND,
  HUB_ROLE,
  HUB_SETTINGS,
  ofType,
  only,
  SPOKE_ADDRESSES,
  SPOKE_DEMAND,
  SPOKE_ROLE,
  SPOKE_SETTINGS,
  TAGS,
} from './hub-and-spoke';

const HUB: Omit<AwsCloudInputs, 'given'> = {
  demand: HUB_DEMAND,
  addresses: HUB_ADDRESSES,
  role: HUB_ROLE,
  settings: HUB_SETTINGS,
  tags: { ...TAGS },
};
const SPOKE: Omit<AwsCloudInputs, 'given'> = {
  demand: SPOKE_DEMAND,
  addresses: SPOKE_ADDRESSES,
  role: SPOKE_ROLE,
  settings: SPOKE_SETTINGS,
  tags: { ...TAGS, environment: 'hub-dev' },
};

interface Run {
  readonly cloud: Cloud;
  readonly recording: Recording;
}

async function run(inputs: Omit<AwsCloudInputs, 'given'>, preview = false): Promise<Run> {
  let cloud: Cloud | undefined;
  const recording = await recordProgram(
    () => {
      cloud = awsCloud({ ...inputs, given: { 'slack-hub-webhook': output('webhook') } });
      cloud.publishHosts?.(
        Object.fromEntries(
          inputs.demand.hosts.map(({ host }) => [host, output('internal-hub.example.elb.amazonaws.com')]),
        ),
      );
      return cloud.outputs;
    },
    { preview, stack: inputs.demand.environment },
  );
  if (cloud === undefined) throw new Error('the program made no cloud');
  return { cloud, recording };
}

/** Some hundred resources each, most of it the loading of their modules. */
const RUN_MS = 120_000;

let hub: Run;
let spoke: Run;
beforeAll(async () => {
  hub = await run(HUB);
  spoke = await run(SPOKE);
}, 2 * RUN_MS);

describe('a hub', () => {
  it('runs in its own account alone', () => {
    expect(only(hub.recording, 'pulumi:providers:aws').inputs).toMatchObject({
      region: 'eu-central-1',
      allowedAccountIds: '["111122223333"]',
    });
  });

  it('hands over what its platform asks for', () => {
    const { cloud } = hub;
    expect(Object.keys(cloud.objectStores)).toEqual(['metrics-backup']);
    expect(cloud.secretStore).toEqual({
      kind: 'aws-secrets-manager',
      name: 'the-store',
      region: 'eu-central-1',
    });
    expect(cloud.storageClasses.map(({ name }) => name)).toEqual(['gp3-encrypted', 'efs-encrypted']);
    expect(Object.keys(cloud)).toEqual(
      expect.arrayContaining(['database', 'loadBalancer', 'publishHosts', 'kubernetes']),
    );
    expect(cloud.readyAfter.length).toBeGreaterThan(20);
  });

  it('tells before deployment what it will hand over', () => {
    expect(awsHandsOver(HUB_SETTINGS, HUB_DEMAND)).toEqual({
      objectStores: [{ purpose: 'metrics-backup', kind: 's3' }],
      hasDatabase: true,
      hasLoadBalancer: true,
      given: [],
    });
  });

  it("exports what its spokes' stacks need, and their tokens as secrets", () => {
    const { outputs } = hub.recording;
    expect(Object.keys(outputs).sort()).toEqual([
      'clusterName',
      'handover',
      'spokeTokens',
      'transitGatewayId',
      'vpcId',
      'zoneId',
    ]);
    expect(outputs.handover).toEqual({
      accountId: '111122223333',
      region: 'eu-central-1',
      vpcId: 'hub-infra-vpc-id',
      zoneId: outputs.zoneId,
      joinRoleArns: {
        'hub-dev': 'arn:aws:iam:eu-central-1:111122223333:hub-infra-join-hub-dev',
        'hub-prod': 'arn:aws:iam:eu-central-1:111122223333:hub-infra-join-hub-prod',
      },
      transitGateway: {
        id: 'hub-infra-transit-id',
        shareArn: 'arn:aws:ram:eu-central-1:111122223333:hub-infra-transit',
        hubRouteTableId: 'hub-infra-transit-hub-id',
        spokesRouteTableId: 'hub-infra-transit-spokes-id',
      },
      connectedRouteTableId: 'hub-infra-connected-id',
      zoneAuthority: HUB_HANDOVER.zoneAuthority,
    });
    expect(outputs.spokeTokens).toBeInstanceOf(RecordedSecret);
    expect(revealed(outputs.spokeTokens)).toEqual({
      'hub-dev': 'random-password-of-hub-infra-vmauth-vmagent-dev-token',
      'hub-prod': 'random-password-of-hub-infra-vmauth-vmagent-prod-token',
    });
  });

  it('points each host to the load balancer that the controller made', () => {
    const records = ofType(hub.recording, 'aws:route53/record:Record').map(({ inputs }) => inputs);
    expect(records).toEqual(
      ['grafana', 'victoria-metrics'].map((name) => ({
        name: `${name}.infra.service`,
        records: ['internal-hub.example.elb.amazonaws.com'],
        ttl: 60,
        type: 'CNAME',
        zoneId: hub.recording.outputs.zoneId,
      })),
    );
  });

  it("lets the load balancer, and nothing else from outside, into the nodes' group", () => {
    expect(
      only(
        hub.recording,
        'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
        'hub-infra-nodes-from-load-balancer',
      ).inputs,
    ).toMatchObject({
      securityGroupId: 'sg-hub-infra',
      referencedSecurityGroupId: 'hub-infra-load-balancer-id',
      ipProtocol: 'tcp',
      fromPort: 1024,
      toPort: 65_535,
    });
  });
});

describe('a spoke', () => {
  it('has a network, a cluster and secrets, and none of what is the hub’s', () => {
    const modules = new Set(spoke.recording.resources.map(({ type }) => type.split('/')[0]));
    expect([...modules].filter((module) => /rds|efs|s3|acm|elb/.test(module ?? ''))).toEqual([]);
    expect(spoke.cloud.objectStores).toEqual({});
    expect(Object.keys(spoke.cloud)).not.toEqual(expect.arrayContaining(['loadBalancer']));
    expect(Object.keys(spoke.cloud)).not.toEqual(expect.arrayContaining(['database']));
    expect(ofType(spoke.recording, 'aws:eks/cluster:Cluster')).toHaveLength(1);
    expect(awsHandsOver(SPOKE_SETTINGS, SPOKE_DEMAND)).toEqual({
      objectStores: [],
      hasDatabase: false,
      hasLoadBalancer: false,
      given: [],
    });
  });

  it("acts in the hub's account by the role that the hub made for it, and in no other account", () => {
    expect(only(spoke.recording, 'pulumi:providers:aws', 'hub-dev-in-hub-account').inputs).toMatchObject({
      region: 'eu-central-1',
      allowedAccountIds: '["111122223333"]',
      assumeRoles: JSON.stringify([
        { roleArn: 'arn:aws:iam::111122223333:role/hub-infra-join-hub-dev', sessionName: 'hub-dev' },
      ]),
    });
  });

  it('keeps the token and the authority that the hub handed over, the token never in plain text', () => {
    const value = (name: string): unknown =>
      only(spoke.recording, 'aws:secretsmanager/secretVersion:SecretVersion', name).inputs.secretString;
    expect(value('hub-dev-vmauth-vmagent-dev-token')).toEqual(new RecordedSecret('token-of-hub-dev'));
    expect(revealed(value('hub-dev-zone-certificate-authority'))).toBe(HUB_HANDOVER.zoneAuthority);
    expect(JSON.stringify(spoke.recording.outputs)).not.toContain('token-of-hub-dev');
  });
});

describe.each(['hub', 'spoke'] as const)('a %s', (kind) => {
  const recorded = (): Recording => (kind === 'hub' ? hub : spoke).recording;

  it(
    'asks for the same resources in a preview',
    async () => {
      const preview = await run(kind === 'hub' ? HUB : SPOKE, true);
      const urns = ({ resources }: Recording): string[] => resources.map(({ urn }) => urn);
      expect(urns(preview.recording)).toEqual(urns(recorded()));
    },
    RUN_MS,
  );

  it('gives its tags to everything that takes tags', () => {
    const environment = kind === 'hub' ? 'hub-infra' : 'hub-dev';
    const tagless = recorded()
      .resources.filter(({ type, options }) => options.custom && type.startsWith('aws:'))
      .filter(({ type }) => !TAKES_NO_TAGS.has(type.split(':')[2] ?? ''))
      .filter(({ inputs: { tags } }) => {
        const given = tags as Record<string, string> | undefined;
        return given?.owner !== 'platform' || given.environment !== environment;
      });
    expect(tagless.map(({ urn }) => urn)).toEqual([]);
  });

  it('begins every name with the environment', () => {
    const environment = kind === 'hub' ? 'hub-infra' : 'hub-dev';
    const others = recorded()
      .resources.filter(({ type }) => type !== 'pulumi:pulumi:StackReference')
      .filter(({ name }) => name !== environment && !name.startsWith(`${environment}-`));
    expect(others.map(({ urn }) => urn)).toEqual([]);
  });
});

/** Parts and links of others, by the provider's schema. */
const TAKES_NO_TAGS = new Set([
  'AccessPolicyAssociation',
  'Alias',
  'BackupPolicy',
  'BucketLifecycleConfiguration',
  'BucketOwnershipControls',
  'BucketPolicy',
  'BucketPublicAccessBlock',
  'BucketServerSideEncryptionConfiguration',
  'BucketVersioning',
  'FileSystemPolicy',
  'MountTarget',
  'PrincipalAssociation',
  'Record',
  'ResourceAssociation',
  'RolePolicy',
  'RolePolicyAttachment',
  'Route',
  'RouteTableAssociation',
  'RouteTablePropagation',
  'SecretPolicy',
  'SecretVersion',
  'VpcAssociationAuthorization',
  'ZoneAssociation',
]);
