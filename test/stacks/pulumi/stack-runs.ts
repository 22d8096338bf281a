/**
 * Every stack with the settings of its sample, `Pulumi.<env>.yaml`, run against mocks; each once for all tests of a file.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ENVIRONMENTS } from '../../../stacks/environments';
import { program } from '../../../stacks/pulumi/program';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';
import { recordProgram, type Recording, type RecordOptions } from '../../infra/record';

const ROOT = join(__dirname, '..', '..', '..');

export type Config = Readonly<Record<string, unknown>>;

/** The sample's settings, as they stand in the file. */
export function sampleConfig(stack: string): Config {
  const { config } = parse(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), 'utf8')) as { config: Config };
  return config;
}

/** The same environment in a cluster that exists, with a stand-in for each value of the cloud. */
export function existingConfig(stack: string): Config {
  const names = [...synthesisOf(stack).platform.cloudRefs.keys()];
  const references = Object.fromEntries(names.map((name) => [name, `stand-in-${name}`]));
  return { 'hyperion:cloud': 'existing', 'hyperion:existing': { context: 'any', references } };
}

export function runStack(
  stack: string,
  config: Config,
  options: Pick<RecordOptions, 'preview' | 'secretConfig'> = {},
): Promise<Recording> {
  return recordProgram(() => program(ENVIRONMENTS), { ...options, stack, config });
}

const runs = new Map<string, Promise<Recording>>();

/** With its sample's settings. Runs come one after the other: Pulumi's runtime is one for the process. */
export async function recordingOf(stack: string, { preview = false } = {}): Promise<Recording> {
  const key = `${stack} ${String(preview)}`;
  const known = runs.get(key);
  if (known !== undefined) return known;
  await Promise.allSettled(runs.values());
  const run = runStack(stack, sampleConfig(stack), { preview });
  runs.set(key, run);
  return run;
}

export const STACKS = ENVIRONMENT_NAMES;
