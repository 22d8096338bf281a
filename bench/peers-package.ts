/** Installs the peers' packages, when an area needs them and they are not there as their lock says. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, 'peers');
const LOCK = join(FOLDER, 'package-lock.json');
/** A copy of the lock that was installed. */
const STAMP = join(FOLDER, 'node_modules', '.installed-lock.json');
const SQLITE = join(FOLDER, 'node_modules', 'better-sqlite3');
/** SQLite is one large C file. */
const COMPILE_LIMIT_MS = 5 * 60_000;

/** @throws Error with npm's own words */
export function installPeers(): void {
  const lock = readFileSync(LOCK, 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  process.stderr.write('bench: installing the peers’ packages …\n');
  const { status, stderr } = npm(['ci', '--ignore-scripts']);
  if (status !== 0) throw new Error(`bench: npm ci in bench/peers failed:\n${stderr}`);
  writeFileSync(STAMP, lock);
}

/** better-sqlite3 where its C code can be compiled; otherwise libsql, SQLite with the same interface, which the project has. */
export function sqlitePackage(): 'better-sqlite3' | 'libsql' {
  installPeers();
  const isBuilt = (): boolean => existsSync(join(SQLITE, 'build', 'Release', 'better_sqlite3.node'));
  if (!isBuilt()) {
    process.stderr.write('bench: compiling better-sqlite3 (about a minute and a half) …\n');
    npm(['rebuild', 'better-sqlite3', '--build-from-source']);
  }
  return isBuilt() ? 'better-sqlite3' : 'libsql';
}

function npm(args: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync('npm', args, { cwd: FOLDER, encoding: 'utf8', timeout: COMPILE_LIMIT_MS });
}
