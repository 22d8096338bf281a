/**
 * What has to be there before the environment can run: operators in the cluster, secrets in the store, and values that
 * only the cloud can give.
 */
import type { Platform } from '../../constructs/core/platform';
import { listAt, textAt } from '../../stacks/manifest-data';
import type { Synthesis } from '../../stacks/synthesis';
import { code, sorted, table } from './markdown';

/** API groups that some operator serves, and the operator's name. */
const OPERATORS: Readonly<Record<string, string>> = {
  'cert-manager.io': 'cert-manager, with `AdditionalCertificateOutputFormats` (on by default since 1.15)',
  'external-secrets.io': 'External Secrets Operator',
  'kafka.strimzi.io': 'Strimzi',
  'policies.kyverno.io': 'Kyverno',
};

/** Groups of Kubernetes itself: without a dot, or below `k8s.io`. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}

export function operatorTable({ objects }: Synthesis): string {
  const kinds = new Map<string, Set<string>>();
  for (const { object } of objects) {
    const [group = ''] = object.apiVersion.split('/');
    if (isBuiltIn(group)) continue;
    kinds.set(object.apiVersion, (kinds.get(object.apiVersion) ?? new Set()).add(object.kind));
  }
  return table(
    ['operator', 'API', 'for'],
    sorted(kinds.keys()).map((api) => [
      OPERATORS[api.split('/')[0] ?? ''] ?? '',
      code(api),
      sorted(kinds.get(api) ?? [])
        .map(code)
        .join(', '),
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
