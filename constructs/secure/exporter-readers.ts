/**
 * Lets people look at exporters themselves, through the Kubernetes API of their cluster and with their own name:
 * `kubectl get --raw /api/v1/namespaces/<namespace>/services/<exporter>:<port>/proxy/metrics`. They may read these
 * Services and nothing else; not even pods, whose proxy would open every port of the namespace.
 */
import * as kplus from 'cdk8s-plus-28';
import { Component, type ComponentProps } from '../core/component';
import { connect } from '../core/connect';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';

export interface ExporterReadersProps extends ComponentProps {
  /** Groups of the identity provider, as the API server learns them. */
  readonly groups: readonly string[];
  readonly exporters: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
  /** Whose proxy dials the exporters. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
}

export class ExporterReaders extends Component {
  public constructor(scope: Platform, id: string, props: ExporterReadersProps) {
    super(scope, id, props, {
      layer: 'secure',
      summary: 'Lets people read exporters through the Kubernetes API',
    });
    const namespaces = new Map<string, string[]>();
    for (const endpoint of props.exporters) {
      const { reach } = endpoint.owner;
      if (reach.kind !== 'pods') continue;
      namespaces.set(reach.namespace, [...(namespaces.get(reach.namespace) ?? []), proxiedName(endpoint)]);
      const { owner } = props.kubernetesApi;
      if (owner instanceof External) {
        connect(owner, endpoint, { signals: ['metrics'], purpose: 'people who look at an exporter' });
      }
    }
    for (const [namespace, names] of namespaces) this.addRole(namespace, names, props.groups);
  }

  private addRole(namespace: string, names: readonly string[], groups: readonly string[]): void {
    const metadata = { name: this.node.id, namespace };
    new kplus.k8s.KubeRole(this, `role-${namespace}`, {
      metadata,
      rules: [
        { apiGroups: [''], resources: ['services/proxy'], resourceNames: [...names].sort(), verbs: ['get'] },
      ],
    });
    if (groups.length === 0) {
      this.problem({
        property: 'groups',
        value: groups,
        rule: 'a role that is bound to nobody helps nobody',
        remedy: 'give somebody the right to read exporters, or leave this out',
      });
      return;
    }
    new kplus.k8s.KubeRoleBinding(this, `binding-${namespace}`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: groups.map((name) => ({ kind: 'Group', name, apiGroup: 'rbac.authorization.k8s.io' })),
    });
  }
}

/** The name as the path of the proxy has it, which is what the API server asks the Role for. */
function proxiedName({ owner, port }: Endpoint<'metrics', 'prometheus-scrape'>): string {
  return `${owner.id}:${port}`;
}
