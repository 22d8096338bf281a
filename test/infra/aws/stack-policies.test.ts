/**
 * Every IAM document of whole stacks, as AWS would get it: with the values that only a run knows.
 */
import { output } from '@pulumi/pulumi';
import { awsCloud } from '../../../infra/aws/aws-cloud';
import type { PolicyDocument } from '../../../infra/aws/iam-document';
import { unreasonedWildcards } from '../../../infra/aws/wildcards';
import { recordProgram, revealed, type Recording } from '../record';
import * as stacks from './hub-and-spoke';

// Two whole stacks, on a machine that may be busy.
const RUN_MS = 240_000;

interface Attached {
  /** `<type>: <name>`. */
  readonly to: string;
  readonly document: PolicyDocument;
}

/** AWS' own policies, which it keeps in step with what they are for. Their wildcards are AWS' to answer for. */
const MANAGED: Readonly<Record<string, string>> = {
  AmazonEKSClusterPolicy: "EKS demands it of a cluster's role",
  AmazonEKSWorkerNodePolicy: "EKS demands it of a node's role",
  AmazonEC2ContainerRegistryPullOnly: 'nodes pull images, and do nothing else with registries',
  AmazonEKS_CNI_Policy: 'the VPC CNI changes with EKS, and its policy with it',
  AmazonEBSCSIDriverPolicyV2: 'changes with the driver; admits only volumes that it made',
  AmazonEFSCSIDriverPolicy: 'changes with the driver; admits only access points that it made',
};

let recordings: readonly Recording[];
beforeAll(async () => {
  const given = { 'slack-hub-webhook': output('webhook') };
  const hub = {
    demand: stacks.HUB_DEMAND,
    addresses: stacks.HUB_ADDRESSES,
    role: stacks.HUB_ROLE,
    settings: stacks.HUB_SETTINGS,
    tags: stacks.TAGS,
    given,
  };
  const spoke = {
    demand: stacks.SPOKE_DEMAND,
    addresses: stacks.SPOKE_ADDRESSES,
    role: stacks.SPOKE_ROLE,
    settings: stacks.SPOKE_SETTINGS,
    tags: stacks.TAGS,
    given,
  };
  recordings = [
    await recordProgram(() => awsCloud(hub).outputs, { stack: 'hub-infra' }),
    await recordProgram(() => awsCloud(spoke).outputs, { stack: 'hub-dev' }),
  ];
}, RUN_MS);

function attached(): readonly Attached[] {
  return recordings.flatMap(({ resources }) =>
    resources.flatMap(({ type, name, inputs }) => {
      const { policy, assumeRolePolicy } = revealed(inputs) as Record<string, unknown>;
      return [policy, assumeRolePolicy]
        .filter((text): text is string => typeof text === 'string' && text.startsWith('{'))
        .map((text) => ({ to: `${type}: ${name}`, document: JSON.parse(text) as PolicyDocument }));
    }),
  );
}

describe('every policy of a stack', () => {
  it('is found: of roles, as their trust, and of resources', () => {
    const types = new Set(attached().map(({ to }) => to.split(': ')[0]));
    expect([...types].sort()).toEqual([
      'aws:ec2/vpcEndpoint:VpcEndpoint',
      'aws:efs/fileSystemPolicy:FileSystemPolicy',
      'aws:iam/role:Role',
      'aws:iam/rolePolicy:RolePolicy',
      'aws:kms/key:Key',
      'aws:s3/bucketPolicy:BucketPolicy',
      'aws:secretsmanager/secretPolicy:SecretPolicy',
    ]);
  });

  it('has no wildcard without a reason', () => {
    for (const { to, document } of attached()) expect([to, unreasonedWildcards(document)]).toEqual([to, []]);
  });

  it('fits: 10,240 characters for a role, 2,048 for its trust, 32,768 for a key', () => {
    for (const { to, document } of attached()) {
      const isTrust = document.Statement.every(({ Resource }) => Resource === undefined);
      const most = to.startsWith('aws:kms') ? 32_768 : isTrust ? 2048 : 10_240;
      expect([to, JSON.stringify(document).length <= most]).toEqual([to, true]);
    }
  });

  it("is ours, or one of AWS' own with a reason", () => {
    const arns = recordings.flatMap(({ resources }) =>
      resources
        .filter(({ type }) => type === 'aws:iam/rolePolicyAttachment:RolePolicyAttachment')
        .map(({ inputs }) => String(inputs.policyArn).split('/').at(-1)),
    );
    expect([...new Set(arns)].sort()).toEqual(Object.keys(MANAGED).sort());
  });
});
