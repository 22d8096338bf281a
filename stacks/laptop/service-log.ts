/** What one service prints: in a file of bounded size, with the last lines at hand. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export interface ServiceLogOptions {
  readonly path: string;
  /** Beside it the file before stays, as `<path>.1`. @default 4 MiB */
  readonly fileBytes?: number;
}

/** Two of them for each service: days of what they say when all is well. */
const FILE_BYTES = 4 * 1024 * 1024;
const KEPT_LINES = 60;
const KEPT_LINE_CHARS = 2000;

export class ServiceLog {
  private readonly lines: string[] = [];
  private readonly decoder = new StringDecoder('utf8');
  private readonly fileBytes: number;
  private descriptor: number;
  private writtenBytes: number;
  private rest = '';

  public constructor(private readonly options: ServiceLogOptions) {
    this.fileBytes = options.fileBytes ?? FILE_BYTES;
    this.descriptor = openSync(options.path, 'a', 0o600);
    this.writtenBytes = fstatSync(this.descriptor).size;
  }

  public get path(): string {
    return this.options.path;
  }

  public last(count: number): readonly string[] {
    return this.lines.slice(-count);
  }

  public write(data: Buffer): void {
    if (this.writtenBytes >= this.fileBytes) this.rotate();
    this.writtenBytes += data.length;
    // The services log little; a write into the page cache is quicker than keeping track of one that is under way.
    writeSync(this.descriptor, data);
    const lines = (this.rest + this.decoder.write(data)).split('\n');
    this.rest = (lines.pop() ?? '').slice(0, KEPT_LINE_CHARS);
    for (const line of lines) this.lines.push(line.slice(0, KEPT_LINE_CHARS));
    this.lines.splice(0, Math.max(0, this.lines.length - KEPT_LINES));
  }

  /** A line of the runner's own among the service's. */
  public note(text: string): void {
    this.write(Buffer.from(`[telemetry-local] ${text}\n`));
  }

  public close(): void {
    closeSync(this.descriptor);
  }

  private rotate(): void {
    closeSync(this.descriptor);
    renameSync(this.options.path, `${this.options.path}.1`);
    this.descriptor = openSync(this.options.path, 'a', 0o600);
    this.writtenBytes = 0;
  }
}
