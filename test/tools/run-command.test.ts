import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, runCommand } from './run-command';

let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tools-run-'));
  log = join(folder, 'log');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('keeps where things lie and drops what would change the outcome', () => {
  const env = {
    PATH: '/bin',
    HOME: '/home/a',
    GOCACHE: '/c',
    https_proxy: 'p',
    GOFLAGS: '-race',
    GOOS: 'plan9',
  };
  expect(cleanEnvironment({ ...env, CC: 'tcc', NODE_OPTIONS: '--inspect' })).toEqual({
    PATH: '/bin',
    HOME: '/home/a',
    GOCACHE: '/c',
    https_proxy: 'p',
    LC_ALL: 'C',
  });
});

it('answers stdout, and logs the command with both streams', async () => {
  const command = { program: 'sh', args: ['-c', 'echo "$COLOUR"; echo aside >&2'], cwd: folder };
  expect(await runCommand({ ...command, env: { COLOUR: 'green' } }, log)).toBe('green\n');
  const written = readFileSync(log, 'utf8').trim().split('\n');
  expect(written[0]).toBe('$ sh -c echo "$COLOUR"; echo aside >&2');
  expect(written.slice(1).sort()).toEqual(['aside', 'green']);
});

it('runs at low priority', async () => {
  expect(await runCommand({ program: 'sh', args: ['-c', 'sleep 0.2; nice'], cwd: folder }, log)).toBe('10\n');
});

it('names the command line and the status of a failure, or that it did not start', async () => {
  await expect(runCommand({ program: 'sh', args: ['-c', 'exit 4'], cwd: folder }, log)).rejects.toThrow(
    '`sh -c exit 4` ended with 4',
  );
  await expect(runCommand({ program: 'no-such-program', args: [], cwd: folder }, log)).rejects.toThrow(
    '`no-such-program` did not start: spawn no-such-program ENOENT',
  );
});
