import { output, secret } from '@pulumi/pulumi';
import { makeDiskEncryption } from '../../../infra/azure/disk-encryption';
import {
  checkSecrets,
  makeExternalSecretsIdentity,
  makeSecrets,
  type SecretsSettings,
} from '../../../infra/azure/secrets';
import { SettingError } from '../../../infra/setting-error';
import { RecordedSecret, recordProgram, revealed, UNKNOWN, type Recording } from '../record';
import { contextOf, DEMAND, namesOf, networkOf, resource, SUBSCRIPTION, TENANT } from './azure-fixture';

// The provider's modules take their time to load.
jest.setTimeout(60_000);

const SETTINGS: SecretsSettings = { softDeleteDays: 30, rotations: { 'grafana-database-password': 3 } };
const VAULT = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hyperion-prod/providers/Microsoft.keyvault/Vault/hyperion-prod-3ljl66bq`;

function record(preview = false): Promise<Recording> {
  return recordProgram(
    () => {
      const context = contextOf('hyperion-prod');
      const secrets = makeSecrets(context, {
        network: networkOf(),
        monitoring: { workspaceId: output('/workspace') },
        settings: SETTINGS,
        demand: DEMAND,
        given: { 'slack-hyperion-webhook': secret('a-webhook') },
      });
      makeExternalSecretsIdentity(context, secrets, output('https://oidc.example.com/1/'));
      makeDiskEncryption(context, secrets);
      return { vaultUri: secrets.vaultUri, password: secrets.generated['grafana-database-password'] };
    },
    { preview },
  );
}

let recording: Recording;

beforeAll(async () => {
  recording = await record();
});

describe('makeSecrets', () => {
  it('makes a vault that nobody enters from outside and nobody purges', () => {
    const { inputs, options } = resource(recording, 'Vault');
    expect(inputs).toEqual({
      vaultName: 'hyperion-prod-3ljl66bq',
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      properties: {
        tenantId: TENANT,
        sku: { family: 'A', name: 'standard' },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 30,
        enablePurgeProtection: true,
        // The provider's own defaults.
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
        publicNetworkAccess: 'Disabled',
        networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' },
      },
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
    expect(options).toMatchObject({ protect: true, retainOnDelete: true });
  });

  it('reaches it inside the network, and writes down who did', () => {
    expect(resource(recording, 'PrivateEndpoint').inputs).toMatchObject({
      privateLinkServiceConnections: [{ groupIds: ['vault'], privateLinkServiceId: VAULT }],
    });
    expect(resource(recording, 'DiagnosticSetting').inputs).toMatchObject({
      resourceUri: VAULT,
      workspaceId: '/workspace',
      logs: [{ category: 'AuditEvent', enabled: true }],
    });
  });

  it('generates what only programs need to know, and a new value with each rotation', () => {
    expect(resource(recording, 'RandomPassword').inputs).toEqual({
      length: 40,
      special: false,
      minLower: 1,
      minUpper: 1,
      minNumeric: 1,
      keepers: { rotation: '3' },
    });
  });

  it('writes generated and given secrets, each as a secret, and leaves them in the vault', () => {
    expect(namesOf(recording, 'keyvault:Secret')).toEqual([
      'hyperion-prod-secret-grafana-database-password',
      'hyperion-prod-secret-slack-hyperion-webhook',
    ]);
    const { inputs, options } = resource(
      recording,
      'keyvault:Secret',
      'hyperion-prod-secret-slack-hyperion-webhook',
    );
    expect(revealed(inputs)).toEqual({
      secretName: 'slack-hyperion-webhook',
      vaultName: 'hyperion-prod-3ljl66bq',
      resourceGroupName: 'hyperion-prod',
      properties: { value: 'a-webhook', contentType: 'text/plain' },
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
    expect(JSON.stringify({ ...inputs, properties: undefined })).not.toContain('a-webhook');
    expect(holdsSecret(inputs.properties)).toBe(true);
    expect(options.retainOnDelete).toBe(true);
    expect(recording.outputs.password).toBeInstanceOf(RecordedSecret);
  });

  it('knows no value in a preview, and the same resources', async () => {
    const preview = await record(true);
    expect(preview.resources.map(({ urn }) => urn)).toEqual(recording.resources.map(({ urn }) => urn));
    const name = 'hyperion-prod-secret-grafana-database-password';
    expect(revealed(resource(preview, 'keyvault:Secret', name).inputs)).toMatchObject({
      secretName: 'grafana-database-password',
      vaultName: UNKNOWN,
    });
    expect(preview.outputs.vaultUri).toBe(UNKNOWN);
    expect(recording.outputs.vaultUri).toBe('https://hyperion-prod-vault.vault.azure.net/');
  });
});

/** Pulumi may mark the whole object, or the one value in it. */
function holdsSecret(properties: unknown): boolean {
  return (
    properties instanceof RecordedSecret || (properties as { value: unknown }).value instanceof RecordedSecret
  );
}

describe('makeExternalSecretsIdentity', () => {
  it('lets External Secrets read this vault, and nothing else', () => {
    expect(resource(recording, 'FederatedIdentityCredential').inputs.subject).toBe(
      'system:serviceaccount:external-secrets:external-secrets',
    );
    expect(
      resource(recording, 'RoleAssignment', 'hyperion-prod-role-external-secrets-reads-vault').inputs,
    ).toMatchObject({
      scope: VAULT,
      roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6`,
      principalId: 'principal-id-of-hyperion-prod-identity-external-secrets',
    });
  });
});

