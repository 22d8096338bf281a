import { output } from '@pulumi/pulumi';
import { makeDatabase } from '../../../infra/azure/database';
import { checkDatabase, type DatabaseSettings } from '../../../infra/azure/database-settings';
import type { CloudDemand } from '../../../infra/cloud';
import { SettingError } from '../../../infra/setting-error';
import { RecordedSecret, recordProgram, revealed, type Recording } from '../record';
import { contextOf, DEMAND, namesOf, networkOf, resource, TENANT } from './azure-fixture';

// The provider's modules take their time to load.
jest.setTimeout(60_000);

const SETTINGS: DatabaseSettings = {
  version: '17',
  size: 'Standard_D2ds_v5',
  storageGibibytes: 64,
  backupRetentionDays: 35,
  geoRedundantBackup: true,
};
const ADMINISTRATOR = {
  objectId: '00000000-0000-0000-0000-000000000002',
  name: 'platform-admins',
  type: 'Group' as const,
};

function record(
  environment: 'hyperion-dev' | 'hyperion-prod',
  settings = SETTINGS,
  preview = false,
): Promise<Recording> {
  return recordProgram(
    () => {
      const { host } = makeDatabase(contextOf(environment), {
        network: networkOf(),
        monitoring: { workspaceId: output('/workspace') },
        settings,
        demand: { name: 'grafana', user: 'grafana', passwordSecret: 'grafana-database-password' },
        password: output('a-password'),
      });
      return { host };
    },
    { preview },
  );
}

