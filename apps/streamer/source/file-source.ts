/**
 * A file, or a folder of them that is watched: reads what is new, in order of the names, one after the other.
 */
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorCode, errorText } from '../error-text';
import { HeaderError } from '../mapping/row-reader';
import { FileRun } from './file-run';
import type { SourceContext } from './source-context';
import { newStatus, type SourceStatus } from './source-status';

/** What tells, without opening it, that a file is as it was. */
interface Look {
  readonly inode: number;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

/** Each is looked at in every scan, and remembered. */
const MAX_FILES = 10_000;

export class FileSource {
  private readonly files = new Map<string, SourceStatus>();
  /** How files looked when there was nothing left to do. */
  private readonly done = new Map<string, Look>();
  /** How they looked last, and since when. */
  private readonly seen = new Map<string, { readonly look: Look; readonly sinceMs: number }>();
  private isFolder = false;
  private problem: string | undefined;

  public constructor(
    private readonly path: string,
    private readonly context: SourceContext,
  ) {}

  public get sources(): readonly SourceStatus[] {
    return [...this.files.values()];
  }

  /** One bad file of a folder is no reason to send nobody here; the one file is. */
  public notReadyBecause(): string[] {
    const stuck = this.sources.filter(
      ({ state }) => state === 'blocked' || (state === 'failed' && !this.isFolder),
    );
    const reasons = stuck.map(({ name, reason }) => `${name}: ${reason ?? ''}`);
    return this.problem === undefined ? reasons : [this.problem, ...reasons];
  }

  /** Resolves when the service stops. */
  public async run(): Promise<void> {
    const { stopping, settings } = this.context;
    while (!stopping.aborted) {
      await this.scan();
      // A stop ends the wait.
      await sleep(settings.STREAMER_SCAN_INTERVAL, undefined, { signal: stopping }).catch(() => undefined);
    }
    for (const status of this.files.values()) if (status.state !== 'finished') status.state = 'stopped';
  }

  private async scan(): Promise<void> {
    const paths = await this.list();
    for (const path of paths) {
      if (this.context.stopping.aborted) return;
      await this.visit(path);
    }
  }

  private async list(): Promise<readonly string[]> {
    try {
      this.isFolder = (await stat(this.path)).isDirectory();
      this.problem = undefined;
      if (!this.isFolder) return [this.path];
      if (this.context.settings.STREAMER_LOOP) {
        this.problem = `STREAMER_LOOP repeats a file, and STREAMER_SOURCE ${this.path} is a folder; name one file`;
        return [];
      }
      const names = (await readdir(this.path)).filter((name) => /^[^.].*\.csv$/i.test(name)).sort();
      if (names.length > MAX_FILES) {
        this.problem = `${this.path} has ${names.length} files, the first ${MAX_FILES} are read; take the finished ones away`;
      }
      const paths = names.slice(0, MAX_FILES).map((name) => join(this.path, name));
      await this.forgetOthers(new Set(paths));
      return paths;
    } catch (error) {
      this.problem = `STREAMER_SOURCE ${this.path} cannot be read: ${errorText(error)}`;
      return [];
    }
  }

  private async forgetOthers(paths: ReadonlySet<string>): Promise<void> {
    for (const path of this.files.keys()) {
      if (paths.has(path)) continue;
      for (const map of [this.files, this.done, this.seen]) map.delete(path);
      await this.context.checkpoints.forget(path);
    }
  }

  private async visit(path: string): Promise<void> {
    const { context } = this;
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() !== true) return;
    const look = lookOf(stats);
    if (isSame(this.done.get(path), look)) return;
    const settledBytes = this.isSettled(path, look) ? look.sizeBytes : undefined;
    const status = this.files.get(path) ?? newStatus(path, 'file');
    this.files.set(path, status);
    try {
      const outcome = await FileRun.read(status, context, settledBytes);
      if (outcome === 'stopped') return;
      if (status.state !== 'finished' && outcome === 'finished')
        context.log.info({ file: path }, 'a file is finished');
      status.state = outcome === 'finished' ? 'finished' : 'waiting';
      if (outcome === 'finished') this.done.set(path, look);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      this.fail(status, error);
      // Its header will not become better by itself.
      if (error instanceof HeaderError) this.done.set(path, look);
    }
  }

  /** By our own clock; or by the file's, which may be that of another machine, but is there at once. */
  private isSettled(path: string, look: Look): boolean {
    const settleMs = this.context.settings.STREAMER_SETTLE_TIME;
    const seen = this.seen.get(path);
    const sinceMs = isSame(seen?.look, look) ? (seen?.sinceMs ?? 0) : performance.now();
    this.seen.set(path, { look, sinceMs });
    return performance.now() - sinceMs >= settleMs || Date.now() - look.changedMs >= settleMs;
  }

  private fail(status: SourceStatus, error: unknown): void {
    const reason = errorText(error);
    // Once, not with every scan.
    if (status.reason !== reason) {
      this.context.metrics.errors.inc({ type: error instanceof HeaderError ? 'header' : 'read' });
      this.context.log.error({ err: error, file: status.name }, 'a file cannot be read');
    }
    status.state = 'failed';
    status.reason = reason;
  }
}

function lookOf({ ino, size, mtimeMs }: Stats): Look {
  return { inode: ino, sizeBytes: size, changedMs: mtimeMs };
}

function isSame(a: Look | undefined, b: Look): boolean {
  return a?.inode === b.inode && a.sizeBytes === b.sizeBytes && a.changedMs === b.changedMs;
}
