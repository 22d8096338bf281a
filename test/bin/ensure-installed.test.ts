/**
 * Installs in a copy of the scripts, with a stand-in for npm that only notes that it was called.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hyperion-install-'));
  cpSync(join(__dirname, '../../bin'), join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'package-lock.json'), '{"one": 1}');
  writeFileSync(
    join(root, 'npm.js'),
    `const fs = require('node:fs');
     fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
     if (process.env.FAILS) process.exit(1);
     fs.mkdirSync('node_modules', { recursive: true });`,
  );
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function ensureInstalled(env: Readonly<Record<string, string>> = {}): {
  status: number | null;
  stderr: string;
} {
  const code = "import('./bin/ensure-installed.mjs').then(({ ensureInstalled }) => ensureInstalled())";
  return spawnSync(process.execPath, ['-e', code], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: join(root, 'npm.js'), ...env },
  });
}

function calls(): string {
  return existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8') : '';
}

const CI = 'ci --no-audit --no-fund\n';

test('installs once, and again when the lock file changed', () => {
  expect(ensureInstalled().status).toBe(0);
  expect(ensureInstalled().status).toBe(0);
  expect(calls()).toBe(CI);
  writeFileSync(join(root, 'package-lock.json'), '{"two": 2}');
  expect(ensureInstalled().status).toBe(0);
  expect(calls()).toBe(CI + CI);
});

test('leaves alone what somebody installed by hand after the lock file was written', () => {
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), '{}');
  expect(ensureInstalled().status).toBe(0);
  expect(calls()).toBe('');
});

test('installs over what is older than the lock file', () => {
  mkdirSync(join(root, 'node_modules'));
  const note = join(root, 'node_modules', '.package-lock.json');
  writeFileSync(note, '{}');
  utimesSync(note, 1_000_000, 1_000_000);
  expect(ensureInstalled().status).toBe(0);
  expect(calls()).toBe(CI);
});

test('a failed installation is said so, and tried again next time', () => {
  const failed = ensureInstalled({ FAILS: '1' });
  expect(failed.status).toBe(2);
  expect(failed.stderr).toContain('hyperion: npm ci failed');
  expect(ensureInstalled().status).toBe(0);
  expect(calls()).toBe(CI + CI);
});
