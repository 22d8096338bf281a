/**
 * Who in the cluster may do what in the account: a role for each set of service accounts that use the same object stores, and
 * one for each operator. A pod has the credentials of its own service account's role, and of nothing else.
 */
import * as eks from '@pulumi/aws/eks';
import type { Input, Output, Resource } from '@pulumi/pulumi';
import type { CloudDemand, ObjectStoreDemand, OperatorIdentity, ServiceAccount } from '../cloud';
import { OPERATOR_ACCOUNTS } from '../operator-accounts';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AwsContext } from './context';
import type { Statement } from './iam-document';
import type { Keys } from './keys';
import { loadBalancerStatements } from './load-balancer-policy';
import { bucketArn, bucketName } from './object-storage';
import { makePodRole, type PodRoleSpec } from './pod-role';
import { checkRoleName, roleArn } from './role-arn';

interface IdentityProps {
  readonly demand: Pick<CloudDemand, 'objectStores'>;
  readonly clusterName: Input<string>;
  readonly vpcId: Input<string>;
  readonly keys: Keys;
  /** ARNs of every secret that External Secrets reads. */
  readonly secretArns: readonly Output<string>[];
}

export interface Identities {
  readonly operators: Readonly<Record<string, OperatorIdentity>>;
  /** Pods that start earlier have no credentials. */
  readonly ready: readonly Resource[];
}

const OPERATORS = {
  'external-secrets': OPERATOR_ACCOUNTS['external-secrets'],
  'aws-load-balancer-controller': OPERATOR_ACCOUNTS['aws-load-balancer-controller'],
  'cluster-autoscaler': OPERATOR_ACCOUNTS['cluster-autoscaler'],
} as const satisfies Record<string, ServiceAccount>;

export function makeIdentities(outer: AwsContext, props: IdentityProps): Identities {
  const context = inLayer(outer, 'Identity');
  const operators = operatorRoles(context, props);
  const roles: readonly PodRoleSpec[] = [
    ...storeUsers(props.demand.objectStores).map((users) => storeRole(context, users, props.keys)),
    ...operators,
  ];
  return {
    operators: Object.fromEntries(
      operators.map(({ name }): [string, OperatorIdentity] => [name, operatorIdentity(context, name, props)]),
    ),
    ready: roles.flatMap((spec) => makeAssociations(context, spec, props.clusterName)),
  };
}

/** The controller cannot ask its node where it is, and uses nothing that its role does not admit. */
function operatorIdentity(
  { region }: AwsContext,
  name: string,
  { clusterName, vpcId }: IdentityProps,
): OperatorIdentity {
  if (name === 'cluster-autoscaler') return { kind: 'pod-identity', values: { clusterName, region } };
  if (name !== 'aws-load-balancer-controller') return { kind: 'pod-identity' };
  const values = {
    clusterName,
    region,
    vpcId,
    enableShield: false,
    enableWaf: false,
    enableWafv2: false,
  };
  return { kind: 'pod-identity', values };
}

/** Known before the role is made, since its name is: secrets name it as their reader. */
export function externalSecretsArn({ accountId, name }: Pick<AwsContext, 'accountId' | 'name'>): string {
  return roleArn(accountId, name('external-secrets' satisfies keyof typeof OPERATORS));
}

function makeAssociations(
  context: AwsContext,
  spec: PodRoleSpec,
  clusterName: Input<string>,
): readonly Resource[] {
  const { role, ready } = makePodRole(context, spec);
  return spec.serviceAccounts.map(
    ({ namespace, name }) =>
      new eks.PodIdentityAssociation(
        context.name(`${namespace}-${name}`),
        { clusterName, namespace, serviceAccount: name, roleArn: role.arn, tags: context.tags },
        { ...context.options, dependsOn: [...ready] },
      ),
  );
}

interface StoreUsers {
  /** Sorted. */
  readonly purposes: readonly string[];
  readonly serviceAccounts: readonly ServiceAccount[];
}

/**
 * A service account has one role at most, so that one that uses several stores needs a role with all of them: those that use
 * the same stores share it.
 */
export function storeUsers(stores: readonly ObjectStoreDemand[]): readonly StoreUsers[] {
  const groups = new Map<string, { purposes: string[]; serviceAccounts: ServiceAccount[] }>();
  const accounts = new Map(
    stores.flatMap(({ users }) => users).map((user) => [`${user.namespace}/${user.name}`, user]),
  );
  for (const account of accounts.values()) {
    const purposes = stores
      .filter(({ users }) => users.some((user) => isSame(user, account)))
      .map(({ purpose }) => purpose)
      .sort();
    const group = groups.get(purposes.join()) ?? { purposes, serviceAccounts: [] };
    group.serviceAccounts.push(account);
    groups.set(purposes.join(), group);
  }
  return [...groups.values()];
}

