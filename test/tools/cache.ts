/**
 * The user's cache of built tools: one folder a tool, version, recipe and platform, shared by every checkout.
 *
 * A folder under its final name is whole: the build happens beside it, is verified, gets its stamp and is then renamed,
 * which the file system does in one step.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isProcessAlive, liveHolder, withLock } from './lock';
import { runCommand } from './run-command';
import { unmetReason } from './requirement';
import { type Stale, staleEntries } from './stale';
import { ToolError } from './tool-error';
import type { Build, Recipe, Tool } from './tool';
import { failedChecks } from './verify';

export interface Stamp {
  readonly tool: string;
  readonly version: string;
  readonly builtAt: string;
  readonly buildSeconds: number;
  readonly files: Readonly<Record<string, { readonly sizeBytes: number; readonly sha256: string }>>;
}

export type ToolState =
  | { readonly kind: 'built'; readonly stamp: Stamp }
  | { readonly kind: 'building'; readonly pid: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly reason: string };

const STAMP = '.stamp.json';
const PROGRESS_EVERY_MS = 15_000;
const LOG_TAIL_LINES = 30;

/** `$HYPERION_CACHE`, else `$XDG_CACHE_HOME/hyperion`, else `~/.cache/hyperion`. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  if (env.HYPERION_CACHE) return resolve(env.HYPERION_CACHE);
  // The XDG specification tells programs to ignore a relative path here.
  if (env.XDG_CACHE_HOME?.startsWith(sep)) return join(env.XDG_CACHE_HOME, 'hyperion');
  return join(homedir(), '.cache', 'hyperion');
}

/** The name of a tool's folder: a changed version, recipe or platform is another folder. */
export function cacheKey(tool: Tool, platform = `${process.platform}-${process.arch}`): string {
  return `${tool.version}-${recipeHash(tool.recipe, tool.outputs)}-${platform}`;
}

function recipeHash({ kind, revision, inputs }: Recipe, outputs: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify({ kind, revision, inputs, outputs }))
    .digest('hex')
    .slice(0, 12);
}

export class ToolCache {
  private readonly running = new Map<string, Promise<string>>();

  constructor(
    private readonly root: string,
    private readonly report: (line: string) => void,
    private readonly progressEveryMs = PROGRESS_EVERY_MS,
  ) {}

  /** Where the tool's folder is, or will be. */
  folderOf(tool: Tool): string {
    return join(this.root, 'tools', tool.name, cacheKey(tool));
  }

  logOf(tool: Tool): string {
    return `${this.folderOf(tool)}.log`;
  }

  stateOf(tool: Tool): ToolState {
    const stamp = this.stampOf(tool);
    const reason = unavailableReason(tool, stamp !== undefined);
    if (stamp !== undefined && reason === undefined) return { kind: 'built', stamp };
    const holder = liveHolder(this.lockOf(tool));
    if (holder !== undefined) return { kind: 'building', pid: holder.pid };
    return reason === undefined ? { kind: 'absent' } : { kind: 'unavailable', reason };
  }

  /** The tool's folder, built first if it is not there. Throws a ToolError. */
  ensure(tool: Tool): Promise<string> {
    const folder = this.folderOf(tool);
    const already = this.running.get(folder);
    if (already !== undefined) return already;
    const promise = this.ensureOnce(tool, folder).finally(() => this.running.delete(folder));
    this.running.set(folder, promise);
    return promise;
  }

  /** What is wrong with a built tool: changed or missing files, and checks that fail. */
  async problems(tool: Tool): Promise<string[]> {
    const folder = this.folderOf(tool);
    const stamp = this.stampOf(tool);
    if (stamp === undefined) return ['not built, or incomplete'];
    const changed = Object.entries(stamp.files)
      .filter(([path, file]) => sha256Of(join(folder, path)) !== file.sha256)
      .map(([path]) => `${path} is not the file that was built`);
    return [...changed, ...(await failedChecks(tool, folder))];
  }

  /** What lies in the cache and belongs to none of these tools. */
  stale(tools: readonly Tool[]): Stale[] {
    return staleEntries(
      join(this.root, 'tools'),
      tools.map((tool) => this.folderOf(tool)),
    );
  }

  private lockOf(tool: Tool): string {
    return `${this.folderOf(tool)}.lock`;
  }

  /** Undefined when the folder is not there or not as its build left it. */
  private stampOf(tool: Tool): Stamp | undefined {
    const folder = this.folderOf(tool);
    try {
      const stamp = JSON.parse(readFileSync(join(folder, STAMP), 'utf8')) as Stamp;
      const whole = Object.entries(stamp.files).every(
        ([path, { sizeBytes }]) => statSync(join(folder, path)).size === sizeBytes,
      );
      return whole ? stamp : undefined;
    } catch {
      return undefined;
    }
  }

