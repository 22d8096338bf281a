/**
 * What the broker needs of a file system. Paths are relative to the data folder, with `/` between their parts. The real
 * one is `NodeDisk`; the simulation's can fail, write short, and lose power at any moment.
 */
export interface Disk {
  /** Names in a folder, in no order; none where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Makes a folder and those above it; safe against power loss when it returns. */
  makeFolder(folder: string): Promise<void>;
  /** Makes a file that must not exist. Safe against power loss only after `syncFolder`. */
  create(path: string): Promise<DiskFile>;
  open(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncFolder(folder: string): Promise<void>;
}

export interface DiskFile {
  size(): Promise<number>;
  /** May write less than all, as POSIX allows; gives the count of bytes. */
  write(buffers: readonly Buffer[], position: number): Promise<number>;
  /** May read less than asked for; 0 at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  /** What was written before survives power loss when this returns. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Writes everything, however short the single writes are. */
export async function writeAll(file: DiskFile, buffers: readonly Buffer[], position: number): Promise<void> {
  let rest = buffers;
  let at = position;
  while (rest.length > 0) {
    const written = await file.write(rest, at);
    if (written <= 0) throw new Error('the disk took no bytes and gave no reason');
    at += written;
    rest = skip(rest, written);
  }
}

/** Reads until the buffer is full or the file ends; gives what was read. */
export async function readFully(file: DiskFile, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await file.read(buffer.subarray(filled), position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Whether a failure says that there is no room, which is no damage: space comes back. */
export function isNoSpace(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function skip(buffers: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (left >= buffer.length) left -= buffer.length;
    else {
      rest.push(left === 0 ? buffer : buffer.subarray(left));
      left = 0;
    }
  }
  return rest;
}
