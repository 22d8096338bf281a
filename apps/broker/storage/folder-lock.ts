/**
 * Keeps two brokers from writing to one folder. Node has no `flock`, so the lock is a file with the process's id and the
 * time at which it started: in a container every broker is process 1, and a killed one must not lock out the next. It
 * does not see processes of another container; there, a volume with ReadWriteOncePod does it.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errorCode } from './disk';

export class FolderLock {
  private constructor(private readonly path: string) {}

  public static async take(folder: string): Promise<FolderLock> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'lock');
    const owner = await readOrNothing(path);
    if (owner !== undefined) {
      const [pid = '', startedAt] = owner.split(' ');
      if (startedAt !== undefined && startedAt === (await startTime(pid))) {
        throw new Error(
          `${folder} is used by the process ${pid}; give each broker a BROKER_DATA_DIR of its own`,
        );
      }
      await rm(path);
    }
    const pid = String(process.pid);
    // `wx`: of two that start at once, one fails.
    await writeFile(path, `${pid} ${(await startTime(pid)) ?? 'unknown'}`, { flag: 'wx', mode: 0o600 });
    return new FolderLock(path);
  }

  public async release(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** In ticks since the machine started; undefined when there is no such process, or no /proc. */
async function startTime(pid: string): Promise<string | undefined> {
  const stat = await readOrNothing(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may hold anything; the start is the 22nd.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
