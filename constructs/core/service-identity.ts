/**
 * The service account of one workload and what it may do: nothing by default, not even its own token.
 */
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { clusterScoped } from './cluster-scoped';

export interface PermissionRule {
  readonly apiGroup:
    | ''
    | 'admissionregistration.k8s.io'
    | 'apps'
    | 'autoscaling'
    | 'batch'
    | 'certificates.k8s.io'
    | 'coordination.k8s.io'
    | 'discovery.k8s.io'
    | 'networking.k8s.io'
    | 'policy'
    | 'storage.k8s.io';
  readonly resources: readonly string[];
  readonly verbs: readonly ('get' | 'list' | 'watch' | 'create' | 'update' | 'patch')[];
}

/** Paths of the API server that are no resource, such as its own metrics; they may be read over the whole cluster. */
export interface PathPermission {
  readonly paths: readonly string[];
}

export interface IdentityProps {
  /**
   * Client ID of the Azure identity that the pods act as (workload identity), usually a cloud reference.
   * @default none
   */
  readonly azureClientId?: string;
  /**
   * What the pods may do with the Kubernetes API in each of these namespaces; mounts the token.
   * @default nothing
   */
  readonly permissions?: Readonly<Record<string, readonly PermissionRule[]>>;
  /**
   * The same over the whole cluster: only for what is not namespaced (nodes, namespaces) or truly everywhere.
   * @default nothing
   */
  readonly clusterPermissions?: readonly (PermissionRule | PathPermission)[];
}

/** Named by the policy `no-service-account-token`. */
const TOKEN_ANNOTATION = 'hyperion.example.com/uses-kubernetes-api';

export class ServiceIdentity extends Construct {
  public readonly account: kplus.ServiceAccount;
  public readonly mountsToken: boolean;
  /** Says on each pod why it carries a token, which the policies ask for. */
  public readonly podAnnotations: Readonly<Record<string, string>>;
  /** What the Azure workload-identity webhook looks for on a pod. */
  public readonly podLabels: Readonly<Record<string, string>>;

  public constructor(scope: Construct, name: string, props: IdentityProps) {
    super(scope, 'identity');
    this.mountsToken = props.permissions !== undefined || props.clusterPermissions !== undefined;
    this.podAnnotations = this.mountsToken ? { [TOKEN_ANNOTATION]: describePermissions(props) } : {};
    this.podLabels = props.azureClientId === undefined ? {} : { 'azure.workload.identity/use': 'true' };
    this.account = new kplus.ServiceAccount(this, 'account', {
      metadata: {
        name,
        ...(props.azureClientId === undefined
          ? {}
          : { annotations: { 'azure.workload.identity/client-id': props.azureClientId } }),
      },
      automountToken: false,
    });
    for (const [namespace, rules] of Object.entries(props.permissions ?? {})) {
      const metadata = { name, namespace };
      const role = new kplus.k8s.KubeRole(this, `role-${namespace}`, { metadata, rules: toRules(rules) });
      new kplus.k8s.KubeRoleBinding(this, `binding-${namespace}`, {
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.name },
        subjects: [this.subject()],
      });
    }
    if (props.clusterPermissions !== undefined) {
      const role = new kplus.k8s.KubeClusterRole(this, 'cluster-role', {
        metadata: { name },
        rules: toRules(props.clusterPermissions),
      });
      const binding = new kplus.k8s.KubeClusterRoleBinding(this, 'cluster-binding', {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.name },
        subjects: [this.subject()],
      });
      clusterScoped(role, binding);
    }
  }

  private subject(): kplus.k8s.Subject {
    const { name, metadata } = this.account;
    return { kind: 'ServiceAccount', name, namespace: metadata.namespace };
  }
}

function toRules(rules: readonly (PermissionRule | PathPermission)[]): kplus.k8s.PolicyRule[] {
  return rules.map((rule) =>
    'paths' in rule
      ? { nonResourceUrLs: [...rule.paths], verbs: ['get'] }
      : { apiGroups: [rule.apiGroup], resources: [...rule.resources], verbs: [...rule.verbs] },
  );
}

/** For a reader: `get, list, watch pods`. */
function describePermissions(props: IdentityProps): string {
  const rules = [...Object.values(props.permissions ?? {}).flat(), ...(props.clusterPermissions ?? [])];
  const described = rules.map((rule) =>
    'paths' in rule
      ? `get ${rule.paths.join(', ')}`
      : `${rule.verbs.join(', ')} ${rule.resources.join(', ')}`,
  );
  return [...new Set(described)].sort().join('; ');
}
