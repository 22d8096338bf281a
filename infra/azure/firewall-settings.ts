/**
 * What an operator decides about the firewall: which of its two kinds, and which hosts the platform may reach by name.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { AzureAddresses } from '../address-plan';
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { isInternet, REGISTRY_HOSTS } from './firewall-rules';

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
    /** Whence the environment's images come, e.g. `ghcr.io`. */
    imageRegistries: Type.Array(Type.String(), { minItems: 1 }),
    /** Beside those that the platform's own connections name. */
    allowedHosts: Type.Array(AllowedHosts),
  },
  { additionalProperties: false },
);
export type FirewallSettings = Static<typeof FirewallSettings>;

/** A name of at least two parts; the first may be a star, as Azure Firewall takes it. */
const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

export function checkFirewall(
  { outbound }: Pick<CloudDemand, 'outbound'>,
  addresses: AzureAddresses,
  { imageRegistries, allowedHosts }: FirewallSettings,
  path: string,
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  for (const registry of imageRegistries) {
    if (registry in REGISTRY_HOSTS || registry.endsWith('.azurecr.io')) continue;
    problems.push({
      path,
      property: 'imageRegistries',
      value: registry,
      rule: `a registry is one whose hosts are known here: ${Object.keys(REGISTRY_HOSTS).join(', ')}, or *.azurecr.io`,
      remedy: 'name one of them, and put the hosts of any other under allowedHosts',
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
