/**
 * Writes the folder of an environment whole or not at all: beside the old one first, then renamed into its place.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OutputError } from './output-error';

export interface OutputFolder {
  /** Name of the folder, the environment's. */
  readonly name: string;
  /** Text by path below it. */
  readonly files: ReadonlyMap<string, string>;
}

/** By which a command knows the folders that it wrote; what has no such file is not its to replace. */
export interface FolderWriter {
  readonly marker: string;
  readonly command: string;
}

const SYNTH: FolderWriter = { marker: 'graph.json', command: 'hyperion' };

/**
 * Replaces each folder under `parent`; none of them when one cannot be written.
 * @throws OutputError when a folder cannot be written, or is somebody else's
 */
export function writeFolders(
  parent: string,
  folders: readonly OutputFolder[],
  writer: FolderWriter = SYNTH,
): void {
  const moves = folders.map(({ name }) => ({
    target: join(parent, name),
    fresh: join(parent, `.${name}.new-${process.pid}`),
    old: join(parent, `.${name}.old-${process.pid}`),
  }));
  try {
    mkdirSync(parent, { recursive: true });
    for (const { target } of moves) assertOurs(target, writer);
  } catch (error) {
    throw asOutputError(parent, error);
  }
  const replaced: (typeof moves)[number][] = [];
  try {
    for (const [index, { fresh }] of moves.entries()) writeFiles(fresh, folders[index]?.files ?? new Map());
    for (const move of moves) {
      if (existsSync(move.target)) renameSync(move.target, move.old);
      replaced.push(move);
      renameSync(move.fresh, move.target);
    }
  } catch (error) {
    for (const { target, old } of replaced) {
      rmSync(target, { recursive: true, force: true });
      if (existsSync(old)) renameSync(old, target);
    }
    throw asOutputError(parent, error);
  } finally {
    for (const { fresh, old } of moves) {
      rmSync(fresh, { recursive: true, force: true });
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function asOutputError(parent: string, error: unknown): OutputError {
  if (error instanceof OutputError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new OutputError(`cannot write to ${parent}: ${reason}; choose another folder with --out`);
}

function assertOurs(target: string, { marker, command }: FolderWriter): void {
  if (!existsSync(target)) return;
  const entries = readdirSync(target);
  if (entries.length === 0 || entries.includes(marker)) return;
  throw new OutputError(
    `${target} was not written by ${command} (it has no ${marker}), and would be replaced; choose another folder with --out`,
  );
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  const made = new Set<string>();
  for (const [path, text] of files) {
    const file = join(folder, path);
    if (!made.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    made.add(dirname(file));
    writeFileSync(file, text);
  }
}
