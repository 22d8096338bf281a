/**
 * Programs out of Debian packages, without root and without their services: apt fetches the packages and checks their
 * signatures, dpkg takes them apart, and what a minimal Debian does not have of their libraries comes along.
 */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isOfSeries } from './requirement';
import type { Build, Recipe } from './tool';

export interface DebianPrograms {
  readonly package: string;
  /**
   * Its upstream version, or the beginning of it where Debian moves on within a series. Each release of Debian has one,
   * and another one is not taken for it.
   * @default any: a program that Debian itself renews within a release
   */
  readonly version?: string;
  /** Name of the output, under `bin/` → path in the packages. */
  readonly programs: Readonly<Record<string, string>>;
  /**
   * The package's other parts, and the libraries that Debian's required packages do not bring.
   * @default none: the programs are all that is kept
   */
  readonly with?: readonly string[];
  /**
   * Files and folders that the programs need beside the libraries.
   * @default none
   */
  readonly keep?: readonly string[];
  /**
   * Folders of libraries beside the usual ones: those that a library looks for by an absolute path.
   * @default none
   */
  readonly libraries?: readonly string[];
  /**
   * What is left out of it.
   * @default nothing
   */
  readonly drop?: readonly string[];
}

/** Where Debian has programs and libraries. */
const PROGRAM_FOLDERS = ['usr/bin', 'usr/sbin', 'usr/lib', 'lib'];

export function debianPrograms(inputs: DebianPrograms): Recipe {
  return {
    kind: 'Debian package',
    revision: 3,
    inputs,
    run: async (build) => {
      const others = inputs.with ?? [];
      const content = await unpacked(build, inputs, others);
      mkdirSync(join(build.outDir, 'bin'), { recursive: true });
      if (others.length > 0) {
        for (const folder of [...PROGRAM_FOLDERS, ...(inputs.keep ?? [])]) {
          const from = join(content, folder);
          // Links between libraries stay as short as they are, or they would point into the scratch space.
          if (existsSync(from))
            cpSync(from, join(build.outDir, folder), { recursive: true, verbatimSymlinks: true });
        }
        for (const path of inputs.drop ?? []) rmSync(join(build.outDir, path), { recursive: true });
      }
      for (const [name, path] of Object.entries(inputs.programs)) {
        const target = join(build.outDir, 'bin', name);
        if (others.length === 0) copyFileSync(join(content, path), target);
        else {
          const libraries = [...libraryFolders(build.outDir), ...(inputs.libraries ?? [])];
          writeFileSync(target, startScript(path, libraries));
        }
        chmodSync(target, 0o755);
      }
    },
  };
}

/** Fetches and unpacks; the folder with the content. */
async function unpacked(build: Build, inputs: DebianPrograms, others: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(build.workDir, 'debian-'));
  const apt = (...args: string[]): Promise<string> =>
    build.run({
      program: 'apt-get',
      args: ['--quiet', ...ownLists(folder), ...args],
      cwd: folder,
      attempts: 3,
    });
  for (const path of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, path), { recursive: true });
  // The machine's own lists may be empty or outdated, and only root may renew them. A source that does not answer is
  // no matter as long as the packages are found.
  await apt('update').catch(() => '');
  await apt('download', inputs.package, ...others);
  const content = join(folder, 'content');
  for (const archive of readdirSync(folder).filter((file) => file.endsWith('.deb'))) {
    if (inputs.version !== undefined && archive.startsWith(`${inputs.package}_`))
      await refuseOtherVersion(build, inputs.package, inputs.version, join(folder, archive));
    await build.run({ program: 'dpkg-deb', args: ['--extract', archive, content], cwd: folder });
  }
  return content;
}

function ownLists(folder: string): string[] {
  return ['-o', `Dir::State::lists=${join(folder, 'lists')}`, '-o', `Dir::Cache=${join(folder, 'cache')}`];
}

async function refuseOtherVersion(
  build: Build,
  name: string,
  version: string,
  archive: string,
): Promise<void> {
  const answer = await build.run({
    program: 'dpkg-deb',
    args: ['--field', archive, 'Version'],
    cwd: build.workDir,
  });
  const found = answer.trim();
  if (!isOfSeries(found.replace(/^\d+:/, ''), version)) {
    throw new Error(`apt has ${name} ${found}, and the definition wants ${version}`);
  }
}

function libraryFolders(outDir: string): string[] {
  return ['usr/lib', 'lib'].flatMap((folder) =>
    existsSync(join(outDir, folder))
      ? readdirSync(join(outDir, folder))
          .filter((name) => name.includes('-linux-gnu'))
          .map((name) => `${folder}/${name}`)
      : [],
  );
}

/** The libraries lie beside the program, wherever the folder is moved or mounted to. */
function startScript(path: string, libraries: readonly string[]): string {
  return [
    '#!/bin/sh',
    'here=$(dirname "$(dirname "$(readlink -f "$0")")")',
    // An empty entry would mean the current folder.
    `export LD_LIBRARY_PATH="${libraries.map((folder) => `$here/${folder}`).join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    `exec "$here/${path}" "$@"`,
    '',
  ].join('\n');
}
