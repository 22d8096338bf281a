/**
 * Which cloud a stack stands on. Only the chosen one's code is loaded: a provider's package costs seconds.
 */
import { createRequire } from 'node:module';
import type { Static, TSchema } from '@sinclair/typebox';
import type { Cloud, CloudDemand, HandedOver, Site } from '../../infra/cloud';
import { parseSettings } from '../../infra/parse-settings';
import type { SettingProblem } from '../../infra/setting-error';
import { defaultTags, type Tags } from '../../infra/tags';
import type { StackSettings } from './settings';

const load = createRequire(__filename);

/** Nothing of it is made yet. */
export interface PlannedCloud {
  readonly problems: readonly SettingProblem[];
  /** Undefined when its settings cannot be read. */
  readonly ready?: { readonly handedOver: HandedOver; readonly make: () => Cloud };
}

interface Wanted {
  readonly site: Site;
  readonly demand: CloudDemand;
  readonly settings: StackSettings;
}

export function planCloud(wanted: Wanted): PlannedCloud {
  const { settings, site, demand } = wanted;
  // Anything can be tried in a cluster that is there already.
  if (settings.cloud === 'existing') return planExisting(settings);
  if (site.kind !== settings.cloud) return { problems: [elsewhere(settings, site.kind)] };
  const tags = defaultTags(demand, settings.ownership ?? { owner: '', costCentre: '' });
  const plan = site.kind === 'azure' ? planAzure(wanted, site, tags) : planAws(wanted, site, tags);
  return { ...plan, problems: [...checkSecretStore(demand, site.kind), ...plan.problems] };
}

function planExisting(settings: StackSettings): PlannedCloud {
  const { ExistingSettings, existingCloud, existingHandsOver } = load(
    '../../infra/existing/existing-cloud',
  ) as typeof import('../../infra/existing/existing-cloud');
  return planned(ExistingSettings, settings, (section) => ({
    problems: [],
    ready: { handedOver: existingHandsOver(section), make: () => existingCloud(section) },
  }));
}

function planAzure(
  { demand, settings }: Wanted,
  { addresses }: Extract<Site, { readonly kind: 'azure' }>,
  tags: Tags,
): PlannedCloud {
  const { AzureSettings } = load('../../infra/azure/settings') as typeof import('../../infra/azure/settings');
  const { azureCloud } = load(
    '../../infra/azure/azure-cloud',
  ) as typeof import('../../infra/azure/azure-cloud');
  const { azureHandsOver, checkAzure } = load(
    '../../infra/azure/check-azure',
  ) as typeof import('../../infra/azure/check-azure');
  const { path, given } = settings;
  return planned(AzureSettings, settings, (section) => ({
    problems: checkAzure(demand, addresses, section, path, Object.keys(given)),
    ready: {
      handedOver: azureHandsOver(section, demand),
      make: () => azureCloud({ demand, addresses, settings: section, tags, given }),
    },
  }));
}

function planAws(
  { demand, settings }: Wanted,
  { addresses, role }: Extract<Site, { readonly kind: 'aws' }>,
  tags: Tags,
): PlannedCloud {
  const { AwsSettings } = load('../../infra/aws/settings') as typeof import('../../infra/aws/settings');
  const { awsCloud, awsHandsOver } = load(
    '../../infra/aws/aws-cloud',
  ) as typeof import('../../infra/aws/aws-cloud');
  const { checkAws } = load('../../infra/aws/check-aws') as typeof import('../../infra/aws/check-aws');
  const { path, given } = settings;
  return planned(AwsSettings, settings, (section) => ({
    problems: checkAws(demand, addresses, role, section, path),
    ready: {
      handedOver: awsHandsOver(section, demand),
      make: () => awsCloud({ demand, addresses, role, settings: section, tags, given }),
    },
  }));
}

function planned<T extends TSchema>(
  schema: T,
  { section, path }: StackSettings,
  plan: (section: Static<T>) => PlannedCloud,
): PlannedCloud {
  const parsed = parseSettings(schema, section, path);
  return 'settings' in parsed ? plan(parsed.settings) : { problems: parsed.problems };
}

function elsewhere({ cloud, path }: StackSettings, place: Site['kind']): SettingProblem {
  return {
    path: path.replace(/:[a-z]+$/, ''),
    property: 'cloud',
    value: cloud,
    rule: `the environment's addresses are those of ${place}`,
    remedy: `set it to ${place}, or to existing for a cluster that is there already`,
  };
}

/** Which store of secrets each cloud has. */
const SECRET_STORES = { azure: 'azure-key-vault', aws: 'aws-secrets-manager' } as const;

function checkSecretStore(
  { environment, secretStore }: Wanted['demand'],
  cloud: keyof typeof SECRET_STORES,
): SettingProblem[] {
  const own = SECRET_STORES[cloud];
  if (secretStore.kind === own) return [];
  return [
    {
      path: environment,
      property: 'secretStore.kind',
      value: secretStore.kind,
      rule: `a stack on ${cloud} keeps the platform's secrets in the cloud's own store, ${own}`,
      remedy: `set it to ${own} in the environment's values`,
    },
  ];
}
