/**
 * What one container prints, in a file of bounded size, with the last lines at hand. The program writes into a named pipe,
 * as with a container runtime: images that open /dev/stdout could not open a socket, and a file they would truncate.
 */
import {
  closeSync,
  constants,
  createWriteStream,
  mkdirSync,
  openSync,
  renameSync,
  type WriteStream,
} from 'node:fs';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** Two files of this size a container: some 100,000 lines. */
const FILE_LIMIT_BYTES = 8 * 1024 * 1024;
/** For a person who looks at the status, which is asked for often. */
const KEPT_LINES = 8;
const KEPT_LINE_CHARACTERS = 500;
/** A longer line is cut for those who follow lines; the file has it whole. */
const FOLLOWED_LINE_CHARACTERS = 16_384;

export class LogFile {
  public readonly lastLines: string[] = [];
  private readonly reader: Socket;
  private readonly decoder = new StringDecoder('utf8');
  private stream: WriteStream;
  private writtenBytes = 0;
  private rest = '';

  /** The pipe exists already. */
  public constructor(
    private readonly pipe: string,
    private readonly path: string,
    private readonly onLine: (line: string) => void,
  ) {
    mkdirSync(dirname(path), { recursive: true });
    this.stream = createWriteStream(path, { flags: 'a' });
    // Open for writing too, so that the end of one program is not the end of the pipe.
    this.reader = new Socket({
      fd: openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK),
      readable: true,
      writable: false,
    });
    this.reader.on('data', (data) => {
      this.take(data);
    });
    this.reader.on('error', () => undefined);
  }

  /** Runs `use` with a descriptor to write to. */
  public withWriter<T>(use: (descriptor: number) => T): T {
    const descriptor = openSync(this.pipe, constants.O_WRONLY);
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** A line of the node's own among the program's. */
  public note(text: string): void {
    this.take(Buffer.from(`[hyperion] ${text}\n`));
  }

  public close(): void {
    this.reader.destroy();
    this.stream.end();
  }

  private take(data: Buffer): void {
    if (this.writtenBytes > FILE_LIMIT_BYTES) this.rotate();
    this.writtenBytes += data.length;
    if (!this.stream.write(data)) {
      // The disk is slower than the program: let the program wait.
      this.reader.pause();
      this.stream.once('drain', () => this.reader.resume());
    }
    const lines = (this.rest + this.decoder.write(data)).split('\n');
    this.rest = (lines.pop() ?? '').slice(0, FOLLOWED_LINE_CHARACTERS);
    for (const line of lines) {
      this.lastLines.push(line.slice(0, KEPT_LINE_CHARACTERS));
      this.onLine(line.slice(0, FOLLOWED_LINE_CHARACTERS));
    }
    this.lastLines.splice(0, Math.max(0, this.lastLines.length - KEPT_LINES));
  }

  private rotate(): void {
    this.stream.end();
    renameSync(this.path, `${this.path}.1`);
    this.stream = createWriteStream(this.path, { flags: 'a' });
    this.writtenBytes = 0;
  }
}
