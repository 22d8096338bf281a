/**
 * Whether `build/` was compiled from the sources as they are now, and compiling them when it was not. Plain JavaScript:
 * it runs before anything is compiled.
 */
'use strict';
const { createHash } = require('node:crypto');
const { spawnSync } = require('node:child_process');
const { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
/** What `tsconfig.build.json` compiles. */
const SOURCES = ['constructs', 'policies', 'stacks', 'apps', 'infra'];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const STAMP = join(ROOT, 'build', '.sources');

/** Names, sizes and times of all sources: reading them would take longer than starting. */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { mtimeMs, size } = statSync(join(ROOT, path));
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  };
  const walk = (folder) => {
    const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.ts')) add(path);
    }
  };
  SOURCES.forEach(walk);
  SETTINGS.forEach(add);
  return hash.digest('hex');
}

function isFresh(current) {
  try {
    return readFileSync(STAMP, 'utf8') === current;
  } catch {
    return false;
  }
}

/** Compiles when something changed; false when the sources do not compile, which the compiler has said by then. */
function ensureBuilt() {
  const current = fingerprint();
  if (isFresh(current)) return true;
  process.stderr.write('hyperion: compiling the sources, for they changed …\n');
  rmSync(STAMP, { force: true });
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(
    process.execPath,
    [
      compiler,
      ...['--project', join(ROOT, 'tsconfig.build.json')],
      // Only what changed is compiled anew, and nothing is written when anything is wrong.
      ...['--incremental', '--tsBuildInfoFile', join(ROOT, 'build', '.tsbuildinfo'), '--noEmitOnError'],
    ],
    { cwd: ROOT, stdio: ['ignore', 2, 2] },
  );
  if (status !== 0) return false;
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  writeFileSync(STAMP, current);
  return true;
}

module.exports = { ensureBuilt };