describe('makeDiskEncryption', () => {
  it("encrypts disks with the vault's own key, renewed every year", () => {
    const key = resource(recording, 'keyvault:Key');
    expect(key.inputs.properties).toEqual({
      kty: 'RSA',
      keySize: 4096,
      keyOps: ['wrapKey', 'unwrapKey'],
      rotationPolicy: {
        attributes: { expiryTime: 'P2Y' },
        lifetimeActions: [{ trigger: { timeAfterCreate: 'P1Y' }, action: { type: 'rotate' } }],
      },
    });
    expect(key.options).toMatchObject({ protect: true, retainOnDelete: true });
    const set = resource(recording, 'DiskEncryptionSet');
    const role = resource(recording, 'RoleAssignment', 'hyperion-prod-role-disks-use-key');
    expect(set.inputs).toMatchObject({
      encryptionType: 'EncryptionAtRestWithCustomerKey',
      rotationToLatestKeyVersionEnabled: true,
      activeKey: { sourceVault: { id: VAULT } },
    });
    expect(set.options.dependsOn).toContain(role.urn);
    expect(role.options.dependsOn).toContain(key.urn);
  });
});

describe('checkSecrets', () => {
  function message(
    settings: Partial<SecretsSettings>,
    given: readonly string[] = [],
    demand = DEMAND,
  ): string {
    return new SettingError(checkSecrets({ ...SETTINGS, ...settings }, demand, given, 'secrets')).message;
  }

  it('finds nothing wrong with good settings', () => {
    expect(message({}, ['slack-hyperion-webhook'])).toBe('');
    expect(message({ rotations: {} })).toBe('');
  });

  it.each([6, 91])('knows how long a vault keeps what was deleted: not %i days', (softDeleteDays) => {
    expect(message({ softDeleteDays })).toBe(
      [
        `secrets: softDeleteDays = ${softDeleteDays}`,
        '  rule:   a Key Vault keeps what was deleted for 7 to 90 days',
        '  remedy: choose 7 to 90',
      ].join('\n'),
    );
  });

  it('wants each given secret to be read by somebody, and shows no value', () => {
    expect(message({}, ['slack-webhook'])).toBe(
      [
        'secrets.given: slack-webhook = "[secret]"',
        '  rule:   nothing in the environment reads this secret',
        '  remedy: remove it, or correct its name',
      ].join('\n'),
    );
  });

  it('takes no value for what it generates', () => {
    expect(message({}, ['grafana-database-password'])).toBe(
      [
        'secrets.given: grafana-database-password = "[secret]"',
        '  rule:   the stack makes this secret itself',
        '  remedy: remove it; for a new value raise its number in rotations',
      ].join('\n'),
    );
  });

  it('rotates only what it generates', () => {
    expect(message({ rotations: { 'slack-hyperion-webhook': 2 } })).toBe(
      [
        'secrets.rotations: slack-hyperion-webhook = "given"',
        '  rule:   only a secret that the stack generates can be given a new value by it',
        '  remedy: remove it, and give the secret its new value',
      ].join('\n'),
    );
    expect(message({ rotations: { grafana: 2 } })).toContain('remedy: remove it, or correct its name');
  });

  it('knows how a secret may be named', () => {
    const secrets = [{ name: 'grafana_password', made: 'generated' as const }];
    expect(message({ rotations: {} }, [], { ...DEMAND, secrets })).toBe(
      [
        'secrets: secrets = "grafana_password"',
        '  rule:   the name of a secret in a Key Vault has 1 to 127 letters, digits and hyphens',
        '  remedy: rename it where the environment names it',
      ].join('\n'),
    );
  });
});