describe('makeDatabase', () => {
  let recording: Recording;

  beforeAll(async () => {
    recording = await record('hyperion-prod', { ...SETTINGS, entraAdministrator: ADMINISTRATOR });
  });

  it('makes a server inside the network, with a second machine in another zone', () => {
    const { inputs, options } = resource(recording, 'Server');
    expect(revealed(inputs)).toEqual({
      serverName: 'hyperion-prod-alvudiqb',
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      version: '17',
      sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
      storage: { storageSizeGB: 64, autoGrow: 'Enabled' },
      administratorLogin: 'grafana',
      administratorLoginPassword: 'a-password',
      authConfig: { passwordAuth: 'Enabled', activeDirectoryAuth: 'Enabled', tenantId: TENANT },
      network: {
        delegatedSubnetResourceId: '/subnets/database',
        privateDnsZoneArmResourceId: '/zones/postgres',
        publicNetworkAccess: 'Disabled',
      },
      backup: { backupRetentionDays: 35, geoRedundantBackup: 'Enabled' },
      availabilityZone: '1',
      highAvailability: { mode: 'ZoneRedundant', standbyAvailabilityZone: '2' },
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
    expect(inputs.administratorLoginPassword).toEqual(new RecordedSecret('a-password'));
    expect(options).toMatchObject({ protect: true, retainOnDelete: true });
    expect(recording.outputs).toEqual({ host: 'hyperion-prod-database.postgres.database.azure.com' });
  });

  it('makes one machine for a development, which goes with it', async () => {
    const { inputs, options } = resource(await record('hyperion-dev'), 'Server');
    expect(inputs).toMatchObject({
      highAvailability: { mode: 'Disabled' },
      authConfig: { activeDirectoryAuth: 'Disabled' },
    });
    // The provider's own default: Azure chooses.
    expect(inputs.availabilityZone).toBe('');
    expect(options).toMatchObject({ protect: false, retainOnDelete: false });
  });

  it('demands TLS, one parameter after the other, then makes the database', () => {
    const parameters = namesOf(recording, 'Configuration').map((name) =>
      resource(recording, 'Configuration', name),
    );
    expect(parameters.map(({ inputs }) => [inputs.configurationName, inputs.value])).toEqual([
      ['require_secure_transport', 'on'],
      ['ssl_min_protocol_version', 'TLSv1.2'],
    ]);
    const [first, second] = parameters;
    expect(second?.options.dependsOn).toContain(first?.urn);
    const database = resource(recording, 'dbforpostgresql:Database');
    expect(database.options.dependsOn).toContain(second?.urn);
    expect(database.inputs).toEqual({
      databaseName: 'grafana',
      resourceGroupName: 'hyperion-prod',
      serverName: 'hyperion-prod-alvudiqb',
      charset: 'UTF8',
      collation: 'en_US.utf8',
    });
  });

  it('lets the named group in by Entra ID, when there is one', async () => {
    expect(resource(recording, 'AdministratorsMicrosoftEntra').inputs).toEqual({
      resourceGroupName: 'hyperion-prod',
      serverName: 'hyperion-prod-alvudiqb',
      objectId: ADMINISTRATOR.objectId,
      principalName: 'platform-admins',
      principalType: 'Group',
      tenantId: TENANT,
    });
    expect(namesOf(await record('hyperion-prod'), 'AdministratorsMicrosoftEntra')).toEqual([]);
  });

  it('shows the same resources in a preview', async () => {
    const preview = await record('hyperion-prod', { ...SETTINGS, entraAdministrator: ADMINISTRATOR }, true);
    expect(preview.resources.map(({ urn }) => urn)).toEqual(recording.resources.map(({ urn }) => urn));
  });
});

describe('checkDatabase', () => {
  function message(settings: Partial<DatabaseSettings>, demand: Partial<CloudDemand> = {}): string {
    return new SettingError(checkDatabase({ ...SETTINGS, ...settings }, { ...DEMAND, ...demand }, 'database'))
      .message;
  }

  it('finds nothing wrong with good settings', () => {
    expect(message({})).toBe('');
    expect(message({ size: 'Standard_B1ms', geoRedundantBackup: false }, { tier: 'dev' })).toBe('');
    expect(checkDatabase(undefined, { ...DEMAND, database: undefined }, 'azure')).toEqual([]);
  });

  it('wants a second machine and a far copy for a production', () => {
    expect(message({ size: 'Standard_B2s', geoRedundantBackup: false })).toBe(
      [
        'database: size = "Standard_B2s"',
        '  rule:   the database of a production has a second machine in another zone, which Azure does not offer for burstable sizes',
        '  remedy: choose another size, e.g. Standard_D2ds_v5',
        'database: geoRedundantBackup = false',
        '  rule:   the backups of a production outlive its region',
        '  remedy: set it to true',
      ].join('\n'),
    );
  });

  it.each([6, 36])('knows how long backups are kept: not %i days', (backupRetentionDays) => {
    expect(message({ backupRetentionDays })).toBe(
      [
        `database: backupRetentionDays = ${backupRetentionDays}`,
        '  rule:   a flexible server keeps its backups for 7 to 35 days',
        '  remedy: choose 7 to 35',
      ].join('\n'),
    );
  });

  it('knows versions, sizes and disks', () => {
    expect(message({ version: '12', size: 'Standard_X1', storageGibibytes: 100 })).toBe(
      [
        'database: version = "12"',
        '  rule:   the major versions of PostgreSQL are 16, 17',
        '  remedy: choose one of these',
        'database: size = "Standard_X1"',
        '  rule:   the sizes that are known here are Standard_B1ms, Standard_B2s, Standard_D2ds_v5, Standard_D4ds_v5, Standard_E2ds_v5, Standard_E4ds_v5',
        '  remedy: choose one of these',
        'database: storageGibibytes = 100',
        '  rule:   the sizes of disk are 32, 64, 128, 256, 512, 1024, 2048',
        '  remedy: choose one of these',
      ].join('\n'),
    );
  });

  it.each(['azure_superuser', 'pg_grafana', 'Grafana'])('knows that no login can be called %s', (user) => {
    const passwordSecret = 'grafana-database-password';
    expect(message({}, { database: { name: 'grafana', user, passwordSecret } })).toBe(
      [
        `database: user = "${user}"`,
        '  rule:   the login that Azure makes has 1 to 63 lower-case letters, digits and underscores, and is none of its own or of PostgreSQL',
        "  remedy: choose another user where the environment names Grafana's database, e.g. grafana",
      ].join('\n'),
    );
  });

  it('wants to know the password that it tells Azure', () => {
    const secrets = [{ name: 'grafana-database-password', made: 'given' as const }];
    expect(message({}, { secrets })).toBe(
      [
        'database: password = "grafana-database-password"',
        "  rule:   the password of the database's user is a secret that the stack generates",
        "  remedy: declare it where the platform's secrets are classed, as generated",
      ].join('\n'),
    );
  });

  it('wants settings for a database that is demanded, and none for one that is not', () => {
    expect(new SettingError(checkDatabase(undefined, DEMAND, 'azure')).message).toBe(
      [
        'azure: database = undefined',
        "  rule:   the environment's Grafana has a managed database, whose size and backups an operator decides",
        '  remedy: set it',
      ].join('\n'),
    );
    expect(message({}, { database: undefined })).toContain(
      "rule:   the environment's Grafana has no managed database",
    );
  });
});
