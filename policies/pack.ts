/**
 * All rules as CrossGuard policies: what Pulumi's engine asks before it makes a resource, and about the whole stack after that.
 * One policy for each rule, of the rule's name, so that each can be switched off by `--policy-pack-config`.
 */
import type { Policies } from '@pulumi/policy';
import { evaluateCloud } from './cloud/evaluate';
import type { CloudException } from './cloud/exception';
import { appliesIn as cloudAppliesIn, type CloudResource, type CloudRule } from './cloud/rule';
import { CLOUD_RULES } from './cloud/rules';
import { evaluate } from './evaluate';
import type { PolicyException } from './exception';
import type { Manifest } from './manifest';
import { appliesIn, type Rule, type Tier } from './rule';
import { RULES } from './rules';

type Policy = Policies[number];

export interface PackOptions {
  /** Decides which rules there are, and whether one that is broken stops the update. */
  readonly tier: Tier;
  readonly exceptions: readonly PolicyException[];
  readonly cloudExceptions: readonly CloudException[];
}

export function packPolicies(options: PackOptions): Policies {
  const { tier } = options;
  return [
    ...CLOUD_RULES.filter((rule) => cloudAppliesIn(rule, tier)).map((rule) =>
      rule.besides === undefined ? resourcePolicy(rule, options) : stackPolicy(rule, options),
    ),
    ...RULES.filter((rule) => appliesIn(rule, tier)).map((rule) => kubernetesPolicy(rule, options)),
  ];
}

function resourcePolicy(rule: CloudRule, options: PackOptions): Policy {
  return {
    ...head(rule, options),
    validateResource: (args, report) => {
      for (const { message } of judgeCloud(rule, [plain(args)], options)) report(message);
    },
  };
}

function stackPolicy(rule: CloudRule, options: PackOptions): Policy {
  return {
    ...head(rule, options),
    validateStack: ({ resources }, report) => {
      const stack = resources.map((resource) => ({
        ...plain(resource),
        dependsOn: resource.dependencies.map(({ urn }) => urn),
      }));
      for (const { message, urn } of judgeCloud(rule, stack, options)) report(message, urn);
    },
  };
}

function kubernetesPolicy(rule: Rule, { tier, exceptions, cloudExceptions }: PackOptions): Policy {
  return {
    ...head(rule, { tier, exceptions, cloudExceptions }),
    validateResource: (args, report) => {
      const object = manifestOf(plain(args));
      if (object === undefined) return;
      for (const { message, remedy } of evaluate([rule], [object], { tier, exceptions })) {
        report(`${message}. ${remedy}.`);
      }
    },
  };
}

/** What the engine says of each violation, and whether it goes on. */
function head(rule: Rule | CloudRule, { tier }: PackOptions) {
  return {
    name: rule.id,
    description: `${rule.title}.`,
    severity: rule.severity,
    remediationSteps: `${rule.remedy}.`,
    enforcementLevel: tier === 'prod' ? 'mandatory' : 'advisory',
  } as const;
}

function judgeCloud(
  rule: CloudRule,
  resources: readonly CloudResource[],
  { tier, cloudExceptions }: PackOptions,
): { readonly message: string; readonly urn: string }[] {
  return evaluateCloud([rule], resources, { tier, exceptions: cloudExceptions }).map(
    ({ message, remedy, resource }) => ({ message: `${message}. ${remedy}.`, urn: resource.urn }),
  );
}

/** A resource of `@pulumi/kubernetes` has the object's own fields for inputs. */
function manifestOf({ type, name, props }: CloudResource): Manifest | undefined {
  if (!type.startsWith('kubernetes:')) return undefined;
  const { apiVersion, kind, metadata } = props;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  return { ...props, apiVersion, kind, metadata: { name, ...(metadata as object | undefined) } };
}

/**
 * With properties as they are. The policy SDK hands them over behind a proxy that throws where a value is not known yet, and
 * so would end the whole policy; descriptors go past it, and unknown values stay what the engine wrote (`unknown.ts`).
 */
function plain({ type, name, urn, props }: Required<Omit<CloudResource, 'dependsOn'>>): CloudResource {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(props));
  return {
    type,
    name,
    urn,
    props: Object.fromEntries(descriptors.map(([key, { value }]) => [key, value as unknown])),
  };
}
