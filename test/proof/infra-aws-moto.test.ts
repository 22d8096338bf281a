/**
 * The AWS layers as AWS answers them [substitute: Moto, with AWS's own client]: a hub and one of its spokes are made call by
 * call, in one account, and the roles that came of it are used.
 * Not proved here: that Pulumi's AWS provider makes these very calls (`moto/deploy.ts`), conditions in policies, which Moto
 * does not judge for Pod Identity, and what Moto lacks altogether (`LEFT_OUT`).
 */
import { output } from '@pulumi/pulumi';
import { awsCloud, type AwsCloudInputs } from '../../infra/aws/aws-cloud';
import { fieldsAt, listAt, textAt } from '../../stacks/manifest-data';
import {
  HUB_ADDRESSES,
  HUB_DEMAND,
  HUB_ROLE,
  HUB_SETTINGS,
  SPOKE_ADDRESSES,
  SPOKE_DEMAND,
  SPOKE_ROLE,
  SPOKE_SETTINGS,
  TAGS,
} from '../infra/aws/hub-and-spoke';
import { proof } from '../tools/proof';
import { AwsServer, type Identity } from './moto/aws-server';
import { CLUSTER_MAKERS } from './moto/cluster-makers';
import { deploy, type Deployment } from './moto/deploy';
import { IDENTITY_MAKERS } from './moto/identity-makers';
import type { Inputs } from './moto/maker';
import { NETWORK_MAKERS } from './moto/network-makers';
import { STORE_MAKERS } from './moto/store-makers';

/** Each of some three hundred resources takes a call or two, and the first ones the loading of Moto's modules. */
const DEPLOY_LIMIT_MS = 300_000;

const MAKERS = { ...NETWORK_MAKERS, ...IDENTITY_MAKERS, ...STORE_MAKERS, ...CLUSTER_MAKERS };

const HUB: AwsCloudInputs = {
  demand: HUB_DEMAND,
  addresses: HUB_ADDRESSES,
  role: HUB_ROLE,
  settings: HUB_SETTINGS,
  tags: { ...TAGS },
  given: {},
};
const SPOKE: AwsCloudInputs = {
  demand: SPOKE_DEMAND,
  addresses: SPOKE_ADDRESSES,
  role: SPOKE_ROLE,
  settings: SPOKE_SETTINGS,
  tags: { ...TAGS, environment: 'hub-dev' },
  given: {},
};

const BUCKET = `hub-infra-metrics-backup-${HUB_SETTINGS.accountId}`;
const ROLE = 'hub-infra-store-metrics-backup';

/** What vmbackup and vmrestore do; in this order. */
const STORE_CALLS: [string, Inputs][] = [
  ['put_object', { Key: 'own', Body: 'content' }],
  ['get_object', { Key: 'own' }],
  ['list_objects_v2', {}],
  ['create_multipart_upload', { Key: 'large' }],
  ['list_multipart_uploads', {}],
  ['delete_object', { Key: 'own' }],
];

const FORBIDDEN_CALLS: [string, string, Inputs][] = [
  ['s3', 'delete_bucket', { Bucket: BUCKET }],
  ['s3', 'put_bucket_policy', { Bucket: BUCKET, Policy: '{}' }],
  ['s3', 'put_bucket_versioning', { Bucket: BUCKET, VersioningConfiguration: { Status: 'Suspended' } }],
  ['s3', 'list_buckets', {}],
  ['iam', 'list_roles', {}],
  ['ec2', 'describe_vpcs', {}],
  ['secretsmanager', 'list_secrets', {}],
  ['kms', 'list_keys', {}],
];

/** Types in these programs that no maker here asks AWS for; a new one has to be written down. */
const LEFT_OUT: readonly string[] = [
  'aws:acm/certificate:Certificate',
  'aws:budgets/budget:Budget',
  'aws:dlm/lifecyclePolicy:LifecyclePolicy',
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter',
  'aws:efs/backupPolicy:BackupPolicy',
  'aws:eks/accessEntry:AccessEntry',
  'aws:eks/accessPolicyAssociation:AccessPolicyAssociation',
  'aws:eks/addon:Addon',
  'aws:eks/podIdentityAssociation:PodIdentityAssociation',
  'aws:ram/principalAssociation:PrincipalAssociation',
  'aws:ram/resourceAssociation:ResourceAssociation',
  'aws:ram/resourceShare:ResourceShare',
  'aws:route53/record:Record',
  'aws:route53/vpcAssociationAuthorization:VpcAssociationAuthorization',
  'aws:route53/zone:Zone',
  'aws:route53/zoneAssociation:ZoneAssociation',
];

