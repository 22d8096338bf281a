/**
 * A role for service accounts (EKS Pod Identity): only pods of exactly these service accounts, in exactly this cluster, get
 * its credentials.
 */
import * as iam from '@pulumi/aws/iam';
import type { Resource } from '@pulumi/pulumi';
import type { ServiceAccount } from '../cloud';
import type { AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';

export interface PodRoleSpec {
  /** Ends its name: `hub-infra-<name>`. */
  readonly name: string;
  readonly description: string;
  readonly serviceAccounts: readonly ServiceAccount[];
  /** @default none */
  readonly statements?: readonly Statement[];
  /** ARN of a policy that AWS keeps in step with the add-on it is for. @default none */
  readonly managedPolicyArn?: string;
}

export interface PodRole {
  readonly role: iam.Role;
  /** What it may do: a pod that starts earlier is refused. */
  readonly ready: readonly Resource[];
}

export function makePodRole(context: AwsContext, spec: PodRoleSpec): PodRole {
  const { environment, options, tags } = context;
  const name = context.name(spec.name);
  const role = new iam.Role(
    name,
    {
      name,
      description: spec.description,
      assumeRolePolicy: policyJson(podTrust(context, environment, spec.serviceAccounts)),
      tags,
    },
    options,
  );
  const ready: Resource[] = [role];
  if (spec.statements !== undefined) {
    ready.push(
      new iam.RolePolicy(
        name,
        { name: spec.name, role: role.name, policy: policyJson(spec.statements) },
        options,
      ),
    );
  }
  if (spec.managedPolicyArn !== undefined) {
    ready.push(
      new iam.RolePolicyAttachment(name, { role: role.name, policyArn: spec.managedPolicyArn }, options),
    );
  }
  return { role, ready };
}

/**
 * EKS puts the cluster, the namespace and the service account into the session's tags, and nobody else can: they name who
 * may assume the role (EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"). One statement for
 * each namespace, so that a name that is fine in one is not fine in another.
 */
export function podTrust(
  { region, accountId }: Pick<AwsContext, 'region' | 'accountId'>,
  cluster: string,
  serviceAccounts: readonly ServiceAccount[],
): readonly Statement[] {
  const namespaces = [...new Set(serviceAccounts.map(({ namespace }) => namespace))].sort();
  return namespaces.map((namespace) => ({
    sid: `PodsIn${namespace.replaceAll('-', '')}`,
    effect: 'Allow',
    principals: { service: 'pods.eks.amazonaws.com' },
    actions: ['sts:AssumeRole', 'sts:TagSession'],
    conditions: {
      StringEquals: {
        'aws:SourceAccount': accountId,
        'aws:RequestTag/eks-cluster-arn': clusterArn({ region, accountId }, cluster),
        'aws:RequestTag/kubernetes-namespace': namespace,
        'aws:RequestTag/kubernetes-service-account': serviceAccounts
          .filter((account) => account.namespace === namespace)
          .map(({ name }) => name)
          .sort(),
      },
    },
  }));
}

/** Known before the cluster is made, since its name is. */
export function clusterArn(
  { region, accountId }: Pick<AwsContext, 'region' | 'accountId'>,
  cluster: string,
): string {
  return `arn:aws:eks:${region}:${accountId}:cluster/${cluster}`;
}
