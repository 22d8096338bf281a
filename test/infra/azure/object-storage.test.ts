import { output } from '@pulumi/pulumi';
import {
  checkObjectStorage,
  makeObjectStorage,
  type ObjectStorageSettings,
} from '../../../infra/azure/object-storage';
import { SettingError } from '../../../infra/setting-error';
import { recordProgram, type Recording } from '../record';
import { contextOf, DEMAND, namesOf, networkOf, resource, SUBSCRIPTION } from './azure-fixture';

// The provider's modules take their time to load.
jest.setTimeout(60_000);

const SETTINGS: ObjectStorageSettings = { redundancy: 'ZRS', backupSoftDeleteDays: 14 };

function record(environment: 'hyperion-dev' | 'hyperion-prod', preview = false): Promise<Recording> {
  return recordProgram(
    () => {
      const { stores } = makeObjectStorage(contextOf(environment), {
        network: networkOf(),
        settings: SETTINGS,
        demand: DEMAND,
        issuerUrl: output('https://oidc.example.com/1/'),
      });
      return { stores };
    },
    { preview },
  );
}

describe('makeObjectStorage', () => {
  let recording: Recording;

  beforeAll(async () => {
    recording = await record('hyperion-prod');
  });

  it('makes an account for each purpose that nobody enters from outside or by a key', async () => {
    expect(namesOf(recording, 'StorageAccount')).toEqual([
      'hyperion-prod-storage-logs',
      'hyperion-prod-storage-metrics-backup',
    ]);
    const { inputs, options } = resource(recording, 'StorageAccount', 'hyperion-prod-storage-logs');
    expect(inputs).toEqual({
      accountName: 'logsok5o5oviozy',
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      kind: 'StorageV2',
      sku: { name: 'Standard_ZRS' },
      accessTier: 'Hot',
      allowSharedKeyAccess: false,
      defaultToOAuthAuthentication: true,
      isLocalUserEnabled: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      allowedCopyScope: 'PrivateLink',
      publicNetworkAccess: 'Disabled',
      networkRuleSet: { defaultAction: 'Deny', bypass: 'None' },
      minimumTlsVersion: 'TLS1_2',
      enableHttpsTrafficOnly: true,
      encryption: {
        keySource: 'Microsoft.Storage',
        requireInfrastructureEncryption: true,
        services: { blob: { enabled: true, keyType: 'Account' } },
      },
      tags: { system: 'hyperion', environment: 'hyperion-prod', purpose: 'logs' },
    });
    expect(options).toMatchObject({ protect: true, retainOnDelete: true });
    expect(
      resource(await record('hyperion-dev'), 'StorageAccount', 'hyperion-dev-storage-logs').options,
    ).toMatchObject({ protect: false, retainOnDelete: false });
  });

  it('names the container as the purpose, and lets the identity write there and nowhere else', () => {
    const container = resource(recording, 'BlobContainer', 'hyperion-prod-container-logs');
    expect(container.inputs).toEqual({
      containerName: 'logs',
      accountName: 'logsok5o5oviozy',
      resourceGroupName: 'hyperion-prod',
      publicAccess: 'None',
    });
    const role = resource(recording, 'RoleAssignment', 'hyperion-prod-role-logs-writes-blobs');
    expect(role.options.dependsOn).toContain(container.urn);
    expect(role.inputs).toEqual({
      scope: `/subscriptions/${SUBSCRIPTION}/resourceGroups/hyperion-prod/providers/Microsoft.storage/BlobContainer/logs`,
      roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe`,
      principalId: 'principal-id-of-hyperion-prod-identity-logs',
      principalType: 'ServicePrincipal',
    });
    expect(namesOf(recording, 'FederatedIdentityCredential')).toEqual([
      'hyperion-prod-identity-logs-hyperion-store-loki-read',
      'hyperion-prod-identity-logs-hyperion-store-loki-write',
      'hyperion-prod-identity-metrics-backup-hyperion-store-vmbackup',
    ]);
  });

  it('keeps what was deleted of backups, and of nothing that deletes all day', () => {
    const settingsOf = (purpose: string): unknown =>
      resource(recording, 'BlobServiceProperties', `hyperion-prod-storage-${purpose}`).inputs;
    expect(settingsOf('logs')).toMatchObject({
      containerDeleteRetentionPolicy: { enabled: true, days: 7 },
      deleteRetentionPolicy: { enabled: false },
      isVersioningEnabled: false,
    });
    expect(settingsOf('metrics-backup')).toMatchObject({
      deleteRetentionPolicy: { enabled: true, days: 14 },
      isVersioningEnabled: false,
    });
    expect(namesOf(recording, 'ManagementPolicy')).toEqual([]);
  });

  it('gives each account an address in the network, and its name there', () => {
    const endpoint = resource(recording, 'PrivateEndpoint', 'hyperion-prod-endpoint-logs');
    expect(endpoint.inputs).toMatchObject({
      subnet: { id: '/subnets/private-endpoints' },
      privateLinkServiceConnections: [
        {
          name: 'hyperion-prod-endpoint-logs',
          groupIds: ['blob'],
          privateLinkServiceId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/hyperion-prod/providers/Microsoft.storage/StorageAccount/logsok5o5oviozy`,
        },
      ],
    });
    expect(resource(recording, 'PrivateDnsZoneGroup', 'hyperion-prod-endpoint-logs').inputs).toMatchObject({
      privateEndpointName: 'hyperion-prod-endpoint-logs',
      privateDnsZoneConfigs: [{ name: 'blob', privateDnsZoneId: '/zones/blob' }],
    });
  });

  it('hands over account and client ID by purpose', () => {
    expect(recording.outputs).toEqual({
      stores: {
        logs: {
          kind: 'azure-blob',
          account: 'logsok5o5oviozy',
          clientId: 'client-id-of-hyperion-prod-identity-logs',
        },
        'metrics-backup': {
          kind: 'azure-blob',
          account: 'metricsbackupzzheqisklqw',
          clientId: 'client-id-of-hyperion-prod-identity-metrics-backup',
        },
      },
    });
  });

  it('shows the same resources in a preview', async () => {
    const urns = ({ resources }: Recording): readonly string[] => resources.map(({ urn }) => urn);
    expect(urns(await record('hyperion-prod', true))).toEqual(urns(recording));
  });
});

