/**
 * A file system in memory that fails when it is told to: at the n-th operation from now it writes short, gives an error,
 * or the machine dies in the middle. What survives depends on how it dies: a killed process loses nothing that was
 * written; power loss keeps what was synced, any beginning of the rest, and names only if their folder was synced.
 */
import type { Disk, DiskFile } from '../../../../apps/broker/storage/disk';

export type Fault = 'short' | 'EIO' | 'ENOSPC' | 'crash';

interface Content {
  bytes: Buffer;
  /** How much of it survives power loss. */
  syncedBytes: number;
  /** Whether its name does. */
  named: boolean;
}

export class SimulatedDisk implements Disk {
  public files = new Map<string, Content>();
  public crashed = false;
  public operations = 0;
  /** Operations that ended with an error. */
  public failures = 0;
  private readonly faults = new Map<number, { readonly fault: Fault; readonly part: number }>();

  /** `part`: how much of a write is done before the fault, from 0 to 1. */
  public failAt(operationsFromNow: number, fault: Fault, part = 0.5): void {
    this.faults.set(this.operations + operationsFromNow, { fault, part });
  }

  public heal(): void {
    this.faults.clear();
  }

  /** The disk as the next process finds it. */
  public afterKill(): SimulatedDisk {
    const next = new SimulatedDisk();
    for (const [path, content] of this.files) next.files.set(path, { ...content });
    return next;
  }

  /** `part`: how much of what was not synced has survived all the same. */
  public afterPowerLoss(part: number): SimulatedDisk {
    const next = new SimulatedDisk();
    for (const [path, { bytes, syncedBytes, named }] of this.files) {
      if (!named) continue;
      const kept = bytes.subarray(0, syncedBytes + Math.floor((bytes.length - syncedBytes) * part));
      next.files.set(path, { bytes: kept, syncedBytes: kept.length, named: true });
    }
    return next;
  }

  public async list(folder: string): Promise<string[]> {
    await this.operation();
    const names = [...this.files.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split('/')[0] ?? '');
    return [...new Set(names)];
  }

  public async makeFolder(): Promise<void> {
    await this.operation();
  }

  public async create(path: string): Promise<DiskFile> {
    await this.operation();
    if (this.files.has(path)) throw failure('EEXIST');
    const content = { bytes: Buffer.alloc(0), syncedBytes: 0, named: false };
    this.files.set(path, content);
    return this.file(content);
  }

  public async open(path: string): Promise<DiskFile> {
    await this.operation();
    const content = this.files.get(path);
    if (content === undefined) throw failure('ENOENT');
    return this.file(content);
  }

  public async rename(from: string, to: string): Promise<void> {
    await this.operation();
    const content = this.files.get(from);
    if (content === undefined) throw failure('ENOENT');
    this.files.delete(from);
    this.files.set(to, { ...content, named: false });
  }

  public async remove(path: string): Promise<void> {
    await this.operation();
    this.files.delete(path);
  }

  public async syncFolder(folder: string): Promise<void> {
    await this.operation();
    for (const [path, content] of this.files) if (path.startsWith(`${folder}/`)) content.named = true;
  }

  private file(content: Content): DiskFile {
    return {
      size: () => Promise.resolve(content.bytes.length),
      write: async (buffers, position) => {
        const data = Buffer.concat([...buffers]);
        const done = await this.operation((part) => {
          put(content, data.subarray(0, Math.floor(data.length * part)), position);
        });
        if (this.crashed) return never();
        const written = done === undefined ? data.length : Math.max(1, Math.floor(data.length * done));
        put(content, data.subarray(0, written), position);
        return written;
      },
      read: async (buffer, position) => {
        await this.operation();
        return content.bytes.copy(buffer, 0, Math.min(position, content.bytes.length));
      },
      sync: async () => {
        await this.operation();
        if (this.crashed) return never();
        content.syncedBytes = content.bytes.length;
      },
      truncate: async (sizeBytes) => {
        await this.operation();
        content.bytes = content.bytes.subarray(0, sizeBytes);
        content.syncedBytes = Math.min(content.syncedBytes, sizeBytes);
      },
      close: () => Promise.resolve(),
    };
  }

  /** Gives the part that a short write is to do; `partly` runs before the other faults. */
  private async operation(partly: (part: number) => void = () => undefined): Promise<number | undefined> {
    await Promise.resolve();
    if (this.crashed) return never();
    const planned = this.faults.get(this.operations);
    this.operations += 1;
    if (planned === undefined) return undefined;
    if (planned.fault === 'short') return planned.part;
    partly(planned.part);
    if (planned.fault === 'crash') {
      this.crashed = true;
      return never();
    }
    this.failures += 1;
    throw failure(planned.fault);
  }
}

function put(content: Content, data: Buffer, position: number): void {
  if (position > content.bytes.length) throw new Error('a hole in an append-only file');
  content.bytes = Buffer.concat([content.bytes.subarray(0, position), data]);
  content.syncedBytes = Math.min(content.syncedBytes, position);
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

/** A dead process hears nothing any more. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
