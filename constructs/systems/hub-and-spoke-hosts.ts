/**
 * The names under which a hub is found. Samples go to each hub by a name that never moves; what people use, and what only
 * one hub keeps, goes by names that follow the active one.
 */
import type { Platform } from '../core/platform';
import type { HubRole, Hubs, HubSite } from './hub-and-spoke-props';

interface HubHosts {
  readonly metrics: string;
  readonly coldMetrics: string;
  readonly grafana: string;
  readonly otlp: string;
}

export function hubHosts({ zone }: Hubs, role: HubRole): HubHosts {
  const own = role === 'primary' ? '' : `-${role}`;
  return {
    metrics: `victoria-metrics${own}.${zone}`,
    coldMetrics: `victoria-metrics-cold${own}.${zone}`,
    grafana: `grafana.${zone}`,
    otlp: `otlp.${zone}`,
  };
}

export interface PlacedHub {
  readonly role: HubRole;
  readonly site: HubSite;
}

/** The hubs that there are, the primary first. */
export function placedHubs({ primary, standby }: Hubs): readonly PlacedHub[] {
  return [
    { role: 'primary', site: primary },
    ...(standby === undefined ? [] : [{ role: 'standby', site: standby } as const]),
  ];
}

/** Where the hub of this role stands; the primary where there is none such, which `hubPlace` reports. */
export function siteOf(hubs: Hubs, role: HubRole): HubSite {
  return placedHubs(hubs).find((hub) => hub.role === role)?.site ?? hubs.primary;
}

/** Where the hub of this role stands, where the other one, and whether it is the one that evaluates, tells and shows. */
export function hubPlace(
  platform: Platform,
  hubs: Hubs,
  role: HubRole,
): { readonly here: HubSite; readonly other: PlacedHub | undefined; readonly isActive: boolean } {
  const placed = placedHubs(hubs);
  for (const [property, named] of [
    ['role', role],
    ['hubs.active', hubs.active],
  ] as const) {
    if (placed.some((hub) => hub.role === named)) continue;
    platform.report('hubs', {
      property,
      value: named,
      rule: `the hubs are ${placed.map((hub) => hub.role).join(', ')}`,
      remedy: 'say in hubs.standby where it stands, or name another one',
    });
  }
  return {
    here: siteOf(hubs, role),
    other: placed.find((hub) => hub.role !== role),
    isActive: hubs.active === role,
  };
}
