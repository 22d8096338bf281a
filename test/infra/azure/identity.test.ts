import { output } from '@pulumi/pulumi';
import fc from 'fast-check';
import { checkIdentities, grantRole, makeWorkloadIdentity } from '../../../infra/azure/identity';
import { SettingError } from '../../../infra/setting-error';
import { recordProgram } from '../record';
import { contextOf, DEMAND, namesOf, resource, SUBSCRIPTION } from './azure-fixture';

const USERS = [
  { namespace: 'hyperion-store', name: 'loki-write' },
  { namespace: 'hyperion-store', name: 'loki-read' },
  { namespace: 'hyperion-store', name: 'compactor' },
];

function record(users = USERS) {
  return recordProgram(() => {
    const identity = makeWorkloadIdentity(contextOf('hyperion-prod'), {
      part: 'logs',
      users,
      issuerUrl: output('https://oidc.example.com/1/'),
    });
    return { clientId: identity.clientId };
  });
}

// The provider's modules take their time to load.
jest.setTimeout(60_000);

describe('makeWorkloadIdentity', () => {
  it('trusts one service account by each credential', async () => {
    const recording = await record();
    expect(resource(recording, 'UserAssignedIdentity').inputs).toEqual({
      resourceName: 'hyperion-prod-identity-logs',
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
    expect(
      resource(
        recording,
        'FederatedIdentityCredential',
        'hyperion-prod-identity-logs-hyperion-store-loki-read',
      ).inputs,
    ).toEqual({
      federatedIdentityCredentialResourceName: 'hyperion-store-loki-read',
      resourceGroupName: 'hyperion-prod',
      resourceName: 'hyperion-prod-identity-logs',
      issuer: 'https://oidc.example.com/1/',
      subject: 'system:serviceaccount:hyperion-store:loki-read',
      audiences: ['api://AzureADTokenExchange'],
    });
    expect(recording.outputs).toEqual({ clientId: 'client-id-of-hyperion-prod-identity-logs' });
  });

  it('makes its credentials one after the other, whatever order the platform names them in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(USERS, { minLength: 1 }), async (users) => {
        const recording = await record(users);
        const credentials = namesOf(recording, 'FederatedIdentityCredential').map((name) =>
          resource(recording, 'FederatedIdentityCredential', name),
        );
        expect(credentials).toHaveLength(users.length);
        credentials.slice(1).forEach(({ options }, index) => {
          expect(options.dependsOn).toContain(credentials[index]?.urn);
        });
        expect(credentials[0]?.options.dependsOn).toEqual([resource(recording, 'UserAssignedIdentity').urn]);
      }),
      { numRuns: 10 },
    );
  });
});

describe('grantRole', () => {
  it('names the role, the place and the principal, and leaves the GUID to Pulumi', async () => {
    const recording = await recordProgram(() => {
      grantRole(contextOf('hyperion-prod'), {
        name: 'logs-writes-blobs',
        role: 'Storage Blob Data Contributor',
        scope: '/container',
        principalId: 'principal',
      });
    });
    expect(resource(recording, 'RoleAssignment').inputs).toEqual({
      scope: '/container',
      roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe`,
      principalId: 'principal',
      principalType: 'ServicePrincipal',
    });
  });
});

describe('checkIdentities', () => {
  it('knows that Azure takes twenty credentials an identity', () => {
    const users = Array.from({ length: 21 }, (_, index) => ({ namespace: 'store', name: `loki-${index}` }));
    const demand = { ...DEMAND, objectStores: [{ purpose: 'logs', users }] };
    expect(new SettingError(checkIdentities(demand, 'platform')).message).toBe(
      [
        'platform: logs = 21',
        '  rule:   an identity of Azure takes the service accounts of at most 20 workloads',
        '  remedy: let fewer than 21 workloads use the store for logs, or give them one service account',
      ].join('\n'),
    );
    expect(checkIdentities(DEMAND, 'platform')).toEqual([]);
  });
});
