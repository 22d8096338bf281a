/** Data files (schemas, custom resource definitions) copied out of published Go modules. */
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadGoModule } from './go-build';
import type { Recipe } from './tool';

export interface ModuleFiles {
  readonly module: string;
  /** With the `v`. */
  readonly version: string;
  /** A file of the module, or a folder, whose files are taken with those below it. */
  readonly from: string;
  /** Name of the file, or of the folder, under the tool's folder. */
  readonly to: string;
  /**
   * Of a folder only the files that have this line.
   * @default every file
   */
  readonly withLine?: string;
}

export function goModuleFiles(inputs: readonly ModuleFiles[]): Recipe {
  return {
    kind: 'files of Go modules',
    revision: 1,
    inputs,
    run: async (build) => {
      for (const files of inputs) {
        const { Dir } = await downloadGoModule(build, files.module, files.version);
        const source = join(Dir, files.from);
        const target = join(build.outDir, files.to);
        if (statSync(source).isFile()) copy(source, target);
        else copyFolder(source, target, files);
      }
    },
  };
}

function copyFolder(source: string, target: string, { withLine, module, version, from }: ModuleFiles): void {
  const chosen = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => {
    const file = join(source, path);
    if (!statSync(file).isFile()) return false;
    return withLine === undefined || readFileSync(file, 'utf8').split('\n').includes(withLine);
  });
  if (chosen.length === 0) throw new Error(`${module}@${version} has no fitting file under ${from}`);
  for (const path of chosen) copy(join(source, path), join(target, path));
}

/** The module cache is read-only, modes included: a plain copy of the content can be removed again. */
function copy(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(source));
}
