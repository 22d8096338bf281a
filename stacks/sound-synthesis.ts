/**
 * Environment → synthesis whose objects fit each other: what may be written.
 */
import { ConfigError } from '../constructs/core/config-error';
import type { Environment } from './environment';
import { checkManifests } from './manifest-checks';
import { synthesise, type Synthesis } from './synthesis';

/** @throws ConfigError with every problem of the model, or else of its objects */
export function soundSynthesis(name: string, environment: Environment): Synthesis {
  const synthesis = synthesise(environment.build(), { exceptions: environment.exceptions ?? [] });
  if (synthesis.environment !== name) {
    throw new ConfigError([
      {
        path: 'stacks/environments.ts',
        property: 'environment',
        value: synthesis.environment,
        rule: `the environment registered as ${name} calls itself so, too`,
        remedy: 'give both one name: folders and objects are named after it',
      },
    ]);
  }
  const problems = [...synthesis.problems, ...checkManifests(synthesis)];
  if (problems.length > 0) throw new ConfigError(problems);
  return synthesis;
}
