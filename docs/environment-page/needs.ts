/**
 * What has to be there before the environment can run: operators in the cluster, secrets in the store, and values that
 * only the cloud can give.
 */
import type { Platform } from '../../constructs/core/platform';
import { listAt, textAt } from '../../stacks/manifest-data';
import type { Synthesis } from '../../stacks/synthesis';
import { code, sorted, table } from './markdown';

/** Who serves the API groups that are not Kubernetes' own. */
const OPERATORS: Readonly<Record<string, string>> = {
  'autoscaling.k8s.io': 'Vertical Pod Autoscaler',
  'ceph.rook.io': 'Rook',
  'cert-manager.io': 'cert-manager, with `AdditionalCertificateOutputFormats` (on by default since 1.15)',
  'external-secrets.io': 'External Secrets Operator',
  'kafka.strimzi.io': 'Strimzi',
  'monitoring.coreos.com': 'prometheus-operator',
  'objectbucket.io': 'Rook',
  'policies.kyverno.io': 'Kyverno',
};

/** Who serves the Ingress classes that an environment uses and does not make. */
const INGRESS_CONTROLLERS: Readonly<Record<string, string>> = {
  alb: 'AWS Load Balancer Controller',
  tailscale: "Tailscale's operator",
};

/** Kubernetes' own among the groups with a dot: `k8s.io` is the project's, and ends those of its add-ons, too. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

type Objects = Pick<Synthesis, 'objects'>;
type Row = readonly [operator: string, api: string, purpose: string];

export function operatorTable(synthesis: Objects): string {
  return table(['operator', 'API', 'for'], [...kindRows(synthesis), ...ingressRows(synthesis)]);
}

function kindRows({ objects }: Objects): Row[] {
  const kinds = new Map<string, Set<string>>();
  for (const { object } of objects) {
    if (isBuiltIn(groupOf(object.apiVersion))) continue;
    kinds.set(object.apiVersion, (kinds.get(object.apiVersion) ?? new Set()).add(object.kind));
  }
  return sorted(kinds.keys()).map((api) => [
    known(OPERATORS, groupOf(api), 'API group'),
    code(api),
    sorted(kinds.get(api) ?? [])
      .map(code)
      .join(', '),
  ]);
}

/** An Ingress is Kubernetes' own, but without a controller of its class nothing comes of it. */
function ingressRows({ objects }: Objects): Row[] {
  const made = new Set(
    objects.filter(({ object }) => object.kind === 'IngressClass').map(({ object }) => object.metadata.name),
  );
  const ingresses = objects.filter(({ object }) => object.kind === 'Ingress');
  const used = ingresses.flatMap(({ object }) => textAt(object, 'spec', 'ingressClassName') ?? []);
  return sorted(used.filter((name) => !made.has(name))).map((name) => [
    known(INGRESS_CONTROLLERS, name, 'Ingress class'),
    code('networking.k8s.io/v1'),
    `${code('Ingress')} of class ${code(name)}`,
  ]);
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

function isBuiltIn(group: string): boolean {
  return !group.includes('.') || BUILT_IN.has(group);
}

function known(names: Readonly<Record<string, string>>, key: string, what: string): string {
  const name = names[key];
  if (name !== undefined) return name;
  throw new Error(`docs/environment-page/needs.ts does not know who serves the ${what} ${key}: add it there`);
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
