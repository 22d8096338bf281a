/**
 * `hyperion synth`: writes the folder of each environment, all of them or none.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { ConfigError, type Problem } from '../../constructs/core/config-error';
import { argocdFiles, type ArgocdOptions } from '../argocd';
import { checkCloudValues, withCloudValues, type CloudValues } from '../cloud-values';
import { helmChart } from '../helm-chart';
import { writeFolders } from '../output-folder';
import { soundSynthesis } from '../sound-synthesis';
import type { Synthesis } from '../synthesis';
import { chooseEnvironments, type Chosen } from './choose';
import { UsageError, type Context, type ExitCode } from './context';
import { Progress } from './progress';

export interface SynthOptions {
  readonly out: string;
  readonly format: 'manifests' | 'helm' | 'argocd';
  /** For `argocd`: where it fetches the manifests. */
  readonly repo?: string;
  readonly revision: string;
  /** For `argocd`: folder of the repository that holds the environments. @default `out` within the checkout */
  readonly path?: string;
  /** File with the cloud's values, for one environment. @default placeholders stay */
  readonly cloudValues?: string;
  readonly json?: boolean;
}

/** @throws ConfigError with the problems of all environments, before anything is written */
export function synth(context: Context, names: readonly string[], options: SynthOptions): ExitCode {
  const chosen = chooseEnvironments(context, names);
  const addFormat = formatter(context, options);
  const putValues = valuePutter(context, options, chosen);
  const progress = new Progress(context);
  const problems: Problem[] = [];
  const folders = chosen.flatMap((choice, index) => {
    progress.step(`synthesising ${choice.name} (${index + 1} of ${chosen.length})`);
    const synthesis = attempt(choice, problems);
    if (synthesis === undefined) return [];
    const files = putValues(synthesis, new Map([...synthesis.files, ...addFormat(synthesis)]), problems);
    return [{ name: choice.name, files, objects: synthesis.objects.length }];
  });
  progress.done();
  if (problems.length > 0) throw new ConfigError(problems);

  writeFolders(resolve(context.cwd, options.out), folders);
  const written = folders.map(({ name, files, objects }) => ({
    environment: name,
    folder: `${options.out.replace(/\/+$/, '')}/${name}`,
    files: files.size,
    objects,
  }));
  const lines = written.map(
    ({ environment, folder, files, objects }) =>
      `${environment}: ${objects} objects in ${files} files → ${folder}\n`,
  );
  context.out(options.json === true ? `${JSON.stringify(written, null, 2)}\n` : lines.join(''));
  return 0;
}

/** Undefined, and more in `problems`, when anything stands in the way. */
function attempt({ name, environment }: Chosen, problems: Problem[]): Synthesis | undefined {
  try {
    return soundSynthesis(name, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** What the format adds to the plain manifests, which are always there. */
function formatter(
  context: Context,
  options: SynthOptions,
): (synthesis: Synthesis) => (readonly [string, string])[] {
  switch (options.format) {
    case 'manifests':
      return () => [];
    case 'helm':
      return (synthesis) => under('helm', helmChart(synthesis));
    case 'argocd': {
      const argocd = argocdOptions(context, options);
      return (synthesis) => under('argocd', argocdFiles(synthesis, argocd));
    }
  }
}

type Files = ReadonlyMap<string, string>;

/** Replaces the placeholders of the cloud's values where a file gives them. */
function valuePutter(
  context: Context,
  { cloudValues: file }: SynthOptions,
  chosen: readonly Chosen[],
): (synthesis: Synthesis, files: Files, problems: Problem[]) => Files {
  if (file === undefined) return (_, files) => files;
  if (chosen.length !== 1) {
    throw new UsageError('--cloud-values holds the values of one environment: name that environment');
  }
  const values = readValues(resolve(context.cwd, file), file);
  return ({ platform }, files, problems) => {
    const wrong = checkCloudValues(platform, values, file);
    problems.push(...wrong);
    return wrong.length > 0 ? files : withCloudValues(files, values as CloudValues);
  };
}

function readValues(path: string, shown: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `--cloud-values ${shown}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function under(folder: string, files: ReadonlyMap<string, string>): (readonly [string, string])[] {
  return [...files].map(([path, text]) => [`${folder}/${path}`, text] as const);
}

function argocdOptions(context: Context, { repo, revision, path, out }: SynthOptions): ArgocdOptions {
  if (repo === undefined) {
    throw new UsageError(
      '--format argocd needs --repo: where Argo CD fetches the manifests, e.g. https://git.example.com/platform.git',
    );
  }
  const within = relative(context.root, resolve(context.cwd, out));
  const isOutside = isAbsolute(within) || within.split(sep)[0] === '..';
  if (path === undefined && isOutside) {
    throw new UsageError(
      `--out ${out} lies outside the checkout: say with --path in which folder of ${repo} the environments will lie`,
    );
  }
  return { repository: repo, revision, path: path ?? within.split(sep).join('/') };
}