proof(['moto'], 'AWS [substitute: Moto] takes', () => {
  let aws: AwsServer;
  let hub: Deployment;
  let spoke: Deployment;

  beforeAll(async () => {
    aws = await AwsServer.start(HUB_SETTINGS.accountId, HUB_SETTINGS.region);
    hub = await deploy(aws, { makers: MAKERS, stack: 'hub-infra' }, () => cloudOf(HUB));
    spoke = await deploy(aws, { makers: MAKERS, stack: 'hub-dev', hub: hub.outputs }, () => cloudOf(SPOKE));
  }, DEPLOY_LIMIT_MS);

  afterAll(async () => {
    await aws.stop();
  });

  test('every resource of a hub and of a spoke', () => {
    expect([...hub.refused, ...spoke.refused]).toEqual([]);
    expect(hub.made.length).toBeGreaterThan(150);
    expect(spoke.made.length).toBeGreaterThan(70);
    expect([...new Set([...hub.leftOut, ...spoke.leftOut])].sort()).toEqual(LEFT_OUT);
  });

  test('keys that rotate, and buckets that encrypt with one of them what nobody asked to encrypt', async () => {
    const keys = hub.made.filter(({ type }) => type === 'aws:kms/key:Key');
    expect(keys.map(({ name }) => name).sort()).toEqual([
      'hub-infra-data-key',
      'hub-infra-logs-key',
      'hub-infra-secrets-key',
    ]);
    for (const { id } of keys) {
      const status = await call('kms', 'get_key_rotation_status', { KeyId: id });
      expect(status.KeyRotationEnabled).toBe(true);
    }
    // Moto takes the policy's condition for met: here is no TLS.
    await call('s3', 'delete_bucket_policy', { Bucket: BUCKET });
    await call('s3', 'put_object', { Bucket: BUCKET, Key: 'backup', Body: 'content' });
    const kept = await call('s3', 'head_object', { Bucket: BUCKET, Key: 'backup' });
    const dataKey = keys.find(({ name }) => name === 'hub-infra-data-key');
    expect(kept).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: dataKey?.state?.arn });
    expect(textAt(kept, 'VersionId')).toMatch(/./);
  });

  test('subnets of the address plan, each in a zone of its own', async () => {
    const answer = await call('ec2', 'describe_subnets', {
      Filters: [{ Name: 'tag:Name', Values: ['hub-infra-nodes-*'] }],
    });
    const subnets = listAt(answer, 'Subnets');
    expect(subnets.map((subnet) => textAt(subnet, 'CidrBlock')).sort()).toEqual(
      [...HUB_ADDRESSES.nodes].sort(),
    );
    expect(new Set(subnets.map((subnet) => textAt(subnet, 'AvailabilityZone'))).size).toBe(3);
    expect(subnets.map((subnet) => fieldsAt(subnet).MapPublicIpOnLaunch)).toEqual([false, false, false]);
  });

  test('nothing of the kind that AWS refuses', async () => {
    const document = (action: string): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
      });
    await expect(
      call('iam', 'create_policy', { PolicyName: 'wrong', PolicyDocument: document('get') }),
    ).rejects.toThrow('MalformedPolicyDocument');
    const vpc = hub.made.find(({ type }) => type === 'aws:ec2/vpc:Vpc');
    const [taken] = HUB_ADDRESSES.nodes;
    await expect(call('ec2', 'create_subnet', { VpcId: vpc?.id, CidrBlock: taken })).rejects.toThrow(
      'InvalidSubnet.Conflict',
    );
    await expect(call('ec2', 'create_subnet', { VpcId: vpc?.id, Cidr: taken })).rejects.toThrow(
      'ParamValidationError',
    );
  });

  describe('and with the credentials that pods get,', () => {
    let pod: Identity;

    beforeAll(async () => {
      await call('s3', 'create_bucket', {
        Bucket: 'of-somebody-else',
        CreateBucketConfiguration: { LocationConstraint: HUB_SETTINGS.region },
      });
      pod = await assume(ROLE);
      await aws.askForPermissions();
    });

    test.each(STORE_CALLS)('%s is allowed in its own bucket, and in no other', async (operation, params) => {
      await aws.call({ service: 's3', operation, params: { Bucket: BUCKET, ...params }, as: pod });
      const elsewhere = { Bucket: 'of-somebody-else', ...params };
      await expect(aws.call({ service: 's3', operation, params: elsewhere, as: pod })).rejects.toThrow(
        'AccessDenied',
      );
    });

    test.each(FORBIDDEN_CALLS)('%s.%s is refused', async (service, operation, params) => {
      await expect(aws.call({ service, operation, params, as: pod })).rejects.toThrow('AccessDenied');
    });
  });

  const call = (service: string, operation: string, params: Inputs) =>
    aws.call({ service, operation, params });

  /** Moto checks no trust as long as it asks for no permissions: who may assume it is said by its document alone. */
  async function assume(role: string): Promise<Identity> {
    const RoleArn = `arn:aws:iam::${HUB_SETTINGS.accountId}:role/${role}`;
    const answer = await call('sts', 'assume_role', { RoleArn, RoleSessionName: 'pod' });
    const { AccessKeyId, SecretAccessKey, SessionToken } = fieldsAt(answer, 'Credentials');
    return {
      accessKeyId: String(AccessKeyId),
      secretAccessKey: String(SecretAccessKey),
      sessionToken: String(SessionToken),
    };
  }
});

function cloudOf(inputs: AwsCloudInputs): unknown {
  const cloud = awsCloud(inputs);
  const address = output('internal-hub.example.elb.amazonaws.com');
  cloud.publishHosts?.(Object.fromEntries(inputs.demand.hosts.map(({ host }) => [host, address])));
  return cloud.outputs;
}
