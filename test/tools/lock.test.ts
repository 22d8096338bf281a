import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Holder, liveHolder, withLock } from './lock';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tools-lock-'));
  path = join(folder, 'lock');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const nobodyWaits = {
  onWait: (holder: Holder) => {
    throw new Error(`waited for ${holder.pid}`);
  },
};

async function endedPid(): Promise<number> {
  const child = spawn('true', { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

function lockOf(holder: Partial<Holder>): void {
  writeFileSync(path, JSON.stringify({ pid: 1, host: hostname(), started: '', token: 't', ...holder }));
}

it('is held during the work and given back after it, also when the work throws', async () => {
  const seen = await withLock(path, nobodyWaits, () => Promise.resolve(liveHolder(path)?.pid));
  expect(seen).toBe(process.pid);
  await expect(withLock(path, nobodyWaits, () => Promise.reject(new Error('broken')))).rejects.toThrow(
    'broken',
  );
  expect(readdirSync(folder)).toEqual([]);
});

it('lets one in at a time', async () => {
  const events: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    events.push(`${name} in`);
    await sleep(30);
    events.push(`${name} out`);
  };
  const waiting = { onWait: () => undefined, pollMs: 5 };
  await Promise.all([withLock(path, waiting, work('a')), withLock(path, waiting, work('b'))]);
  expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
});

it('takes over from a process that has ended', async () => {
  lockOf({ pid: await endedPid() });
  expect(liveHolder(path)).toBeUndefined();
  expect(await withLock(path, nobodyWaits, () => Promise.resolve('mine'))).toBe('mine');
});

it('takes over when the pid now belongs to another process', async () => {
  lockOf({ pid: process.pid, started: 'long ago' });
  expect(await withLock(path, nobodyWaits, () => Promise.resolve('mine'))).toBe('mine');
});

it('takes over a damaged lock', async () => {
  writeFileSync(path, '{"pid":');
  expect(await withLock(path, nobodyWaits, () => Promise.resolve('mine'))).toBe('mine');
});

it('takes over from another machine only after two minutes without a sign of life', async () => {
  lockOf({ host: 'elsewhere.example.com', pid: 1 });
  expect(liveHolder(path)?.host).toBe('elsewhere.example.com');
  const silentSince = new Date(Date.now() - 121_000);
  utimesSync(path, silentSince, silentSince);
  expect(liveHolder(path)).toBeUndefined();
  expect(await withLock(path, nobodyWaits, () => Promise.resolve('mine'))).toBe('mine');
});

it('many waiters of one dead holder end up with one holder at a time', async () => {
  lockOf({ pid: await endedPid() });
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(5);
    inside -= 1;
  };
  const waiting = { onWait: () => undefined, pollMs: 1 };
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, waiting, work)));
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

it('does not give back a lock that somebody else took over', async () => {
  await withLock(path, nobodyWaits, () => {
    lockOf({ token: 'another' });
    return Promise.resolve();
  });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ token: 'another' });
});
