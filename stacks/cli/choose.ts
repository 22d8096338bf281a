/**
 * Names on the command line → environments.
 */
import type { Environment } from '../environment';
import { UsageError, type Context } from './context';
import { TELEMETRY_LOCAL } from './envs';
import { didYouMean } from './nearest';

export interface Chosen {
  readonly name: string;
  readonly environment: Environment;
}

/**
 * Those that are named, each once; all when none is.
 * @throws UsageError for a name that nobody knows
 */
export function chooseEnvironments({ environments }: Context, names: readonly string[]): Chosen[] {
  const known = environments();
  const wanted = names.length === 0 ? Object.keys(known) : [...new Set(names)];
  return wanted.map((name) => {
    const environment = Object.hasOwn(known, name) ? known[name] : undefined;
    if (environment !== undefined) return { name, environment };
    if (name === TELEMETRY_LOCAL.name) {
      throw new UsageError(
        `${name} runs without a cluster, so nothing is synthesised for it: npm start runs it`,
      );
    }
    throw new UsageError(
      `there is no environment ${JSON.stringify(name)}.${didYouMean(name, Object.keys(known))} Known are: ${Object.keys(known).join(', ')}`,
    );
  });
}

/** @throws UsageError for a name that nobody knows */
export function chooseEnvironment(context: Context, name: string): Chosen {
  const [chosen] = chooseEnvironments(context, [name]);
  if (chosen === undefined) throw new UsageError('no environment is named');
  return chosen;
}
