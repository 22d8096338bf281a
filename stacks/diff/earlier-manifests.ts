/**
 * The manifests of an earlier synthesis: from a folder, or from the golden files of a git revision.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../policies/manifest';
import { OutputError } from '../output-error';

const GIT = 'git:';

export interface EarlierObject {
  /** The component whose file held it. */
  readonly component: string;
  readonly object: Manifest;
}

export interface EarlierState {
  readonly objects: readonly EarlierObject[];
  /** The text of `graph.json`; undefined where there is none. */
  readonly graph: string | undefined;
}

/** Text by path below the environment's folder: `manifests/…` in order, and `graph.json`. */
type EarlierFiles = ReadonlyMap<string, string>;

const GRAPH = 'graph.json';

/**
 * @param against a folder that `hyperion synth` wrote, or `git:<revision>`
 * @param root the checkout, for `git:`
 * @throws OutputError when there is nothing to read
 */
export function earlierManifests(environment: string, against: string, root: string): Manifest[] {
  return earlierState(environment, against, root).objects.map(({ object }) => object);
}

/**
 * The same with what else that synthesis wrote.
 * @throws OutputError when there is nothing to read
 */
export function earlierState(environment: string, against: string, root: string): EarlierState {
  const files = against.startsWith(GIT)
    ? fromGit(environment, against.slice(GIT.length), root)
    : fromFolder(environment, against);
  return {
    objects: [...files]
      .filter(([path]) => path !== GRAPH)
      .flatMap(([path, text]) =>
        objectsIn(`${against}: ${environment}/${path}`, text).map((object) => ({
          component: componentOf(path),
          object,
        })),
      ),
    graph: files.get(GRAPH),
  };
}

/** `manifests/03-loki.yaml` → `loki`. */
function componentOf(path: string): string {
  return path.replace(/^manifests\/(?:\d+-)?/, '').replace(/\.yaml$/, '');
}

function fromFolder(environment: string, against: string): EarlierFiles {
  const folder = [join(against, environment), against].find((path) => existsSync(join(path, 'manifests')));
  if (folder === undefined) {
    throw new OutputError(
      `${against} holds no manifests of ${environment}: there is no ${join(against, environment, 'manifests')}; write them with: hyperion synth ${environment} --out ${against}`,
    );
  }
  try {
    const manifests = readdirSync(join(folder, 'manifests'))
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => `manifests/${name}`);
    const paths = existsSync(join(folder, GRAPH)) ? [...manifests, GRAPH] : manifests;
    return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  } catch (error) {
    throw new OutputError(`cannot read ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fromGit(environment: string, revision: string, root: string): EarlierFiles {
  const commit = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (commit === undefined) {
    throw new OutputError(
      `git knows no revision ${JSON.stringify(revision)} here; see: git log --oneline --all`,
    );
  }
  const folder = `test/golden/${environment}`;
  const manifests = `${folder}/manifests`;
  const listing =
    git(root, ['ls-tree', '-r', '--name-only', '-z', commit.trim(), '--', manifests, `${folder}/${GRAPH}`]) ??
    '';
  const paths = listing.split('\0').filter((path) => path.endsWith('.yaml') || path.endsWith(GRAPH));
  if (!paths.some((path) => path.endsWith('.yaml')))
    throw new OutputError(`${revision} has no golden files of ${environment} (${manifests})`);
  return new Map(
    paths.map((path) => [
      path.slice(folder.length + 1),
      git(root, ['show', `${commit.trim()}:${path}`]) ?? '',
    ]),
  );
}

/** Room for the largest manifest file: dashboards run to some megabytes. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

function git(cwd: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT_BYTES,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new OutputError('git is not installed: compare with a folder');
    return undefined;
  }
}

function objectsIn(source: string, text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new OutputError(`${source} is no YAML: ${error.message}`);
    return (document.toJS() as Manifest | null) ?? [];
  });
}
