/** What lies in the cache and no definition asks for any more: older versions, changed recipes, dead builders' remains. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessAlive, liveHolder } from './lock';

export interface Stale {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * The folders and files under `folder` (`<cache>/tools`) that belong to none of the folders `kept`. What another process
 * builds at this moment is never among them.
 */
export function staleEntries(folder: string, kept: readonly string[]): Stale[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => readdirSync(join(folder, name)).map((entry) => join(folder, name, entry)))
    .filter((path) => isStale(path, kept))
    .sort()
    .map((path) => ({ path, sizeBytes: sizeOf(path) }));
}

export function remove(stale: readonly Stale[]): void {
  for (const { path } of stale) rmSync(path, { recursive: true, force: true });
}

/** `<key>`, its `<key>.log` and `<key>.lock`, and `<key>.partial-<pid>-<id>`. */
function isStale(path: string, kept: readonly string[]): boolean {
  const [, folder = path, builder] = /^(.*)\.partial-(\d+)-[^/]*$/.exec(path) ?? [];
  if (builder !== undefined) return !isProcessAlive(Number(builder));
  const owner = folder.replace(/\.(log|lock)$/, '');
  return !kept.includes(owner) && liveHolder(`${owner}.lock`) === undefined;
}

function sizeOf(path: string): number {
  const stat = statSync(path);
  if (stat.isFile()) return stat.size;
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
