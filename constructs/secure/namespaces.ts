/**
 * The namespaces of an environment: Pod Security "restricted", default deny in both directions, a quota that leaves
 * room for one rolling update, and limits for containers that name none.
 */
import * as kplus from 'cdk8s-plus-28';
import { clusterScoped } from '../core/cluster-scoped';
import { Component } from '../core/component';
import type { Platform } from '../core/platform';
import { namespaceRequests } from '../core/pod-requests';
import { mebibytesFor, quantity } from '../core/quantity';

export interface NamespaceProps {
  /** The Pod Security level that its pods need. */
  readonly podSecurity: 'restricted' | 'baseline' | 'privileged';
  /** Services that may ask the cloud for a load balancer. @default 0 */
  readonly loadBalancers?: number;
  /** Ports of all of them together: each takes a node port. @default one each */
  readonly loadBalancerPorts?: number;
}

export interface NamespacesProps {
  /** By name. */
  readonly namespaces: Readonly<Record<string, NamespaceProps>>;
}

/** The label by which the admission policies find the namespaces that they guard. */
const POLICIES_LABEL = { 'hyperion.example.com/policies': 'enforced' } as const;

/** Room in a quota above the declared pods: a rolling update starts one pod more per workload, jobs come and go. */
const QUOTA_HEADROOM = 1.5;

export class Namespaces extends Component {
  public constructor(scope: Platform, id: string, props: NamespacesProps) {
    const names = Object.keys(props.namespaces);
    super(
      scope,
      id,
      { namespace: names[0] ?? 'default' },
      { layer: 'secure', summary: 'Namespaces with Pod Security, quotas and default deny' },
    );
    for (const [
      name,
      { podSecurity, loadBalancers = 0, loadBalancerPorts = loadBalancers },
    ] of Object.entries(props.namespaces)) {
      const namespace = new kplus.k8s.KubeNamespace(this, `namespace-${name}`, {
        metadata: {
          name,
          labels: {
            ...POLICIES_LABEL,
            ...Object.fromEntries(
              ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, podSecurity]),
            ),
            'hyperion.example.com/environment': scope.environment,
          },
        },
      });
      clusterScoped(namespace);
      new kplus.k8s.KubeNetworkPolicy(this, `default-deny-${name}`, {
        metadata: { name: 'default-deny', namespace: name },
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      });
      // After whatever is itself made when everything else stands.
      scope.whenComplete(() => {
        scope.whenComplete(() => {
          this.addQuota(name, { loadBalancers, loadBalancerPorts });
        });
      });
    }
  }

  private addQuota(
    namespace: string,
    { loadBalancers, loadBalancerPorts }: Record<'loadBalancers' | 'loadBalancerPorts', number>,
  ): void {
    const total = namespaceRequests(this.platform, namespace);
    const cpu = `${Math.ceil(total.cpuMillis * QUOTA_HEADROOM)}m`;
    const memory = quantity(mebibytesFor(total.memoryBytes * QUOTA_HEADROOM));
    new kplus.k8s.KubeResourceQuota(this, `quota-${namespace}`, {
      metadata: { name: 'compute', namespace },
      spec: {
        hard: quantities({
          'requests.cpu': cpu,
          'requests.memory': memory,
          pods: String(Math.ceil(total.pods * QUOTA_HEADROOM) + 5),
          // Nothing but load balancers may have one.
          'services.nodeports': String(loadBalancerPorts),
          'services.loadbalancers': String(loadBalancers),
        }),
      },
    });
    new kplus.k8s.KubeLimitRange(this, `limits-${namespace}`, {
      metadata: { name: 'containers', namespace },
      spec: {
        limits: [
          {
            type: 'Container',
            default: quantities({ cpu: '500m', memory: '512Mi' }),
            defaultRequest: quantities({ cpu: '50m', memory: '128Mi' }),
          },
        ],
      },
    });
  }
}

/** As the typed objects of Kubernetes want amounts. */
function quantities(amounts: Readonly<Record<string, string>>): Record<string, kplus.k8s.Quantity> {
  return Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, kplus.k8s.Quantity.fromString(amount)]),
  );
}
