/** Programs of Python packages, in a virtual environment of their own. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from './tool';

export interface PythonPrograms {
  /** All packages, as `name==version`: what is not named is not installed. */
  readonly packages: readonly string[];
  /** Name of the output, under `bin/` → module and function that start the program. */
  readonly programs: Readonly<Record<string, readonly [module: string, call: string]>>;
}

export function pythonPrograms(inputs: PythonPrograms): Recipe {
  return {
    kind: 'python packages',
    revision: 1,
    inputs,
    run: async (build) => {
      const run = (program: string, ...args: string[]): Promise<string> =>
        build.run({ program, args, cwd: build.outDir, attempts: 3 });
      await run('python3', '-m', 'venv', '--clear', 'venv');
      await run(
        'venv/bin/python',
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '--no-input',
        '--no-deps',
        // What has to be compiled needs more than the requirement says.
        '--only-binary=:all:',
        ...inputs.packages,
      );
      mkdirSync(join(build.outDir, 'bin'));
      for (const [name, [module, call]] of Object.entries(inputs.programs)) {
        const target = join(build.outDir, 'bin', name);
        writeFileSync(target, startScript(module, call));
        chmodSync(target, 0o755);
      }
    },
  };
}

/** The environment's own scripts name the folder in which it was built, and that is not where it stays. */
function startScript(module: string, call: string): string {
  const program = `import sys; from ${module} import ${call}; sys.exit(${call}())`;
  return `#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/../venv/bin/python" -s -c '${program}' "$@"\n`;
}
