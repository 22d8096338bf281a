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

/**
 * @param against a folder that `hyperion synth` wrote, or `git:<revision>`
 * @param root the checkout, for `git:`
 * @throws OutputError when there is nothing to read
 */
export function earlierManifests(environment: string, against: string, root: string): Manifest[] {
  return against.startsWith(GIT)
    ? fromGit(environment, against.slice(GIT.length), root)
    : fromFolder(environment, against);
}

function fromFolder(environment: string, folder: string): Manifest[] {
  const manifests = [join(folder, environment, 'manifests'), join(folder, 'manifests')].find((path) =>
    existsSync(path),
  );
  if (manifests === undefined) {
    throw new OutputError(
      `${folder} holds no manifests of ${environment}: there is no ${join(folder, environment, 'manifests')}; write them with: hyperion synth ${environment} --out ${folder}`,
    );
  }
  try {
    return readdirSync(manifests)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .flatMap((name) => objectsIn(join(manifests, name), readFileSync(join(manifests, name), 'utf8')));
  } catch (error) {
    if (error instanceof OutputError) throw error;
    throw new OutputError(
      `cannot read ${manifests}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function fromGit(environment: string, revision: string, root: string): Manifest[] {
  const commit = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (commit === undefined) {
    throw new OutputError(
      `git knows no revision ${JSON.stringify(revision)} here; see: git log --oneline --all`,
    );
  }
  const folder = `test/golden/${environment}/manifests`;
  const listing = git(root, ['ls-tree', '-r', '--name-only', '-z', commit.trim(), '--', folder]) ?? '';
  const paths = listing.split('\0').filter((path) => path.endsWith('.yaml'));
  if (paths.length === 0)
    throw new OutputError(`${revision} has no golden files of ${environment} (${folder})`);
  return paths.flatMap((path) =>
    objectsIn(`${revision}:${path}`, git(root, ['show', `${commit.trim()}:${path}`]) ?? ''),
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
