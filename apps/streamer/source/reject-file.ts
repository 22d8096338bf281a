/**
 * Where rejected rows go: one line of JSON each, with file, line, reason, and how the row starts. It has a largest size;
 * what does not fit any more, or cannot be written, is only counted, and that is said.
 */
import { open, type FileHandle } from 'node:fs/promises';

import { errorText } from '../error-text';

export interface Reject {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly row: string;
}

export interface RejectFileOptions {
  readonly path: string;
  readonly maxBytes: number;
  /** Is told once when the file is full, and of each time when it cannot be written. */
  readonly report: (problem: string) => void;
}

const REASON_CHARS = 500;
const ROW_CHARS = 1024;

export class RejectFile {
  /** Rows that are not in the file. */
  public unrecorded = 0;
  private isFull = false;
  private last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: RejectFileOptions,
    private readonly file: FileHandle,
    private sizeBytes: number,
  ) {}

  public static async open(options: RejectFileOptions): Promise<RejectFile> {
    const file = await open(options.path, 'a', 0o600);
    return new RejectFile(options, file, (await file.stat()).size);
  }

  /** Resolves when they are on disk, or counted. */
  public write(rejects: readonly Reject[]): Promise<void> {
    this.last = this.last.then(() => this.append(rejects));
    return this.last;
  }

  public async close(): Promise<void> {
    await this.last;
    await this.file.close();
  }

  private async append(rejects: readonly Reject[]): Promise<void> {
    const { report, path } = this.options;
    const lines = this.fitting(rejects);
    const text = lines.join('');
    let count = lines.length;
    try {
      await this.file.appendFile(text);
      await this.file.datasync();
      this.sizeBytes += Buffer.byteLength(text);
    } catch (error) {
      count = 0;
      report(`${path}: ${errorText(error)}; these rejected rows are only counted`);
    }
    this.unrecorded += rejects.length - count;
    if (lines.length === rejects.length || this.isFull) return;
    this.isFull = true;
    report(`${path} is full (STREAMER_REJECT_SIZE): rejected rows are only counted from now on`);
  }

  private fitting(rejects: readonly Reject[]): string[] {
    const lines: string[] = [];
    let freeBytes = this.isFull ? 0 : this.options.maxBytes - this.sizeBytes;
    for (const { reason, row, ...place } of rejects) {
      const entry = { ...place, reason: reason.slice(0, REASON_CHARS), row: row.slice(0, ROW_CHARS) };
      const line = `${JSON.stringify(entry)}\n`;
      freeBytes -= Buffer.byteLength(line);
      if (freeBytes < 0) break;
      lines.push(line);
    }
    return lines;
  }
}
