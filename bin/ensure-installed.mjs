/**
 * Installs what the lock file says when it is not there yet, and does nothing when it is.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import versions from './node-version.js';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const MODULES = join(ROOT, 'node_modules');
const LOCK = join(ROOT, 'package-lock.json');
/** The lock file that `node_modules` was installed from. */
const STAMP = join(MODULES, '.hyperion-installed');
/** npm's own note of what it installed. */
const NPM_NOTE = join(MODULES, '.package-lock.json');

export function ensureInstalled() {
  versions.assertNodeVersion();
  const wanted = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  if (isInstalled(wanted)) return;
  console.error('hyperion: installing the packages of package-lock.json …');
  const { status } = npm(['ci', '--no-audit', '--no-fund']);
  if (status !== 0) {
    console.error('hyperion: npm ci failed; what it says above names the reason');
    process.exit(2);
  }
  writeFileSync(STAMP, wanted);
}

function isInstalled(wanted) {
  if (!existsSync(MODULES)) return false;
  if (existsSync(STAMP)) return readFileSync(STAMP, 'utf8') === wanted;
  // Somebody ran npm by hand: then npm's note is younger than the lock file.
  if (!existsSync(NPM_NOTE) || statSync(NPM_NOTE).mtimeMs < statSync(LOCK).mtimeMs) return false;
  writeFileSync(STAMP, wanted);
  return true;
}

/** The npm that started this, else the one on the path. */
function npm(args) {
  const options = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  const own = process.env.npm_execpath;
  return own === undefined
    ? spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
    : spawnSync(process.execPath, [own, ...args], options);
}
