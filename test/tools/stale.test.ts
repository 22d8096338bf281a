import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock';
import { remove, staleEntries } from './stale';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-stale-'));
  for (const key of ['1.0-a', '1.0-b']) {
    mkdirSync(join(root, 'greeter', key, 'bin'), { recursive: true });
    writeFileSync(join(root, 'greeter', key, 'bin/greeter'), 'hello');
    writeFileSync(join(root, 'greeter', `${key}.log`), 'log');
  }
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

it('finds nothing where there is no cache', () => {
  expect(staleEntries(join(root, 'absent'), [])).toEqual([]);
});

it('is the folder and the log of each key that is not kept, and removes nothing else', () => {
  const stale = staleEntries(root, [join(root, 'greeter/1.0-b')]);
  expect(stale).toEqual([
    { path: join(root, 'greeter/1.0-a'), sizeBytes: 5 },
    { path: join(root, 'greeter/1.0-a.log'), sizeBytes: 3 },
  ]);
  remove(stale);
  expect(readdirSync(join(root, 'greeter'))).toEqual(['1.0-b', '1.0-b.log']);
});

it('is what a dead builder left, also of a key that is kept, but nothing of a living one', async () => {
  const dead = spawn('true', { stdio: 'ignore' });
  await once(dead, 'exit');
  const kept = ['1.0-a', '1.0-b'].map((key) => join(root, 'greeter', key));
  mkdirSync(`${join(root, 'greeter/1.0-a')}.partial-${dead.pid ?? 0}-abc`);
  mkdirSync(`${join(root, 'greeter/1.0-a')}.partial-${process.pid}-def`);
  expect(staleEntries(root, kept)).toEqual([
    { path: `${join(root, 'greeter/1.0-a')}.partial-${dead.pid ?? 0}-abc`, sizeBytes: 0 },
  ]);
});

it('leaves alone what another process builds at this moment', async () => {
  const lock = join(root, 'greeter/1.0-a.lock');
  await withLock(lock, { onWait: () => undefined }, () => {
    expect(staleEntries(root, [join(root, 'greeter/1.0-b')])).toEqual([]);
    return Promise.resolve();
  });
});
