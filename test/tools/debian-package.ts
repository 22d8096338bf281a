/**
 * Programs out of a Debian package, without root and without its services: apt fetches and checks the package, dpkg
 * takes it apart in a temporary folder. Only for programs that need no library of their own.
 */
import { chmodSync, copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement } from './requirement';
import type { Recipe } from './tool';

export interface DebianPrograms {
  readonly package: string;
  /** The upstream version; each Debian release has one, and another one is not taken for it. */
  readonly version: string;
  /** Name of the output → path in the package. */
  readonly programs: Readonly<Record<string, string>>;
}

/** That apt knows the package, in that version or newer; root has to have run `apt-get update` once. */
export function debianSource(inputs: DebianPrograms): Requirement {
  return {
    label: `the Debian package ${inputs.package}`,
    probe: ['apt-cache', 'policy', inputs.package],
    versionPattern: /Candidate: (?:\d+:)?(\d+(?:\.\d+)*)/,
    atLeast: inputs.version,
    hint: 'apt-get update makes it known',
  };
}

export function debianPrograms(inputs: DebianPrograms): Recipe {
  return {
    kind: 'Debian package',
    revision: 1,
    inputs,
    run: async (build) => {
      await build.run({
        program: 'apt-get',
        args: ['download', '--quiet', inputs.package],
        cwd: build.workDir,
        attempts: 3,
      });
      const archive = readdirSync(build.workDir).find((file) => file.endsWith('.deb')) ?? '';
      const version = await build.run({
        program: 'dpkg-deb',
        args: ['--field', archive, 'Version'],
        cwd: build.workDir,
      });
      if (!new RegExp(`^(?:\\d+:)?${inputs.version.replaceAll('.', '\\.')}(?![\\d.])`).test(version)) {
        throw new Error(
          `apt has ${inputs.package} ${version.trim()}, and the definition wants ${inputs.version}`,
        );
      }
      await build.run({
        program: 'dpkg-deb',
        args: ['--extract', archive, 'content'],
        cwd: build.workDir,
      });
      for (const [name, path] of Object.entries(inputs.programs)) {
        copyFileSync(join(build.workDir, 'content', path), join(build.outDir, name));
        chmodSync(join(build.outDir, name), 0o755);
      }
    },
  };
}
