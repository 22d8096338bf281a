import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const REASONS = [
  'loki 3.7.8: not available: needs Go >= 1.26.5, found no go on the PATH',
  'kyverno 1.19.1: not available: needs Go >= 1.26.6, found no go on the PATH',
];

let emptyFolder: string;

beforeEach(() => {
  emptyFolder = mkdtempSync(join(tmpdir(), 'tools-proof-'));
});

afterEach(() => {
  rmSync(emptyFolder, { recursive: true, force: true });
});

function runFixture(ci: string, name = 'proof-of-loki'): { status: number | null; said: string } {
  const project = resolve(__dirname, '../..');
  const args = ['--rootDir', project, '--testMatch', `**/test/tools/fixtures/${name}.ts`, '--verbose'];
  const { status, stderr } = spawnSync(process.execPath, [require.resolve('jest/bin/jest'), ...args], {
    cwd: project,
    env: { HOME: emptyFolder, PATH: emptyFolder, HYPERION_CACHE: emptyFolder, CI: ci },
    encoding: 'utf8',
  });
  return { status, said: stderr };
}

it('counts a proof without its tools as skipped and prints why', () => {
  const { status, said } = runFixture('');
  expect(said).toContain(`[proof left out] Loki accepts its configuration: ${REASONS.join('; ')}\n`);
  expect(said).toContain('Tests:       1 skipped, 1 total');
  expect(status).toBe(0);
}, 60_000);

it('fails with the reasons where CI promises the tools', () => {
  const { status, said } = runFixture('true');
  for (const reason of REASONS) expect(said).toContain(reason);
  expect(said).toContain('With CI=true a proof may not be left out.');
  expect(said).toContain('Tests:       1 failed, 1 total');
  expect(status).toBe(1);
}, 60_000);

it('counts a proof with a program of no registry as skipped and prints why, even in CI', () => {
  const { status, said } = runFixture('true', 'proof-of-a-cli');
  const reason = 'in no registry, and not on the PATH: no-such-cli';
  expect(said).toContain(`[proof left out] the command line deploys: ${reason}\n`);
  expect(said).toContain('Tests:       1 skipped, 1 total');
  expect(status).toBe(0);
}, 60_000);
