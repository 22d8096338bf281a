/**
 * EKS' own add-ons, with a role for each that talks to AWS. Network first, because a node without it is not ready; the rest
 * when there are nodes to run them.
 */
import * as eks from '@pulumi/aws/eks';
import type { Input, Resource } from '@pulumi/pulumi';
import type { AwsContext } from './context';
import type { Statement } from './iam-document';
import { makePodRole, type PodRole } from './pod-role';

interface AddOnProps {
  readonly cluster: eks.Cluster;
  /** By add-on. */
  readonly versions: Readonly<Record<string, string>>;
  readonly dataKeyArn: Input<string>;
}

const SYSTEM = 'kube-system';

/** NetworkPolicies are enforced by the VPC CNI itself, which by default does not. */
const VPC_CNI = { enableNetworkPolicy: 'true' } as const;

/** What `addOnVersions` may name. */
export const ADD_ONS = [
  'vpc-cni',
  'kube-proxy',
  'eks-pod-identity-agent',
  'coredns',
  'aws-ebs-csi-driver',
  'aws-efs-csi-driver',
] as const;
type AddOnName = (typeof ADD_ONS)[number];

export function makeNetworkAddOns(context: AwsContext, props: AddOnProps): readonly eks.Addon[] {
  const agent = makeAddOn(context, props, { name: 'eks-pod-identity-agent' });
  const cni = makePodRole(context, {
    name: 'vpc-cni',
    description: 'VPC CNI: network interfaces and addresses of nodes',
    serviceAccounts: [{ namespace: SYSTEM, name: 'aws-node' }],
    managedPolicyArn: 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
  });
  return [
    agent,
    makeAddOn(context, props, {
      name: 'vpc-cni',
      identity: { ...cni, serviceAccount: 'aws-node' },
      configuration: VPC_CNI,
      after: [agent],
    }),
    makeAddOn(context, props, { name: 'kube-proxy' }),
  ];
}

interface NodeAddOnProps extends AddOnProps {
  readonly hasFileStorage: boolean;
  readonly after: readonly Resource[];
}

export function makeAddOns(context: AwsContext, props: NodeAddOnProps): readonly eks.Addon[] {
  const { after } = props;
  const volumes = makeAddOn(context, props, {
    name: 'aws-ebs-csi-driver',
    identity: volumeRole(context, props.dataKeyArn),
    after,
  });
  const names = makeAddOn(context, props, { name: 'coredns', after });
  if (!props.hasFileStorage) return [names, volumes];
  const files = makeAddOn(context, props, { name: 'aws-efs-csi-driver', identity: fileRole(context), after });
  return [names, volumes, files];
}

interface Identity extends PodRole {
  readonly serviceAccount: string;
}

function volumeRole(context: AwsContext, keyArn: Input<string>): Identity {
  const serviceAccount = 'ebs-csi-controller-sa';
  const role = makePodRole(context, {
    name: 'ebs-csi-driver',
    description: 'EBS CSI driver: volumes that it made itself, and their key',
    serviceAccounts: [{ namespace: SYSTEM, name: serviceAccount }],
    // The second version admits only volumes with the driver's own tag, which the first did not.
    managedPolicyArn: 'arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2',
    statements: volumeKeyStatements(keyArn, context.region),
  });
  return { ...role, serviceAccount };
}

/** EBS uses the key on the driver's behalf (EBS CSI driver, "KMS key for encryption"). */
export function volumeKeyStatements(keyArn: Input<string>, region: string): readonly Statement[] {
  const throughEc2 = { StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com` } } as const;
  return [
    {
      sid: 'EncryptVolumes',
      effect: 'Allow',
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: [keyArn],
      conditions: throughEc2,
    },
    {
      sid: 'LetInstancesUseTheKey',
      effect: 'Allow',
      actions: ['kms:CreateGrant'],
      resources: [keyArn],
      conditions: { ...throughEc2, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ];
}

function fileRole(context: AwsContext): Identity {
  const serviceAccount = 'efs-csi-controller-sa';
  const role = makePodRole(context, {
    name: 'efs-csi-driver',
    description: 'EFS CSI driver: access points that it made itself',
    serviceAccounts: [{ namespace: SYSTEM, name: serviceAccount }],
    managedPolicyArn: 'arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy',
  });
  return { ...role, serviceAccount };
}

interface AddOnSpec {
  readonly name: AddOnName;
  /** @default it asks nothing of AWS */
  readonly identity?: Identity;
  /** @default the add-on's own */
  readonly configuration?: Readonly<Record<string, string>>;
  readonly after?: readonly Resource[];
}

function makeAddOn(
  context: AwsContext,
  { cluster, versions }: AddOnProps,
  { name, identity, configuration, after = [] }: AddOnSpec,
): eks.Addon {
  return new eks.Addon(
    context.name(name),
    {
      clusterName: cluster.name,
      addonName: name,
      ...(versions[name] === undefined ? {} : { addonVersion: versions[name] }),
      ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
      ...(identity === undefined
        ? {}
        : {
            podIdentityAssociations: [
              { roleArn: identity.role.arn, serviceAccount: identity.serviceAccount },
            ],
          }),
      // Nobody else sets their fields; an upgrade must not stop at one that a person tried out.
      resolveConflictsOnCreate: 'OVERWRITE',
      resolveConflictsOnUpdate: 'OVERWRITE',
      tags: context.tags,
    },
    { ...context.options, dependsOn: [...after, ...(identity?.ready ?? [])] },
  );
}
