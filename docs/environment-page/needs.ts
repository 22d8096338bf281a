/**
 * What has to be there before the environment can run: operators in the cluster, secrets in the store, and values that
 * only the cloud can give.
 */
import type { Platform } from '../../constructs/core/platform';
import { listAt, textAt } from '../../stacks/manifest-data';
import { operatorNeeds, type Operator } from '../../stacks/operators';
import type { Synthesis } from '../../stacks/synthesis';
import { code, sorted, table } from './markdown';

const TITLES: Readonly<Record<Operator, string>> = {
  'aws-load-balancer-controller': 'AWS Load Balancer Controller',
  'cert-manager': 'cert-manager, with `AdditionalCertificateOutputFormats` (on by default since 1.15)',
  'cluster-autoscaler': 'Cluster Autoscaler',
  'external-secrets': 'External Secrets Operator',
  kyverno: 'Kyverno',
  'prometheus-operator': 'prometheus-operator',
  rook: 'Rook',
  strimzi: 'Strimzi',
  tailscale: "Tailscale's operator",
  'vertical-pod-autoscaler': 'Vertical Pod Autoscaler',
};

export function operatorTable(synthesis: Pick<Synthesis, 'objects'>): string {
  return table(
    ['operator', 'API', 'for'],
    operatorNeeds(synthesis).map(({ operator, api, kinds, ingressClass }) => [
      TITLES[operator],
      code(api),
      kinds.map(code).join(', ') + (ingressClass === undefined ? '' : ` of class ${code(ingressClass)}`),
    ]),
  );
}

export function secretTable({ objects }: Synthesis): string {
  const users = new Map<string, Set<string>>();
  for (const { component, object } of objects) {
    if (object.kind !== 'ExternalSecret') continue;
    for (const entry of listAt(object, 'spec', 'data')) {
      const name = textAt(entry, 'remoteRef', 'key');
      if (name !== undefined) users.set(name, (users.get(name) ?? new Set()).add(component));
    }
  }
  return table(
    ['secret', 'used by'],
    sorted(users.keys()).map((name) => [
      code(name),
      sorted(users.get(name) ?? [])
        .map(code)
        .join(', '),
    ]),
  );
}

export function cloudRefTable(platform: Platform): string {
  return table(
    ['placeholder', 'what belongs there'],
    sorted(platform.cloudRefs.keys()).map((name) => [
      code(`\${cloud:${name}}`),
      platform.cloudRefs.get(name) ?? '',
    ]),
  );
}
