/**
 * Grafana's database: Aurora PostgreSQL, one instance a zone, encrypted, TLS only, with backups to any second of the last days.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as cloudwatch from '@pulumi/aws/cloudwatch';
import * as rds from '@pulumi/aws/rds';
import type { Input, Output, Resource } from '@pulumi/pulumi';
import type { CloudDemand, DatabaseDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AwsContext } from './context';
import type { Keys } from './keys';
import { checkLogDays } from './log-retention';
import type { Network } from './network';

export const DatabaseSettings = Type.Object(
  {
    /** Aurora's, e.g. `17.7`: AWS does not change it by itself. */
    engineVersion: Type.String(),
    instanceClass: Type.String(),
    /** Each in a zone of its own; the first writes, and another takes over within a minute. */
    instances: Type.Integer(),
    backupDays: Type.Integer(),
    /** How long PostgreSQL's log is kept. */
    logDays: Type.Integer(),
    /** IAM roles may sign in instead of a password. @default false: Grafana has a password */
    iamAuthentication: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type DatabaseSettings = Static<typeof DatabaseSettings>;

export interface DatabaseProps {
  readonly network: Pick<Network, 'subnetIds'>;
  readonly keys: Keys;
  readonly securityGroupId: Input<string>;
  readonly password: Output<string>;
  readonly demand: DatabaseDemand;
  readonly settings: DatabaseSettings;
}

export interface Database {
  /** Of the instance that writes, whichever that is. */
  readonly host: Output<string>;
  readonly ready: readonly Resource[];
}

/** Free at AWS; longer costs. */
const INSIGHTS_DAYS = 7;
/** UTC: when nobody in Europe looks at dashboards, and the backup before the maintenance. */
const BACKUP_WINDOW = '01:00-02:00';
const MAINTENANCE_WINDOW = 'sun:03:00-sun:04:00';
/** The authority whose certificates `aurora-certificate-authorities` has for the region; valid until 2061. */
const CERTIFICATE_AUTHORITY = 'rds-ca-rsa2048-g1';

export function makeDatabase(outer: AwsContext, props: DatabaseProps): Database {
  const context = inLayer(outer, 'Database');
  const { settings } = props;
  const cluster = makeCluster(context, props);
  const instances = context.availabilityZones
    .slice(0, settings.instances)
    .map((zone) => makeInstance(context, zone, cluster, props));
  return { host: cluster.endpoint, ready: instances };
}

function makeCluster(context: AwsContext, props: DatabaseProps): rds.Cluster {
  const { tier, options } = context;
  const { demand, keys, settings } = props;
  const name = context.name('database');
  const prod = tier === 'prod';
  return new rds.Cluster(
    name,
    {
      clusterIdentifier: name,
      engine: 'aurora-postgresql',
      engineVersion: settings.engineVersion,
      databaseName: demand.name,
      masterUsername: demand.user,
      masterPassword: props.password,
      iamDatabaseAuthenticationEnabled: settings.iamAuthentication ?? false,
      dbSubnetGroupName: makeSubnetGroup(context, props).name,
      dbClusterParameterGroupName: makeParameters(context, settings).name,
      vpcSecurityGroupIds: [props.securityGroupId],
      storageEncrypted: true,
      kmsKeyId: keys.dataArn,
      backupRetentionPeriod: settings.backupDays,
      preferredBackupWindow: BACKUP_WINDOW,
      preferredMaintenanceWindow: MAINTENANCE_WINDOW,
      copyTagsToSnapshot: true,
      enabledCloudwatchLogsExports: ['postgresql'],
      deletionProtection: prod,
      skipFinalSnapshot: !prod,
      ...(prod ? { finalSnapshotIdentifier: `${name}-final` } : {}),
      // In production changes wait for the window: some restart the database.
      applyImmediately: !prod,
      tags: context.named('database'),
    },
    {
      ...options,
      protect: prod,
      retainOnDelete: prod,
      dependsOn: [makeLogGroup(context, name, props)],
    },
  );
}

/** Named after its zone, so that one more changes none of the others. */
function makeInstance(
  context: AwsContext,
  zone: string,
  cluster: rds.Cluster,
  { keys, settings }: DatabaseProps,
): rds.ClusterInstance {
  const { tier, options } = context;
  const part = `database-${zone}`;
  const prod = tier === 'prod';
  return new rds.ClusterInstance(
    context.name(part),
    {
      identifier: context.name(part),
      clusterIdentifier: cluster.clusterIdentifier,
      engine: 'aurora-postgresql',
      engineVersion: cluster.engineVersion,
      instanceClass: settings.instanceClass,
      availabilityZone: zone,
      dbSubnetGroupName: cluster.dbSubnetGroupName,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      caCertIdentifier: CERTIFICATE_AUTHORITY,
      copyTagsToSnapshot: true,
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: keys.dataArn,
      performanceInsightsRetentionPeriod: INSIGHTS_DAYS,
      applyImmediately: !prod,
      tags: context.named(part),
    },
    { ...options, protect: prod },
  );
}

