/**
 * One builder at a time, across processes.
 *
 * The lock saves work; it is not what keeps the cache whole: each builder has a folder of its own and only a rename
 * publishes it. So if two ever hold the lock, one of two equal builds is thrown away, and nothing breaks.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the kernel counts it: a reused pid is another process. Empty where unknown. */
  readonly started: string;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

export interface LockOptions {
  /** Called now and then while another process holds the lock. */
  readonly onWait: (holder: Holder, waitedMs: number) => void;
  /** @default 500 */
  readonly pollMs?: number;
}

/** Between signs of life in the lock's modification time, and how long another machine's may be silent. */
const HEARTBEAT_MS = 10_000;
const FOREIGN_SILENCE_MS = 120_000;

/** Runs `work` while holding the lock file at `path`; waits for another holder that is alive, replaces a dead one. */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const mine = thisProcess();
  const since = Date.now();
  while (!take(path, mine)) {
    const holder = readHolder(path);
    if (holder === undefined) continue; // Given back between the two calls.
    if (isDead(path, holder)) discard(path, holder);
    else {
      options.onWait(holder, Date.now() - since);
      await sleep(options.pollMs ?? 500);
    }
  }
  const giveBack = (): void => {
    if (readHolder(path)?.token === mine.token) rmSync(path, { force: true });
  };
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // Taken over by another machine that heard nothing for too long: see the note at the top.
    }
  }, HEARTBEAT_MS);
  process.once('exit', giveBack);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.removeListener('exit', giveBack);
    giveBack();
  }
}

/** The live holder of a lock, for a listing. */
export function liveHolder(path: string): Holder | undefined {
  const holder = readHolder(path);
  return holder === undefined || isDead(path, holder) ? undefined : holder;
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A link appears at once with its content, so that no reader ever sees a lock without a holder. */
function take(path: string, mine: Holder): boolean {
  const draft = `${path}.${mine.token}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // Not ours, or damaged: nobody whom we could ask.
    return { pid: 0, host: hostname(), started: '', token: '' };
  }
}

function isDead(path: string, holder: Holder): boolean {
  if (holder.host === hostname()) {
    if (holder.pid <= 0 || !isProcessAlive(holder.pid)) return true;
    return holder.started !== startOf(holder.pid);
  }
  try {
    return Date.now() - statSync(path).mtimeMs > FOREIGN_SILENCE_MS;
  } catch {
    return false; // Gone: the next attempt will see.
  }
}

/** Moves the dead holder's lock aside; when a faster waiter's new lock was moved instead, puts it back. */
function discard(path: string, dead: Holder): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (readHolder(aside)?.token !== dead.token) linkSync(aside, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function thisProcess(): Holder {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid), token: randomUUID() };
}

function startOf(pid: number): string {
  try {
    // Field 22 of proc(5)'s stat, counted after the command's name, which may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie only waits for its parent to read its status.
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
  } catch {
    return ''; // No /proc on this platform: the pid alone must do.
  }
}
