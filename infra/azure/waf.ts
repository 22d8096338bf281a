/**
 * The web application firewall of the gateway: Microsoft's rules for each of its two hosts, with what they have to leave alone.
 */
import * as network from '@pulumi/azure-native/network';
import type { network as input } from '@pulumi/azure-native/types/input';
import type { AzureContext } from './context';
import { OTLP_PATHS } from './gateway-listeners';

const RULES = { ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1' };
const BOTS = { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' };

/**
 * NGINX refuses bodies that are too long, route by route: 8 MiB of OTLP, 10 MiB for Grafana. Rules could not: the longest body
 * that they can be told to let through is 2 MB. Source: Microsoft Learn, "Application Gateway limits".
 */
const NO_SIZE_LIMITS = { requestBodyEnforcement: false, fileUploadEnforcement: false };
/** What rules look at of a longer body: its beginning. */
const INSPECTED_KIBIBYTES = 128;

export interface WebApplicationFirewall {
  readonly telemetry: network.WebApplicationFirewallPolicy;
  readonly web: network.WebApplicationFirewallPolicy;
}

export function makeWebApplicationFirewall(context: AzureContext): WebApplicationFirewall {
  return {
    telemetry: policy(context, 'telemetry', {
      customRules: [ONLY_OTLP],
      managedRules: { managedRuleSets: [TELEMETRY_RULES, BOTS] },
      // Protobuf, often compressed: rules for text find nothing in it but chance hits. The entry collector parses and
      // limits each batch, NGINX its length.
      body: { requestBodyCheck: false, ...NO_SIZE_LIMITS },
    }),
    web: policy(context, 'web', {
      managedRules: { managedRuleSets: [RULES, BOTS], exclusions: GRAFANA_EXCLUSIONS },
      body: {
        requestBodyCheck: true,
        requestBodyInspectLimitInKB: INSPECTED_KIBIBYTES,
        ...NO_SIZE_LIMITS,
      },
    }),
  };
}

interface PolicyProps {
  readonly customRules?: input.WebApplicationFirewallCustomRuleArgs[];
  readonly managedRules: input.ManagedRulesDefinitionArgs;
  readonly body: Pick<
    input.PolicySettingsArgs,
    'requestBodyCheck' | 'requestBodyInspectLimitInKB' | 'requestBodyEnforcement' | 'fileUploadEnforcement'
  >;
}

function policy(
  context: AzureContext,
  of: 'telemetry' | 'web',
  { customRules, managedRules, body }: PolicyProps,
): network.WebApplicationFirewallPolicy {
  return new network.WebApplicationFirewallPolicy(
    context.name(`waf-${of}`),
    {
      policyName: context.name(`waf-${of}`),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      // In dev it only tells, so that a rule that would refuse good requests is found there.
      policySettings: {
        state: 'Enabled',
        mode: context.tier === 'prod' ? 'Prevention' : 'Detection',
        ...body,
      },
      customRules: customRules ?? [],
      managedRules,
      tags: context.tags,
    },
    context.options,
  );
}

/** Senders post to three paths; nothing else is there for them. */
const ONLY_OTLP: input.WebApplicationFirewallCustomRuleArgs = {
  name: 'onlyOtlp',
  priority: 10,
  ruleType: 'MatchRule',
  action: 'Block',
  matchConditions: [
    {
      matchVariables: [{ variableName: 'RequestUri' }],
      operator: 'Equal',
      negationConditon: true,
      matchValues: [...OTLP_PATHS],
    },
  ],
};

/** 920420 refuses content types of which it knows no attack, `application/x-protobuf` among them. */
const TELEMETRY_RULES: input.ManagedRuleSetArgs = {
  ...RULES,
  ruleGroupOverrides: [
    { ruleGroupName: 'PROTOCOL-ENFORCEMENT', rules: [{ ruleId: '920420', state: 'Disabled' }] },
  ],
};

const inGroups = (...groups: string[]): input.ExclusionManagedRuleSetArgs[] => [
  { ...RULES, ruleGroups: groups.map((ruleGroupName) => ({ ruleGroupName, rules: [] })) },
];

/** Values of these, in these groups of rules only. */
const GRAFANA_EXCLUSIONS: input.OwaspCrsExclusionEntryArgs[] = [
  // Queries that people write, PromQL, LogQL, TraceQL and ClickHouse's SQL, look like injections, because they are code.
  ...['queries', 'query', 'expr', 'rawSql'].map((selector) => ({
    matchVariable: 'RequestArgNames',
    selectorMatchOperator: 'StartsWith',
    selector,
    exclusionManagedRuleSets: inGroups('SQLI', 'RCE', 'LFI'),
  })),
  // Dashboards hold such queries, and their panels' HTML.
  {
    matchVariable: 'RequestArgNames',
    selectorMatchOperator: 'StartsWith',
    selector: 'dashboard',
    exclusionManagedRuleSets: inGroups('SQLI', 'RCE', 'LFI', 'XSS'),
  },
  // Random characters of a session, in which some rule finds SQL sooner or later.
  {
    matchVariable: 'RequestCookieNames',
    selectorMatchOperator: 'StartsWith',
    selector: 'grafana_session',
    exclusionManagedRuleSets: inGroups('SQLI'),
  },
];
