/**
 * Who may do what: each service account with the Kubernetes API and in the cloud, and each party with the endpoints of
 * the others, by which credential.
 */
import type { Platform } from '../../constructs/core/platform';
import type { Connection } from '../../constructs/core/flow-graph';
import type { AnyEndpoint } from '../../constructs/core/endpoint';
import type { Manifest } from '../../policies/manifest';
import { formatResource } from '../../policies/manifest';
import { listAt, namespacedName, textAt } from '../manifest-data';
import type { Synthesis, SynthesisedObject } from '../synthesis';
import { credentialText } from './connections';
import type { AccessEntry } from './review-document';

export function accessEntries({ platform, objects }: Synthesis): AccessEntry[] {
  const accounts = objects.filter(({ object }) => object.kind === 'ServiceAccount');
  return [
    ...accounts.flatMap((account) => accountEntries(account, objects)),
    ...platform.graph.connections.map(connectionAccess),
    ...heldSecrets(platform),
  ];
}

function accountEntries(
  { object: account, component }: SynthesisedObject,
  objects: Synthesis['objects'],
): AccessEntry[] {
  const principal = namespacedName(account.metadata.namespace, account.metadata.name);
  const who = { principal, component };
  const granted = [
    ...objects
      .filter(({ object }) => binds(object, account))
      .flatMap(({ object }) => grants(object, objects)),
    ...cloudGrants(account),
  ];
  const nothing = { scope: 'none', resources: 'nothing', verbs: [], through: 'no Role, no ClusterRole' };
  return (granted.length === 0 ? [nothing] : granted).map((grant) => ({ ...who, ...grant }));
}

type Grant = Omit<AccessEntry, 'principal' | 'component'>;

function binds(object: Manifest, { metadata }: Manifest): boolean {
  return (
    /^(Cluster)?RoleBinding$/.test(object.kind) &&
    listAt(object, 'subjects').some(
      (subject) =>
        textAt(subject, 'kind') === 'ServiceAccount' &&
        textAt(subject, 'name') === metadata.name &&
        textAt(subject, 'namespace') === metadata.namespace,
    )
  );
}

function grants(binding: Manifest, objects: Synthesis['objects']): Grant[] {
  const kind = textAt(binding, 'roleRef', 'kind') ?? 'Role';
  const name = textAt(binding, 'roleRef', 'name') ?? '?';
  const { namespace } = binding.metadata;
  const scope = binding.kind === 'ClusterRoleBinding' ? 'cluster' : (namespace ?? '?');
  const through = formatResource({
    kind,
    name,
    ...(kind === 'Role' && namespace !== undefined ? { namespace } : {}),
  });
  const role = objects.find(
    ({ object }) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (kind === 'ClusterRole' || object.metadata.namespace === namespace),
  );
  // One of the cluster's own, such as system:auth-delegator.
  if (role === undefined)
    return [{ scope, resources: 'what the role of the cluster allows', verbs: [], through }];
  return listAt(role.object, 'rules').map((rule) => ({
    scope,
    resources: resourcesOf(rule),
    verbs: texts(rule, 'verbs'),
    through,
  }));
}

/** `pods, services`, `deployments (apps)`, `GET /metrics`. */
function resourcesOf(rule: unknown): string {
  const paths = texts(rule, 'nonResourceURLs');
  if (paths.length > 0) return paths.join(', ');
  const group = texts(rule, 'apiGroups').filter((name) => name !== '');
  const names = texts(rule, 'resourceNames');
  return [
    texts(rule, 'resources').join(', '),
    ...(group.length === 0 ? [] : [`(${group.join(', ')})`]),
    ...(names.length === 0 ? [] : [`named ${names.join(', ')}`]),
  ].join(' ');
}

function texts(value: unknown, field: string): string[] {
  return listAt(value, field).filter((item) => typeof item === 'string');
}

/** What Azure's webhook and EKS's agent give pods of the account; what that is worth, the cloud's own roles say. */
function cloudGrants({ metadata }: Manifest): Grant[] {
  const client = textAt(metadata, 'annotations', 'azure.workload.identity/client-id');
  if (client === undefined) return [];
  return [
    {
      scope: 'cloud',
      // Its client ID is the cloud's to say; the placeholder has a name by which it is known here.
      resources: `what ${client.replace(/^\$\{cloud:(.*)\}$/, '$1')} is granted`,
      verbs: [],
      through: 'workload identity',
    },
  ];
}

function connectionAccess(connection: Connection): AccessEntry {
  const { from, to } = connection;
  const text = credentialText(connection);
  return {
    principal: from.id,
    component: from.componentName,
    scope: to.owner.componentName,
    resources: resourceOf(to),
    verbs: [to.access],
    through: text === 'none' ? 'the NetworkPolicies alone' : text,
  };
}

function resourceOf({ id, protocol, path }: AnyEndpoint): string {
  return `${id}, ${protocol}${path === '' ? '' : ` ${path}`}`;
}

/**
 * Secrets that an endpoint accepts, and that nobody who connects to it here presents: callers from elsewhere, or behind a
 * proxy that hands on what they present.
 */
function heldSecrets({ graph }: Platform): AccessEntry[] {
  const presents = ({ credential }: Connection, secret: string): boolean =>
    credential !== undefined && 'secret' in credential && credential.secret.name === secret;
  return graph.endpoints.flatMap((to) =>
    to.auth.accepted
      .filter(({ name }) => !graph.connections.some((one) => one.to === to && presents(one, name)))
      .map(({ name }) => ({
        principal: `whoever holds ${name}`,
        component: '',
        scope: to.owner.componentName,
        resources: resourceOf(to),
        verbs: [to.access],
        through: `${to.auth.kind} (${name})`,
      })),
  );
}
