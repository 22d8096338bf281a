/**
 * Remembers how far each file is read, one small file for each. A checkpoint is there whole or not at all, whatever
 * happens: written beside, synced, renamed, and the folder synced.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

import { errorCode } from '../error-text';

const Count = Type.Integer({ minimum: 0 });

const CheckpointSchema = Type.Object({
  path: Type.String(),
  /** What tells a file from another one under the same path. */
  inode: Count,
  headBytes: Count,
  headHash: Type.String(),
  offset: Count,
  line: Type.Integer({ minimum: 1 }),
  rows: Type.Object({ published: Count, rejected: Count }),
});

export type Checkpoint = Static<typeof CheckpointSchema>;

export class CheckpointStore {
  private constructor(private readonly folder: string) {}

  public static async open(dataFolder: string): Promise<CheckpointStore> {
    const folder = join(dataFolder, 'checkpoints');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new CheckpointStore(folder);
  }

  /** Nothing when there is none, or none that can be read: then the file is read from its start, and comes twice. */
  public async load(path: string): Promise<Checkpoint | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.fileOf(path), 'utf8'));
      return Value.Check(CheckpointSchema, value) && value.path === path ? value : undefined;
    } catch (error) {
      if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  public async save(checkpoint: Checkpoint): Promise<void> {
    const path = this.fileOf(checkpoint.path);
    const beside = `${path}.new`;
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(checkpoint));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  public async forget(path: string): Promise<void> {
    await rm(this.fileOf(path), { force: true });
  }

  /** A path may have any length and any character. */
  private fileOf(path: string): string {
    return join(this.folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);
  }
}