  private async ensureOnce(tool: Tool, folder: string): Promise<string> {
    const isBuilt = this.stampOf(tool) !== undefined;
    const reason = unavailableReason(tool, isBuilt);
    if (reason !== undefined)
      throw new ToolError(label(tool), reason, 'install what it needs, then run this again');
    if (isBuilt) return folder;
    this.makeFolder(tool, dirname(folder));

    let saidAtMs = 0;
    const onWait = (holder: { pid: number }, waitedMs: number): void => {
      if (waitedMs < saidAtMs) return;
      saidAtMs += this.progressEveryMs;
      this.report(
        `${label(tool)}: waiting for process ${holder.pid}, which builds it (${seconds(waitedMs)})`,
      );
    };
    return withLock(this.lockOf(tool), { onWait }, async () => {
      // Whoever held the lock before may have built it.
      if (this.stampOf(tool) === undefined) await this.build(tool, folder);
      return folder;
    });
  }

  private async build(tool: Tool, folder: string): Promise<void> {
    removeLeftovers(folder);
    const partial = `${folder}.partial-${process.pid}-${randomUUID().slice(0, 8)}`;
    const outDir = join(partial, 'out');
    const workDir = join(partial, 'work');
    const log = this.logOf(tool);
    const startMs = Date.now();
    mkdirSync(outDir, { recursive: true });
    mkdirSync(workDir);
    writeFileSync(log, `${label(tool)}, ${new Date().toISOString()}\n`);

    let doing = tool.recipe.kind;
    const build: Build = {
      outDir,
      workDir,
      run: (command) => {
        doing = [command.program, ...command.args].join(' ').replaceAll(partial, '…');
        return runCommand(command, log);
      },
    };
    this.report(`${label(tool)}: building, log in ${log}`);
    const progress = setInterval(() => {
      this.report(`${label(tool)}: building since ${seconds(Date.now() - startMs)}: ${doing.slice(0, 100)}`);
    }, this.progressEveryMs);
    const clear = (): void => {
      rmSync(partial, { recursive: true, force: true });
    };
    process.once('exit', clear);
    try {
      await tool.recipe.run(build);
      await this.refuseUnlessGood(tool, outDir);
      writeStamp(tool, outDir, Date.now() - startMs);
      // A folder of that name has no valid stamp, or we would not be here.
      rmSync(folder, { recursive: true, force: true });
      renameSync(outDir, folder);
    } catch (error) {
      throw this.buildError(tool, error, Date.now() - startMs);
    } finally {
      clearInterval(progress);
      process.removeListener('exit', clear);
      clear();
    }
    this.report(`${label(tool)}: ready after ${seconds(Date.now() - startMs)}, in ${folder}`);
  }

  private async refuseUnlessGood(tool: Tool, outDir: string): Promise<void> {
    const missing = tool.outputs.filter((output) => !existsSync(join(outDir, output)));
    if (missing.length > 0) throw new Error(`the recipe did not make ${missing.join(', ')}`);
    const failed = await failedChecks(tool, outDir);
    if (failed.length > 0) throw new Error(`verification failed: ${failed.join('; ')}`);
  }

  private buildError(tool: Tool, error: unknown, elapsedMs: number): ToolError {
    const message = error instanceof Error ? error.message : String(error);
    const log = this.logOf(tool);
    const tail = existsSync(log)
      ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES)
      : [];
    return new ToolError(
      label(tool),
      `build failed after ${seconds(elapsedMs)}: ${message}\n  the last lines of ${log}:\n${tail
        .map((line) => `    ${line}`)
        .join('\n')}`,
      `mend what the log says, then run: npm run tools -- build ${tool.name}`,
    );
  }

  private makeFolder(tool: Tool, folder: string): void {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new ToolError(
        label(tool),
        `the cache folder ${folder} cannot be made: ${(error as Error).message}`,
        'set HYPERION_CACHE to a folder that this user may write',
      );
    }
  }
}

/** Why this machine cannot run the tool, or build it where it is not built yet; undefined when it can. */
function unavailableReason({ requires, runsWith = [] }: Tool, isBuilt: boolean): string | undefined {
  const reasons = [...(isBuilt ? [] : requires), ...runsWith]
    .map(unmetReason)
    .filter((reason) => reason !== undefined);
  return reasons.length === 0 ? undefined : `not available: ${reasons.join('; ')}`;
}

function label(tool: Tool): string {
  return `${tool.name} ${tool.version}`;
}

function seconds(elapsedMs: number): string {
  return `${Math.round(elapsedMs / 1000)} s`;
}

/** What dead builders of this same folder left behind. */
function removeLeftovers(folder: string): void {
  const prefix = `${folder}.partial-`;
  for (const name of readdirSync(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (!path.startsWith(prefix)) continue;
    const pid = Number(path.slice(prefix.length).split('-')[0]);
    if (pid !== process.pid && !isProcessAlive(pid)) rmSync(path, { recursive: true, force: true });
  }
}

function writeStamp(tool: Tool, outDir: string, elapsedMs: number): void {
  const paths = readdirSync(outDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(outDir, join(entry.parentPath, entry.name)))
    .sort();
  const stamp: Stamp = {
    tool: tool.name,
    version: tool.version,
    builtAt: new Date().toISOString(),
    buildSeconds: Math.round(elapsedMs / 1000),
    files: Object.fromEntries(
      paths.map((path) => {
        const file = join(outDir, path);
        return [path, { sizeBytes: statSync(file).size, sha256: sha256Of(file) }];
      }),
    ),
  };
  writeFileSync(join(outDir, STAMP), `${JSON.stringify(stamp, null, 2)}\n`);
}

function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
