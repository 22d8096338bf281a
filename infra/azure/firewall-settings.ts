/**
 * What an operator decides about the firewall: which of its two kinds, and which hosts the platform may reach by name.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { AzureAddresses } from '../address-plan';
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { isInternet, isKnownRegistry, REGISTRY_HOSTS } from './firewall-rules';

export const AllowedHosts = Type.Object(
  {
    /** What for, e.g. `chat notifications`. */
    purpose: Type.String({ minLength: 1, maxLength: 60 }),
    /** Names, or `*.example.com`. */
    hosts: Type.Array(Type.String(), { minItems: 1 }),
    /** @default 443 */
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
  },
  { additionalProperties: false },
);
export type AllowedHosts = Static<typeof AllowedHosts>;

export const FirewallSettings = Type.Object(
  {
    /** `Premium` looks for intrusions too; `Basic` has no DNS proxy, on which rules by name rest. */
    tier: Type.Union([Type.Literal('Standard'), Type.Literal('Premium')]),
    /** Beside those that the platform's own connections and images name. */
    allowedHosts: Type.Array(AllowedHosts),
  },
  { additionalProperties: false },
);
export type FirewallSettings = Static<typeof FirewallSettings>;

/** A name of at least two parts; the first may be a star, as Azure Firewall takes it. */
const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

export function checkFirewall(
  { outbound, imageRegistries }: Pick<CloudDemand, 'outbound' | 'imageRegistries'>,
  addresses: AzureAddresses,
  { allowedHosts }: FirewallSettings,
  path: string,
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const allowed = allowedHosts.flatMap(({ hosts }) => hosts);
  for (const registry of imageRegistries) {
    if (isKnownRegistry(registry) || allowed.includes(registry)) continue;
    problems.push({
      path,
      property: 'allowedHosts',
      value: allowed,
      rule: `images come from ${registry}, and only of ${Object.keys(REGISTRY_HOSTS).join(', ')} and *.azurecr.io is it known from which hosts layers come`,
      remedy: `name ${registry} here, and with it the hosts to which it sends those who fetch a layer`,
    });
  }
  for (const { purpose, hosts } of allowedHosts) {
    for (const host of hosts.filter((one) => !HOST.test(one))) {
      problems.push({
        path: `${path}.allowedHosts`,
        property: 'hosts',
        value: host,
        rule: `a host is a name of two parts or more, whose first may be a star (${purpose})`,
        remedy: 'write it like hooks.example.com or *.example.com, without scheme, port or path',
      });
    }
  }
  const nameless = outbound.filter((flow) => isInternet(flow, addresses));
  if (nameless.length > 0 && allowedHosts.length === 0) {
    problems.push({
      path,
      property: 'allowedHosts',
      value: allowedHosts,
      rule: `the internet is reached by name only, and these have named nobody: ${nameless.map(({ purpose }) => purpose).join(', ')}`,
      remedy: 'list the hosts that they have to reach',
    });
  }
  return problems;
}
