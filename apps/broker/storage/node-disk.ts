/**
 * The real file system, under one data folder. Everything is asynchronous: a disk that hangs must not stop the event loop.
 */
import {
  close,
  fdatasync,
  fstat,
  ftruncate,
  fsync,
  mkdir,
  open,
  read,
  readdir,
  rename,
  unlink,
  writev,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { errorCode, type Disk, type DiskFile } from './disk';

const call = {
  close: promisify(close),
  fdatasync: promisify(fdatasync),
  fstat: promisify(fstat),
  fsync: promisify(fsync),
  ftruncate: promisify(ftruncate),
  mkdir: promisify(mkdir),
  open: promisify(open),
  readdir: promisify(readdir),
  rename: promisify(rename),
  unlink: promisify(unlink),
};

/** IOV_MAX of Linux; `writev` refuses more. */
const MAX_BUFFERS = 1024;
/** Messages may be confidential: nobody but the broker's user reads them. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export class NodeDisk implements Disk {
  public constructor(private readonly root: string) {}

  public async list(folder: string): Promise<string[]> {
    try {
      return await call.readdir(join(this.root, folder));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  public async makeFolder(folder: string): Promise<void> {
    const path = join(this.root, folder);
    const made = await call.mkdir(path, { recursive: true, mode: FOLDER_MODE });
    if (made === undefined) return;
    // The entry of each new folder lies in the one above it.
    for (let at = path; at.length >= made.length; at = dirname(at)) await syncPath(dirname(at));
  }

  public async create(path: string): Promise<DiskFile> {
    return new NodeFile(await call.open(join(this.root, path), 'wx+', FILE_MODE));
  }

  public async open(path: string): Promise<DiskFile> {
    return new NodeFile(await call.open(join(this.root, path), 'r+'));
  }

  public async rename(from: string, to: string): Promise<void> {
    await call.rename(join(this.root, from), join(this.root, to));
  }

  public async remove(path: string): Promise<void> {
    await call.unlink(join(this.root, path));
  }

  public async syncFolder(folder: string): Promise<void> {
    await syncPath(join(this.root, folder));
  }
}

class NodeFile implements DiskFile {
  public constructor(private readonly descriptor: number) {}

  public async size(): Promise<number> {
    return (await call.fstat(this.descriptor)).size;
  }

  public write(buffers: readonly Buffer[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      writev(this.descriptor, buffers.slice(0, MAX_BUFFERS), position, (error, written) => {
        if (error) reject(error);
        else resolve(written);
      });
    });
  }

  public read(buffer: Buffer, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.descriptor, buffer, 0, buffer.length, position, (error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
  }

  public async sync(): Promise<void> {
    // Also writes the size, which is needed to read the data back; the times are not.
    await call.fdatasync(this.descriptor);
  }

  public async truncate(sizeBytes: number): Promise<void> {
    await call.ftruncate(this.descriptor, sizeBytes);
  }

  public async close(): Promise<void> {
    await call.close(this.descriptor);
  }
}

async function syncPath(path: string): Promise<void> {
  const descriptor = await call.open(path, 'r');
  try {
    await call.fsync(descriptor);
  } finally {
    await call.close(descriptor);
  }
}
