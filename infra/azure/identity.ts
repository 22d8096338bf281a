/**
 * Who acts on Azure: user-assigned identities, the service accounts that may become one of them, and the roles they have.
 */
import * as authorization from '@pulumi/azure-native/authorization';
import * as managedidentity from '@pulumi/azure-native/managedidentity';
import type { Input, Output, Resource } from '@pulumi/pulumi';
import type { CloudDemand, ServiceAccount } from '../cloud';
import { OPERATOR_ACCOUNTS } from '../operator-accounts';
import type { SettingProblem } from '../setting-error';
import type { AzureContext } from './context';

/**
 * GUIDs of the roles that this stack grants; the same in every tenant.
 * @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
export const ROLES = {
  'DNS Zone Contributor': 'befefa01-2a29-4197-83a8-272ff33ce314',
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6',
  'Key Vault Crypto Service Encryption User': 'e147488a-f6f5-4113-8e2d-b22465e65bf6',
  'Network Contributor': '4d97b98b-1d4f-4787-a291-c67834d212e7',
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
} as const;

/** What Microsoft Entra ID expects in a service account's token. */
const AUDIENCE = 'api://AzureADTokenExchange';

/** Azure's limit for each identity. */
const MOST_USERS = 20;

export interface Identity {
  /** Full ARM ID. */
  readonly id: Output<string>;
  readonly name: Output<string>;
  readonly clientId: Output<string>;
  readonly principalId: Output<string>;
}

export interface WorkloadIdentity extends Identity {
  /** The credentials: until they are there, pods cannot log in. */
  readonly ready: readonly Resource[];
}

/** @param part `hyperion-prod-identity-<part>` */
export function makeIdentity(context: AzureContext, part: string): Identity {
  const { id, name, clientId, principalId } = new managedidentity.UserAssignedIdentity(
    context.name(`identity-${part}`),
    {
      resourceName: context.name(`identity-${part}`),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      tags: context.tags,
    },
    context.options,
  );
  return { id, name, clientId, principalId };
}

export interface WorkloadIdentityProps {
  /** What it is for, e.g. `logs`. */
  readonly part: string;
  /** Who may act as it, and nobody else. */
  readonly users: readonly ServiceAccount[];
  /** The cluster's OIDC issuer. */
  readonly issuerUrl: Output<string>;
}

export function makeWorkloadIdentity(
  context: AzureContext,
  { part, users, issuerUrl }: WorkloadIdentityProps,
): WorkloadIdentity {
  const identity = makeIdentity(context, part);
  const ready: Resource[] = [];
  for (const { namespace, name } of inOrder(users)) {
    const credential = new managedidentity.FederatedIdentityCredential(
      context.name(`identity-${part}-${namespace}-${name}`),
      {
        federatedIdentityCredentialResourceName: `${namespace}-${name}`,
        resourceGroupName: context.resourceGroupName,
        resourceName: identity.name,
        issuer: issuerUrl,
        subject: `system:serviceaccount:${namespace}:${name}`,
        audiences: [AUDIENCE],
      },
      // One after the other: Azure answers 409 to two writes of one identity's credentials at a time.
      { ...context.options, dependsOn: ready.slice(-1) },
    );
    ready.push(credential);
  }
  return { ...identity, ready };
}

export interface RoleGrant {
  /** Ends the logical name: who may do what, e.g. `logs-writes-blobs`. */
  readonly name: string;
  readonly role: keyof typeof ROLES;
  /** Full ARM ID of the one resource at which it holds. */
  readonly scope: Input<string>;
  readonly principalId: Input<string>;
}

/**
 * The assignment's own name, a GUID, is left to Pulumi, which keeps it in its state: one made from scope and principal would
 * stand in the way of its replacement, because Azure lets no assignment change either.
 */
export function grantRole(context: AzureContext, grant: RoleGrant): authorization.RoleAssignment {
  return new authorization.RoleAssignment(
    context.name(`role-${grant.name}`),
    {
      scope: grant.scope,
      roleDefinitionId: context.roleId(ROLES[grant.role]),
      principalId: grant.principalId,
      // Else Azure looks the principal up, which fails while a new one is on its way through Entra ID.
      principalType: authorization.PrincipalType.ServicePrincipal,
    },
    context.options,
  );
}

/** Who an operator in the cluster acts as, with the one role that it needs. */
export function makeOperatorIdentity(
  context: AzureContext,
  operator: keyof typeof OPERATOR_ACCOUNTS,
  issuerUrl: Output<string>,
  grant: Omit<RoleGrant, 'principalId'>,
): WorkloadIdentity {
  const identity = makeWorkloadIdentity(context, {
    part: operator,
    users: [OPERATOR_ACCOUNTS[operator]],
    issuerUrl,
  });
  const role = grantRole(context, { ...grant, principalId: identity.principalId });
  return { ...identity, ready: [...identity.ready, role] };
}

/** @param path of the object stores' settings: the demand itself comes from the platform */
export function checkIdentities({ objectStores }: CloudDemand, path: string): readonly SettingProblem[] {
  return objectStores
    .filter(({ users }) => users.length > MOST_USERS)
    .map(({ purpose, users }) => ({
      path,
      property: purpose,
      value: users.length,
      rule: `an identity of Azure takes the service accounts of at most ${MOST_USERS} workloads`,
      remedy: `let fewer than ${users.length} workloads use the store for ${purpose}, or give them one service account`,
    }));
}

/** So that the chain of credentials is the same whatever order the platform names its workloads in. */
function inOrder(users: readonly ServiceAccount[]): readonly ServiceAccount[] {
  const key = ({ namespace, name }: ServiceAccount): string => `${namespace}/${name}`;
  return [...users].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
