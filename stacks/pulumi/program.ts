/**
 * A stack: the environment of its name, its cloud, and the platform on it, wired by outputs. Everything that can be wrong
 * is found before the first resource is made.
 */
import { getStack, type Input } from '@pulumi/pulumi';
import { throwProblems, type SettingProblem } from '../../infra/setting-error';
import type { Environments } from '../environment';
import { operatorNeeds, type Operator } from '../operators';
import { soundSynthesis } from '../sound-synthesis';
import { applyObjects } from './apply';
import { makeClusterGround } from './cluster-ground';
import { planCloud } from './clouds';
import { cloudDemand } from './demand';
import { addressesOf } from './entrances';
import { checkIssuers, issuersNeeded } from './issuers';
import { checkOperators, operatorRegistries, operatorsNeeded, operatorsToInstall } from './operators';
import { checkReferences, referenceValues } from './references';
import { checkGenerated, checkGiven, readSettings, type StackSettings } from './settings';

/** What `pulumi stack output` shows, beside what the cloud itself has to say. */
export interface StackOutputs {
  readonly environment: string;
  /** Of each host name that the platform answers to. */
  readonly urls: readonly string[];
  /** Values that manifests wait for, by name: for GitOps, which applies the manifests without this program. */
  readonly cloudValues: Readonly<Record<string, Input<string>>>;
  readonly [ofTheCloud: string]: Input<unknown>;
}

/** @throws SettingError with everything that is wrong with the stack's settings; ConfigError for the environment's values */
export function program(environments: Environments): StackOutputs {
  const stack = getStack();
  const environment = environments[stack];
  const { settings, problems } = readSettings(stack);
  if (environment === undefined) throwProblems([unknownEnvironment(stack, environments), ...problems]);
  if (environment === undefined || settings === undefined) {
    throwProblems(problems);
    throw new Error('settings are there, or a problem says why not');
  }
  const synthesis = soundSynthesis(stack, environment);
  const needed = operatorsNeeded(operatorNeeds(synthesis), settings.cloud);
  const install = settings.cloud === 'existing' ? [] : operatorsToInstall(needed, expected(settings));
  const platform = cloudDemand(synthesis, settings.program.generatedSecrets);
  const demand = {
    ...platform,
    imageRegistries: [...new Set([...platform.imageRegistries, ...operatorRegistries(install)])].sort(),
  };
  const objects = synthesis.objects.map(({ object }) => object);
  const issuers = settings.program.issuers ?? {};
  const planned = planCloud({ site: environment.site, demand, settings });
  const given = demand.secrets.filter(({ made }) => made !== 'generated').map(({ name }) => name);
  throwProblems([
    ...problems,
    ...planned.problems,
    ...checkGiven(settings.given, given, settings),
    ...checkGenerated(settings, cloudDemand(synthesis).secrets),
    ...checkCluster(settings, needed, issuersNeeded(objects)),
    ...(planned.ready === undefined
      ? []
      : checkReferences({ declared: demand.references, objects }, planned.ready.handedOver, settings.path)),
  ]);
  if (planned.ready === undefined) throw new Error('a cloud is ready, or a problem says why not');

  const cloud = planned.ready.make();
  const values = referenceValues(cloud);
  const { provider, ready } = makeClusterGround({ cloud, demand, install, issuers });
  const applied = applyObjects({
    synthesis,
    values,
    provider,
    cluster: cloud.readyAfter,
    operators: ready,
    await: settings.program.await ?? 'ready',
  });
  cloud.publishHosts?.(addressesOf(demand.hosts, synthesis, applied));
  return {
    ...cloud.outputs,
    environment: stack,
    urls: demand.hosts.map(({ host }) => `https://${host}`),
    cloudValues: values,
  };
}

function expected({ program: { expectedOperators } }: StackSettings): readonly string[] {
  return expectedOperators ?? [];
}

/** In a cluster that exists, operators and authorities are somebody else's. */
function checkCluster(
  settings: StackSettings,
  needed: readonly Operator[],
  issuerNames: readonly string[],
): SettingProblem[] {
  const at = settings.path.replace(/:[a-z]+$/, ':program');
  const { issuers } = settings.program;
  if (settings.cloud === 'existing') {
    const others = [issuers, settings.program.expectedOperators].some((one) => one !== undefined);
    return others ? [settledElsewhere(at)] : [];
  }
  return [
    ...checkOperators(needed, expected(settings), at),
    ...checkIssuers(issuerNames, issuers ?? {}, settings.cloud, `${at}.issuers`),
  ];
}

function settledElsewhere(path: string): SettingProblem {
  return {
    path,
    property: 'expectedOperators, issuers',
    value: undefined,
    rule: 'a cluster that is there already has its operators and its ClusterIssuers',
    remedy: 'remove both',
  };
}

function unknownEnvironment(stack: string, environments: Environments): SettingProblem {
  return {
    path: 'stacks/environments.ts',
    property: 'environment',
    value: stack,
    rule: `a stack is named as its environment: ${Object.keys(environments).sort().join(', ')}`,
    remedy: 'select another stack, or add the environment',
  };
}