function makeSubnetGroup(context: AwsContext, { network }: DatabaseProps): rds.SubnetGroup {
  const name = context.name('database');
  return new rds.SubnetGroup(
    name,
    { name, subnetIds: [...network.subnetIds.database], tags: context.tags },
    context.options,
  );
}

function makeParameters(context: AwsContext, settings: DatabaseSettings): rds.ClusterParameterGroup {
  const major = majorOf(settings.engineVersion);
  const part = `database-postgresql-${major}`;
  const name = context.name(part);
  return new rds.ClusterParameterGroup(
    // One for each major: an upgrade needs both for a while.
    name,
    {
      name,
      family: `aurora-postgresql${major}`,
      parameters: [
        { name: 'rds.force_ssl', value: '1' },
        { name: 'ssl_min_protocol_version', value: 'TLSv1.2' },
      ],
      tags: context.tags,
    },
    context.options,
  );
}

/** Made before the database, which else makes one that keeps everything for ever. */
function makeLogGroup(
  context: AwsContext,
  cluster: string,
  { keys, settings }: DatabaseProps,
): cloudwatch.LogGroup {
  return new cloudwatch.LogGroup(
    context.name('database-logs'),
    {
      name: `/aws/rds/cluster/${cluster}/postgresql`,
      retentionInDays: settings.logDays,
      kmsKeyId: keys.logsArn,
      tags: context.tags,
    },
    context.options,
  );
}

function majorOf(engineVersion: string): string {
  return engineVersion.split('.')[0] ?? '';
}

const ENGINE_VERSION = /^1[67]\.\d{1,2}$/;
/** Small ones first; those that begin with `t` borrow CPU from their idle hours. */
const INSTANCE_CLASS = /^db\.(t4g\.(medium|large)|r[678]g\.(large|xlarge|2xlarge|4xlarge))$/;
/** Aurora keeps backups for 1 to 35 days (Aurora User Guide, "Backups"). */
const BACKUP_DAYS = { least: { dev: 1, prod: 7 }, most: 35 } as const;

export function checkDatabase(
  { tier, zones }: Pick<CloudDemand, 'tier' | 'zones'>,
  settings: DatabaseSettings,
  path: string,
): readonly SettingProblem[] {
  const { engineVersion, instanceClass, backupDays, logDays } = settings;
  const problems: SettingProblem[] = [];
  const require = (fine: boolean, property: keyof DatabaseSettings, rule: string, remedy: string): void => {
    if (!fine) problems.push({ path, property, value: settings[property], rule, remedy });
  };
  require(ENGINE_VERSION.test(
    engineVersion,
  ), 'engineVersion', 'Grafana is proved on Aurora PostgreSQL 16 and 17, with the minor pinned', 'take one of: aws rds describe-db-engine-versions --engine aurora-postgresql');
  require(INSTANCE_CLASS.test(
    instanceClass,
  ), 'instanceClass', 'a database of dashboards runs on db.t4g (medium, large) or db.r6g to db.r8g (large to 4xlarge)', tier ===
    'prod'
    ? 'take e.g. db.r7g.large'
    : 'take e.g. db.t4g.medium');
  const least = BACKUP_DAYS.least[tier];
  require(backupDays >= least &&
    backupDays <=
      BACKUP_DAYS.most, 'backupDays', `backups are kept for ${least} to ${BACKUP_DAYS.most} days (Aurora's limit${tier === 'prod' ? '; in production a week at least' : ''})`, `set ${least === 7 ? 14 : 1} or so`);
  return [
    ...problems,
    ...checkInstances(tier, zones, settings, path),
    ...checkLogDays(logDays, path, 'logDays'),
  ];
}

/** AWS' managed services span at least two zones, also where nodes run in one. */
const LEAST_ZONES = 2;

function checkInstances(
  tier: CloudDemand['tier'],
  zones: number,
  { instances }: DatabaseSettings,
  path: string,
): readonly SettingProblem[] {
  const most = Math.max(zones, LEAST_ZONES);
  const least = tier === 'prod' ? 2 : 1;
  if (instances >= least && instances <= most) return [];
  return [
    {
      path,
      property: 'instances',
      value: instances,
      rule:
        instances < least
          ? 'in production a second instance in another zone takes over: with one, a failed zone is an outage until AWS has made a new one'
          : `each instance has a zone of its own, and there are ${most}`,
      remedy: instances < least ? `set ${least}` : `set ${most} or less`,
    },
  ];
}
