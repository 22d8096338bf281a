/** The ways in which Go programs are had: from the Go modules that their projects publish, never from a download page. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Build, Recipe } from './tool';

/** Downloads depend on a network: tried this often. */
const DOWNLOAD_ATTEMPTS = 3;

/**
 * The settings of every Go build. GOTOOLCHAIN: a missing Go is reported, not downloaded. GOFLAGS -mod=mod: the temporary
 * modules have no complete go.sum. The user's module and build caches are used as they are. GOMAXPROCS, GOMEMLIMIT: Go
 * starts a compiler for each core; a machine of many cores and little memory would run out of it.
 */
export const GO_ENV = {
  GOFLAGS: '-mod=mod -trimpath -buildvcs=false',
  GOTOOLCHAIN: 'local',
  GOWORK: 'off',
  CGO_ENABLED: '0',
  GOMAXPROCS: String(Math.min(availableParallelism(), 8)),
  GOMEMLIMIT: '3GiB',
} as const;

export interface GoPrograms {
  readonly module: string;
  /** With the `v`. */
  readonly version: string;
  /** Name of the output → package, relative to the module. */
  readonly programs: Readonly<Record<string, string>>;
  /** `-X` linker settings: variable → value, for programs that are told their version at build time. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
}

/** `go install`: for modules whose go.mod has no `replace`. */
export function goInstall(inputs: GoPrograms): Recipe {
  return {
    kind: 'go install',
    revision: 1,
    inputs,
    run: async (build) => {
      for (const [name, path] of Object.entries(inputs.programs)) {
        const program = join(build.outDir, name);
        await installGoProgram(build, program, packagePath(inputs, path), inputs.version, buildFlags(inputs));
      }
    },
  };
}

export interface RepeatedModule extends GoPrograms {
  /**
   * The version, with the `v`, under which the folders of the repository that its go.mod points at are published.
   * @default what the go.mod requires of each
   */
  readonly foldersPublishedAs?: string;
}

/**
 * For a module whose go.mod has `replace`s, which `go install` refuses: a temporary module that repeats its requires and
 * replaces, and with them the very versions that the project builds with.
 */
export function goRepeatedModule(inputs: RepeatedModule): Recipe {
  return {
    kind: 'go build with a repeated go.mod',
    revision: 1,
    inputs,
    run: async (build) => {
      await prepareRepeatedModule(build, inputs);
      await buildPrograms(build, inputs);
    },
  };
}

/** Leaves the temporary module in `build.workDir`. */
export async function prepareRepeatedModule(build: Build, inputs: RepeatedModule): Promise<void> {
  const { module, version, foldersPublishedAs } = inputs;
  const downloaded = await downloadGoModule(build, module, version);
  const described = await build.run({
    program: 'go',
    args: ['mod', 'edit', '-json', downloaded.GoMod],
    cwd: build.workDir,
    env: GO_ENV,
  });
  writeFileSync(
    join(build.workDir, 'go.mod'),
    repeatedGoMod(JSON.parse(described) as GoMod, module, version, foldersPublishedAs),
  );
  // Its sums are the project's own word on what each dependency must be.
  const sums = join(downloaded.Dir, 'go.sum');
  if (existsSync(sums)) {
    copyFileSync(sums, join(build.workDir, 'go.sum'));
    chmodSync(join(build.workDir, 'go.sum'), 0o644);
  }
}

/** Builds the programs of the temporary module. */
export async function buildPrograms(
  build: Build,
  inputs: GoPrograms,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const [name, path] of Object.entries(inputs.programs)) {
    await build.run({
      program: 'go',
      args: ['build', ...buildFlags(inputs), '-o', join(build.outDir, name), packagePath(inputs, path)],
      cwd: build.workDir,
      env: { ...GO_ENV, ...env },
      // Compiled packages are kept by Go's own cache, so a second attempt resumes.
      attempts: DOWNLOAD_ATTEMPTS,
    });
  }
}

/** Installs one program as the file `target`. */
export async function installGoProgram(
  build: Build,
  target: string,
  path: string,
  version: string,
  flags: readonly string[] = [],
): Promise<void> {
  // Go names a program after its package's folder, or after that one's parent (`…/server/v3`): alone, it is found.
  const alone = mkdtempSync(join(build.workDir, 'bin-'));
  await build.run({
    program: 'go',
    args: ['install', ...flags, `${path}@${version}`],
    cwd: build.workDir,
    env: { ...GO_ENV, GOBIN: alone },
    attempts: DOWNLOAD_ATTEMPTS,
  });
  const [made] = readdirSync(alone);
  if (made === undefined) throw new Error(`${path}@${version} is no program`);
  renameSync(join(alone, made), target);
}

/** What `go mod download -json` tells of a module; the files lie, read-only, in the user's module cache. */
export interface DownloadedModule {
  readonly GoMod: string;
  readonly Dir: string;
}

export async function downloadGoModule(
  build: Build,
  module: string,
  version: string,
): Promise<DownloadedModule> {
  const answer = await build.run({
    program: 'go',
    args: ['mod', 'download', '-json', `${module}@${version}`],
    cwd: build.workDir,
    env: GO_ENV,
    attempts: DOWNLOAD_ATTEMPTS,
  });
  return JSON.parse(answer) as DownloadedModule;
}

interface ModuleVersion {
  readonly Path: string;
  readonly Version?: string;
}

/** What `go mod edit -json` prints, as far as it is used here. */
export interface GoMod {
  readonly Go: string;
  readonly Require?: readonly ModuleVersion[] | null;
  readonly Replace?: readonly { readonly Old: ModuleVersion; readonly New: ModuleVersion }[] | null;
}

/** The go.mod of a module that depends on `module` and resolves everything else as `module` itself would. */
export function repeatedGoMod(
  original: GoMod,
  module: string,
  version: string,
  foldersPublishedAs?: string,
): string {
  const requires = (original.Require ?? []).map(({ Path, Version = '' }) => `\t${Path} ${Version}`);
  const replaces = (original.Replace ?? [])
    // A folder of the project's repository is no part of the published module; what is published of it stands in.
    .map(({ Old, New }) =>
      New.Version === undefined && foldersPublishedAs !== undefined
        ? { Old, New: { Path: Old.Path, Version: foldersPublishedAs } }
        : { Old, New },
    )
    .filter(({ New }) => New.Version !== undefined)
    .map(
      ({ Old, New }) =>
        `\t${[Old.Path, Old.Version].filter(Boolean).join(' ')} => ${New.Path} ${New.Version ?? ''}`,
    );
  return [
    'module example.com/hyperion/tool',
    '',
    `go ${original.Go}`,
    '',
    'require (',
    `\t${module} ${version}`,
    ...requires,
    ')',
    '',
    ...(replaces.length === 0 ? [] : ['replace (', ...replaces, ')', '']),
  ].join('\n');
}

function packagePath({ module }: GoPrograms, path: string): string {
  return path === '.' ? module : `${module}/${path}`;
}

function buildFlags({ variables = {}, tags = [] }: GoPrograms): string[] {
  // -s -w: no symbol tables, which nothing here reads and which are a third of a program's size.
  const settings = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  return [
    '-ldflags',
    ['-s', '-w', ...settings].join(' '),
    ...(tags.length === 0 ? [] : ['-tags', tags.join(',')]),
  ];
}