describe('checkObjectStorage', () => {
  function message(settings: Partial<ObjectStorageSettings>, demand = DEMAND): string {
    return new SettingError(checkObjectStorage({ ...SETTINGS, ...settings }, demand, 'objectStorage'))
      .message;
  }

  it('finds nothing wrong with good settings', () => {
    expect(message({})).toBe('');
    expect(message({ redundancy: 'LRS' }, { ...DEMAND, tier: 'dev' })).toBe('');
  });

  it('wants the stores of a production to outlive a zone', () => {
    expect(message({ redundancy: 'LRS' })).toBe(
      [
        'objectStorage: redundancy = "LRS"',
        '  rule:   the stores of a production outlive a zone, and LRS keeps all copies in one data centre',
        '  remedy: choose ZRS, or GZRS for a copy in another region',
      ].join('\n'),
    );
  });

  it.each([0, 366])('knows how long Azure keeps what was deleted: not %i days', (backupSoftDeleteDays) => {
    expect(message({ backupSoftDeleteDays })).toBe(
      [
        `objectStorage: backupSoftDeleteDays = ${backupSoftDeleteDays}`,
        '  rule:   Azure keeps what was deleted for 1 to 365 days',
        '  remedy: choose 1 to 365',
      ].join('\n'),
    );
  });

  it('knows how a container may be named', () => {
    const purpose = 'metrics--backup';
    expect(message({}, { ...DEMAND, objectStores: [{ purpose, users: [] }] })).toBe(
      [
        'objectStorage: objectStores = "metrics--backup"',
        '  rule:   a container is named as its purpose: 3 to 63 lower-case letters, digits and single hyphens between them',
        '  remedy: rename the purpose where the environment names it',
      ].join('\n'),
    );
    expect(message({}, { ...DEMAND, objectStores: [{ purpose: 'x'.repeat(64), users: [] }] })).toContain(
      'a container is named as its purpose',
    );
  });
});
