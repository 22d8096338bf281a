/**
 * `hyperion envs`: which environments there are.
 */
import type { Context, ExitCode } from './context';
import { table } from './table';

/** The one that is no cluster's: nothing of it is synthesised, so no other command takes its name. */
export const TELEMETRY_LOCAL = {
  name: 'telemetry-local',
  system: 'telemetry-stack',
  tier: 'dev',
  cloud: 'none',
  describe: 'Telemetry stack on this machine, without a cluster: npm start',
} as const;

export function envs(context: Context, { json }: { readonly json?: boolean }): ExitCode {
  const clusters = Object.entries(context.environments()).map(([name, { system, tier, site, describe }]) => ({
    name,
    system,
    tier,
    cloud: site.kind,
    describe,
  }));
  const all = [...clusters, TELEMETRY_LOCAL].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (json === true) {
    context.out(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  }
  context.out(
    table(
      ['environment', 'system', 'tier', 'cloud', 'what it is'],
      all.map(({ name, system, tier, cloud, describe }) => [name, system, tier, cloud, describe]),
    ),
  );
  return 0;
}
