/**
 * The services as plain JavaScript in a folder of their own: a process that is killed fifty times should not be compiled
 * fifty times.
 */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { transformSync } from '@swc/core';

const ROOT = join(__dirname, '../../..');

/** Gives the folder with `<service>/server.js`. */
export function compileApps(folder: string): string {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const source of sourcesIn(join(ROOT, 'apps'))) {
    const target = join(folder, relative(ROOT, source)).replace(/\.ts$/, '.js');
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: source,
      swcrc: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      // As `tsc` with module node16: an `import()` of a package that is an ES module stays one.
      module: { type: 'commonjs', ignoreDynamic: true },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  return join(folder, 'apps');
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
