/** What each service account may do: by the model, by the API server, and where the two disagree. */
import type { Platform } from '../../../constructs/core/platform';
import type {
  IdentityProps,
  PathPermission,
  PermissionRule,
} from '../../../constructs/core/service-identity';
import { Task } from '../../../constructs/core/task';
import { Workload } from '../../../constructs/core/workload';
import { fieldsAt, listAt } from '../../../stacks/manifest-data';
import type { ApiClient } from './api-client';
import type { Impersonation } from './api-transport';

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** Namespace → what is allowed there, as `get pods` or `list ingresses.networking.k8s.io`. */
export type Grants = ReadonlyMap<string, ReadonlySet<string>>;

export function accountsOf(platform: Platform): (Account & { readonly identity: IdentityProps })[] {
  return platform.graph.parties
    .filter((party) => party instanceof Workload || party instanceof Task)
    .map((party) => ({
      namespace: party.reach.namespace,
      name: party.id,
      identity: party.spec.identity ?? {},
    }));
}

/** What the account declares, in each of the namespaces. */
export function declaredGrants(identity: IdentityProps, namespaces: readonly string[]): Grants {
  const everywhere = (identity.clusterPermissions ?? []).flatMap(grantsOf);
  return new Map(
    namespaces.map((namespace) => [
      namespace,
      new Set([...everywhere, ...(identity.permissions?.[namespace] ?? []).flatMap(grantsOf)]),
    ]),
  );
}

/** What the API server says of whoever asks, in each of the namespaces. */
export async function reportedGrants(api: ApiClient, namespaces: readonly string[]): Promise<Grants> {
  const reviews = await Promise.all(
    namespaces.map(
      async (namespace) => [namespace, fieldsAt(await api.rulesFor(namespace), 'status')] as const,
    ),
  );
  return new Map(
    reviews.map(([namespace, status]) => {
      if (status.incomplete !== false) {
        throw new Error(`the API server does not know all: ${JSON.stringify(status.evaluationError)}`);
      }
      return [
        namespace,
        new Set([
          ...listAt(status, 'resourceRules').flatMap(reportedGrant),
          ...listAt(status, 'nonResourceRules').flatMap((rule) =>
            listAt(rule, 'verbs').flatMap((verb) =>
              listAt(rule, 'nonResourceURLs').map((url) => `${String(verb)} ${String(url)}`),
            ),
          ),
        ]),
      ];
    }),
  );
}

export function serviceAccount({ namespace, name }: Account): Impersonation {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** @param common what Kubernetes lets every service account do, e.g. read the server's version */
export function permissionMistakes(
  account: Account,
  declared: Grants,
  reported: Grants,
  common: Grants,
): string[] {
  const who = `${account.namespace}/${account.name}`;
  return [...reported].flatMap(([namespace, grants]) => {
    const wanted = declared.get(namespace) ?? new Set();
    const everybody = common.get(namespace) ?? new Set();
    const tooMuch = [...grants].filter((grant) => !wanted.has(grant) && !everybody.has(grant));
    const missing = [...wanted].filter((grant) => !grants.has(grant));
    return [
      ...tooMuch.map((grant) => `${who} may ${grant} in ${namespace}, which the model does not declare`),
      ...missing.map((grant) => `${who} may not ${grant} in ${namespace}, which the model declares`),
    ];
  });
}

function grantsOf(rule: PermissionRule | PathPermission): string[] {
  if ('paths' in rule) return rule.paths.map((path) => `get ${path}`);
  const { apiGroup, resources, verbs } = rule;
  return verbs.flatMap((verb) => resources.map((resource) => grant(verb, apiGroup, resource)));
}

function reportedGrant(rule: unknown): string[] {
  const names = listAt(rule, 'resourceNames').map((name) => `/${String(name)}`);
  return listAt(rule, 'verbs').flatMap((verb) =>
    listAt(rule, 'apiGroups').flatMap((group) =>
      listAt(rule, 'resources').flatMap((resource) =>
        (names.length === 0 ? [''] : names).map(
          (name) => `${grant(String(verb), String(group), String(resource))}${name}`,
        ),
      ),
    ),
  );
}

function grant(verb: string, group: string, resource: string): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}
