/**
 * `hyperion envs`: which environments there are.
 */
import type { Context, ExitCode } from './context';
import { table } from './table';

export function envs(context: Context, { json }: { readonly json?: boolean }): ExitCode {
  const all = Object.entries(context.environments()).map(([name, { system, tier, describe }]) => ({
    name,
    system,
    tier,
    describe,
  }));
  if (json === true) {
    context.out(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  }
  context.out(
    table(
      ['environment', 'system', 'tier', 'what it is'],
      all.map(({ name, system, tier, describe }) => [name, system, tier, describe]),
    ),
  );
  return 0;
}
