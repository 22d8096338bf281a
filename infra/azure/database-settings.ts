/**
 * What an operator decides about Grafana's database, and what of it cannot be.
 */
import { Type, type Static } from '@sinclair/typebox';
import type { CloudDemand, DatabaseDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';

const EntraAdministrator = Type.Object(
  {
    objectId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
    /** As Entra ID writes it: people log in under it. */
    name: Type.String({ minLength: 1 }),
    type: Type.Union([Type.Literal('Group'), Type.Literal('User'), Type.Literal('ServicePrincipal')]),
  },
  { additionalProperties: false },
);

export const DatabaseSettings = Type.Object(
  {
    /** PostgreSQL's major version. */
    version: Type.String(),
    /** One of `DATABASE_SIZES`. */
    size: Type.String(),
    /** A power of two; grows by itself. */
    storageGibibytes: Type.Integer(),
    backupRetentionDays: Type.Integer(),
    /** Backups in another region too. Cannot be changed later. */
    geoRedundantBackup: Type.Boolean(),
    /** Who may log in by Entra ID, beside Grafana by its password. @default nobody */
    entraAdministrator: Type.Optional(EntraAdministrator),
  },
  { additionalProperties: false },
);
export type DatabaseSettings = Static<typeof DatabaseSettings>;

/** Those that Grafana supports and Azure offers. */
const VERSIONS = ['16', '17'];

/** Tier by size. @see https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-compute */
export const DATABASE_SIZES: Readonly<Record<string, string>> = {
  Standard_B1ms: 'Burstable',
  Standard_B2s: 'Burstable',
  Standard_D2ds_v5: 'GeneralPurpose',
  Standard_D4ds_v5: 'GeneralPurpose',
  Standard_E2ds_v5: 'MemoryOptimized',
  Standard_E4ds_v5: 'MemoryOptimized',
};

/** What Azure allows. */
const BACKUP = { leastDays: 7, mostDays: 35 };
const STORAGE_GIBIBYTES = [32, 64, 128, 256, 512, 1024, 2048];

const LOGIN = /^[a-z_][a-z0-9_]{0,62}$/;
/** @see https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-create-server */
const RESERVED = [
  'azure_superuser',
  'azure_pg_admin',
  'admin',
  'administrator',
  'root',
  'guest',
  'public',
  'postgres',
];

/** @param settings as they stand; none when the stack has no such section */
export function checkDatabase(
  settings: DatabaseSettings | undefined,
  demand: Pick<CloudDemand, 'database' | 'secrets' | 'tier'>,
  path: string,
): readonly SettingProblem[] {
  if (settings === undefined || demand.database === undefined) {
    return checkPresence(settings, demand.database, path);
  }
  return [
    ...checkChoices(settings, path),
    ...checkBackup(settings, path),
    ...checkProduction(settings, demand.tier, path),
    ...checkLogin(demand.database.user, path),
    ...checkPassword(demand.database, demand.secrets, path),
  ];
}

function checkPresence(
  settings: DatabaseSettings | undefined,
  demanded: CloudDemand['database'],
  path: string,
): readonly SettingProblem[] {
  if ((settings === undefined) === (demanded === undefined)) return [];
  return [
    {
      path,
      property: 'database',
      value: settings === undefined ? undefined : '{…}',
      rule:
        settings === undefined
          ? "the environment's Grafana has a managed database, whose size and backups an operator decides"
          : "the environment's Grafana has no managed database",
      remedy: settings === undefined ? 'set it' : 'remove it',
    },
  ];
}

function checkChoices(settings: DatabaseSettings, path: string): readonly SettingProblem[] {
  const { version, size, storageGibibytes } = settings;
  const choices = [
    { property: 'version', value: version, from: VERSIONS, what: 'major versions of PostgreSQL' },
    { property: 'size', value: size, from: Object.keys(DATABASE_SIZES), what: 'sizes that are known here' },
    { property: 'storageGibibytes', value: storageGibibytes, from: STORAGE_GIBIBYTES, what: 'sizes of disk' },
  ];
  return choices
    .filter(({ value, from }) => !from.some((choice) => choice === value))
    .map(({ property, value, from, what }) => ({
      path,
      property,
      value,
      rule: `the ${what} are ${from.join(', ')}`,
      remedy: 'choose one of these',
    }));
}

function checkBackup({ backupRetentionDays }: DatabaseSettings, path: string): readonly SettingProblem[] {
  const { leastDays, mostDays } = BACKUP;
  if (backupRetentionDays >= leastDays && backupRetentionDays <= mostDays) return [];
  return [
    {
      path,
      property: 'backupRetentionDays',
      value: backupRetentionDays,
      rule: `a flexible server keeps its backups for ${leastDays} to ${mostDays} days`,
      remedy: `choose ${leastDays} to ${mostDays}`,
    },
  ];
}

function checkProduction(
  { size, geoRedundantBackup }: DatabaseSettings,
  tier: CloudDemand['tier'],
  path: string,
): readonly SettingProblem[] {
  if (tier === 'dev') return [];
  const problems: SettingProblem[] = [];
  if (DATABASE_SIZES[size] === 'Burstable') {
    problems.push({
      path,
      property: 'size',
      value: size,
      rule: 'the database of a production has a second machine in another zone, which Azure does not offer for burstable sizes',
      remedy: 'choose another size, e.g. Standard_D2ds_v5',
    });
  }
  if (!geoRedundantBackup) {
    problems.push({
      path,
      property: 'geoRedundantBackup',
      value: geoRedundantBackup,
      rule: 'the backups of a production outlive its region',
      remedy: 'set it to true',
    });
  }
  return problems;
}

function checkLogin(user: string, path: string): readonly SettingProblem[] {
  if (LOGIN.test(user) && !RESERVED.includes(user) && !user.startsWith('pg_')) return [];
  return [
    {
      path,
      property: 'user',
      value: user,
      rule: 'the login that Azure makes has 1 to 63 lower-case letters, digits and underscores, and is none of its own or of PostgreSQL',
      remedy: "choose another user where the environment names Grafana's database, e.g. grafana",
    },
  ];
}

/** Azure has to be told it, so that the stack has to know it. */
function checkPassword(
  { passwordSecret }: DatabaseDemand,
  secrets: CloudDemand['secrets'],
  path: string,
): readonly SettingProblem[] {
  if (secrets.some(({ name, made }) => name === passwordSecret && made === 'generated')) return [];
  return [
    {
      path,
      property: 'password',
      value: passwordSecret,
      rule: "the password of the database's user is a secret that the stack generates",
      remedy: "declare it where the platform's secrets are classed, as generated",
    },
  ];
}