function isSame(a: ServiceAccount, b: ServiceAccount): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

function storeRoleName(purposes: readonly string[]): string {
  return `store-${purposes.join('-')}`;
}

function storeRole(
  { accountId, environment, region }: AwsContext,
  { purposes, serviceAccounts }: StoreUsers,
  keys: Keys,
): PodRoleSpec {
  const buckets = purposes.map((purpose) => bucketArn(bucketName(environment, purpose, accountId)));
  return {
    name: storeRoleName(purposes),
    description: `Reads and writes the object stores for ${purposes.join(' and ')}`,
    serviceAccounts,
    statements: storeStatements(buckets, keys.dataArn, region),
  };
}

export function storeStatements(
  buckets: readonly string[],
  keyArn: Input<string>,
  region: string,
): readonly Statement[] {
  return [
    {
      sid: 'ListBuckets',
      effect: 'Allow',
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: buckets,
    },
    {
      sid: 'ReadAndWriteObjects',
      effect: 'Allow',
      actions: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      resources: buckets.map((bucket) => `${bucket}/*`),
    },
    {
      sid: 'EncryptObjects',
      effect: 'Allow',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': `s3.${region}.amazonaws.com`,
          // With a bucket key the context is the bucket's ARN: no volume's or database's data.
          'kms:EncryptionContext:aws:s3:arn': buckets,
        },
      },
    },
  ];
}

function operatorRoles(context: AwsContext, { keys, secretArns }: IdentityProps): readonly PodRoleSpec[] {
  const { accountId, environment, region } = context;
  const role = (
    name: keyof typeof OPERATORS,
    description: string,
    statements: readonly Statement[],
  ): PodRoleSpec => ({ name, description, serviceAccounts: [OPERATORS[name]], statements });
  return [
    ...(secretArns.length === 0
      ? []
      : [
          role(
            'external-secrets',
            'Reads the secrets of the platform, one by one',
            secretReaderStatements(secretArns, keys.secretsArn, region),
          ),
        ]),
    role(
      'aws-load-balancer-controller',
      'Makes load balancers for Ingresses',
      loadBalancerStatements({ accountId, region }, environment),
    ),
    role(
      'cluster-autoscaler',
      'Changes the number of nodes',
      autoscalerStatements({ accountId, region }, environment),
    ),
  ];
}

export function secretReaderStatements(
  secretArns: readonly Input<string>[],
  keyArn: Input<string>,
  region: string,
): readonly Statement[] {
  return [
    {
      sid: 'ReadSecrets',
      effect: 'Allow',
      actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      resources: secretArns,
    },
    {
      sid: 'DecryptSecrets',
      effect: 'Allow',
      actions: ['kms:Decrypt'],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    },
  ];
}

/** Cluster Autoscaler, cloudprovider/aws: "Full Cluster Autoscaler Features Policy", for groups of this cluster. */
export function autoscalerStatements(
  { accountId, region }: Pick<AwsContext, 'accountId' | 'region'>,
  cluster: string,
): readonly Statement[] {
  return [
    {
      sid: 'FindNodeGroups',
      effect: 'Allow',
      actions: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeAutoScalingInstances',
        'autoscaling:DescribeLaunchConfigurations',
        'autoscaling:DescribeScalingActivities',
        'autoscaling:DescribeTags',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:GetInstanceTypesFromInstanceRequirements',
      ],
      resources: ['*'],
    },
    {
      sid: 'ReadNodeGroups',
      effect: 'Allow',
      actions: ['eks:DescribeNodegroup'],
      resources: [`arn:aws:eks:${region}:${accountId}:nodegroup/${cluster}/*`],
    },
    {
      sid: 'ScaleNodeGroups',
      effect: 'Allow',
      actions: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
      resources: [`arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/eks-*`],
      // EKS tags the groups that it makes.
      conditions: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: 'owned' } },
    },
  ];
}

export function checkIdentities(
  { environment, objectStores }: Pick<CloudDemand, 'environment' | 'objectStores'>,
  path: string,
): readonly SettingProblem[] {
  const roles = [
    ...storeUsers(objectStores).map(({ purposes }) => storeRoleName(purposes)),
    ...Object.keys(OPERATORS),
  ];
  return roles.flatMap((role) => checkRoleName(`${environment}-${role}`, path));
}
