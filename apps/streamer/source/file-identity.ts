/** Tells whether a file is still the one that was read before. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import type { Checkpoint } from './checkpoint-store';

/** Beyond the header, into the first times and values. */
const HEAD_BYTES = 4096;

type Change = 'same' | 'replaced' | 'truncated';

export interface FileIdentity {
  readonly inode: number;
  readonly headBytes: number;
  readonly headHash: string;
}

export async function identify(file: FileHandle, headBytes = HEAD_BYTES): Promise<FileIdentity> {
  const { ino } = await file.stat();
  const head = Buffer.alloc(Math.min(headBytes, HEAD_BYTES));
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const headHash = createHash('sha256').update(head.subarray(0, bytesRead)).digest('hex');
  return { inode: ino, headBytes: bytesRead, headHash };
}

export async function compare(file: FileHandle, known: Checkpoint): Promise<Change> {
  const { size } = await file.stat();
  // As much of it as there was at that time: it may have grown since.
  const { inode, headBytes, headHash } = await identify(file, known.headBytes);
  if (inode !== known.inode) return 'replaced';
  if (size < known.offset || headBytes < known.headBytes) return 'truncated';
  return headHash === known.headHash ? 'same' : 'replaced';
}
