/** Programs of npm packages that are no dependencies of this project, in a folder of their own. */
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from './tool';

export interface NpmPrograms {
  readonly package: string;
  readonly version: string;
  /** Name of the output, under `bin/` → file of the package. */
  readonly programs: Readonly<Record<string, string>>;
  /** Its dependencies are the newest of this day, as `2026-09-30`: so everyone gets the same ones. */
  readonly asOf: string;
}

/** What no program reads while it runs, and what is most of a package's files. */
const UNREAD = /\.(map|md|[cm]?ts)$/;

export function npmPrograms(inputs: NpmPrograms): Recipe {
  return {
    kind: 'npm package',
    revision: 1,
    inputs,
    run: async (build) => {
      await build.run({
        program: 'npm',
        args: [
          'install',
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
          '--before',
          inputs.asOf,
          '--prefix',
          build.outDir,
          `${inputs.package}@${inputs.version}`,
        ],
        cwd: build.outDir,
        attempts: 3,
      });
      for (const entry of readdirSync(build.outDir, { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && UNREAD.test(entry.name)) rmSync(join(entry.parentPath, entry.name));
      }
      mkdirSync(join(build.outDir, 'bin'));
      for (const [name, path] of Object.entries(inputs.programs)) {
        const target = join(build.outDir, 'bin', name);
        writeFileSync(target, startScript(`node_modules/${inputs.package}/${path}`));
        chmodSync(target, 0o755);
      }
    },
  };
}

function startScript(path: string): string {
  return `#!/bin/sh\nexec node "$(dirname "$(readlink -f "$0")")/../${path}" "$@"\n`;
}
