/**
 * Grafana's PostgreSQL (flexible server): inside the network, two machines in two zones and a copy of its backups in another region
 * for a production.
 *
 * Azure makes one login, the server's administrator: it is the one that Grafana uses, and the server serves nothing else. A lesser
 * one would have to be made by SQL from inside the network, which the machine that runs `pulumi up` need not reach.
 */
import * as dbforpostgresql from '@pulumi/azure-native/dbforpostgresql';
import { secret, type Output, type Resource } from '@pulumi/pulumi';
import type { DatabaseDemand } from '../cloud';
import { inLayer, type AzureContext } from './context';
import { DATABASE_SIZES, type DatabaseSettings } from './database-settings';
import { sendDiagnostics, type Monitoring } from './monitoring';
import { databaseServerName } from './names';
import type { Network } from './network';

/**
 * What Azure sets already, so that nobody sets it otherwise. One after the other: the server answers "busy" to two at a time.
 * @see https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-ssl-tls
 */
const PARAMETERS = { require_secure_transport: 'on', ssl_min_protocol_version: 'TLSv1.2' };

export interface Database {
  readonly host: Output<string>;
  /** When Grafana can log in. */
  readonly ready: readonly Resource[];
}

export interface DatabaseProps {
  readonly network: Pick<Network, 'subnetId' | 'privateDnsZoneId' | 'ready'>;
  readonly monitoring: Monitoring;
  readonly settings: DatabaseSettings;
  readonly demand: DatabaseDemand;
  /** Of the demand's user: the value of its secret. */
  readonly password: Output<string>;
}

export function makeDatabase(outer: AzureContext, props: DatabaseProps): Database {
  const context = inLayer(outer, 'Database');
  const server = makeServer(context, props);
  const parameters = setParameters(context, server);
  const database = makeDatabaseIn(context, server, props.demand, parameters);
  const administrator = makeEntraAdministrator(context, server, props.settings, database);
  sendDiagnostics(context, props.monitoring, {
    name: 'database',
    resourceId: server.id,
    categories: ['PostgreSQLLogs'],
  });
  return { host: server.fullyQualifiedDomainName, ready: [database, ...administrator] };
}

function makeServer(context: AzureContext, props: DatabaseProps): dbforpostgresql.Server {
  const { network, settings, demand, password } = props;
  return new dbforpostgresql.Server(
    context.name('database'),
    {
      serverName: databaseServerName(context),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      version: settings.version,
      sku: { name: settings.size, tier: DATABASE_SIZES[settings.size] ?? '' },
      storage: {
        storageSizeGB: settings.storageGibibytes,
        autoGrow: dbforpostgresql.StorageAutoGrow.Enabled,
      },
      administratorLogin: demand.user,
      administratorLoginPassword: secret(password),
      authConfig: {
        passwordAuth: dbforpostgresql.PasswordBasedAuth.Enabled,
        activeDirectoryAuth:
          settings.entraAdministrator === undefined
            ? dbforpostgresql.MicrosoftEntraAuth.Disabled
            : dbforpostgresql.MicrosoftEntraAuth.Enabled,
        tenantId: context.tenantId,
      },
      network: {
        delegatedSubnetResourceId: network.subnetId.database,
        privateDnsZoneArmResourceId: network.privateDnsZoneId.postgres,
        publicNetworkAccess: dbforpostgresql.ServerPublicNetworkAccessState.Disabled,
      },
      backup: {
        backupRetentionDays: settings.backupRetentionDays,
        geoRedundantBackup: settings.geoRedundantBackup ? 'Enabled' : 'Disabled',
      },
      ...availability(context),
      tags: context.tags,
    },
    {
      ...context.options,
      dependsOn: [...network.ready],
      protect: context.tier === 'prod',
      retainOnDelete: context.tier === 'prod',
      // After a failover the server runs in the other zone: that is no reason to move it back.
      ignoreChanges: ['availabilityZone', 'highAvailability.standbyAvailabilityZone'],
    },
  );
}

/** Two machines, each in a zone of its own; one, wherever Azure likes, for what may be away a while. */
function availability({ tier, zones }: AzureContext) {
  const [zone, standby] = zones;
  if (tier === 'dev' || zone === undefined || standby === undefined) {
    return { highAvailability: { mode: 'Disabled' } };
  }
  return {
    availabilityZone: zone,
    highAvailability: { mode: 'ZoneRedundant', standbyAvailabilityZone: standby },
  };
}

/** @returns the last one */
function setParameters(context: AzureContext, server: dbforpostgresql.Server): Resource {
  let last: Resource = server;
  for (const [name, value] of Object.entries(PARAMETERS)) {
    last = new dbforpostgresql.Configuration(
      context.name(`database-${name}`),
      {
        configurationName: name,
        resourceGroupName: context.resourceGroupName,
        serverName: server.name,
        value,
        source: 'user-override',
      },
      { ...context.options, dependsOn: [last] },
    );
  }
  return last;
}

function makeDatabaseIn(
  context: AzureContext,
  server: dbforpostgresql.Server,
  { name }: DatabaseDemand,
  after: Resource,
): Resource {
  return new dbforpostgresql.Database(
    context.name(`database-${name}`),
    {
      databaseName: name,
      resourceGroupName: context.resourceGroupName,
      serverName: server.name,
      charset: 'UTF8',
      collation: 'en_US.utf8',
    },
    {
      ...context.options,
      dependsOn: [after],
      protect: context.tier === 'prod',
      retainOnDelete: context.tier === 'prod',
    },
  );
}

function makeEntraAdministrator(
  context: AzureContext,
  server: dbforpostgresql.Server,
  { entraAdministrator }: DatabaseSettings,
  after: Resource,
): readonly Resource[] {
  if (entraAdministrator === undefined) return [];
  return [
    new dbforpostgresql.AdministratorsMicrosoftEntra(
      context.name('database-administrator'),
      {
        resourceGroupName: context.resourceGroupName,
        serverName: server.name,
        objectId: entraAdministrator.objectId,
        principalName: entraAdministrator.name,
        principalType: entraAdministrator.type,
        tenantId: context.tenantId,
      },
      { ...context.options, dependsOn: [after] },
    ),
  ];
}
