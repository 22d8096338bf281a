/**
 * Reads one file from where its checkpoint stands to its end, and repeats it when asked to.
 */
import { open, type FileHandle } from 'node:fs/promises';

import { CsvParser } from '../csv/csv-parser';
import { CheckpointWriter } from './checkpoint-writer';
import { compare, identify, type FileIdentity } from './file-identity';
import type { RowFeed } from './row-feed';
import { csvOptions, openPipeline, type SourceContext } from './source-context';
import { NO_ROWS, START, type Position, type SourceStatus } from './source-status';

/** `unfinished`: it ends within a row, or became shorter meanwhile; look at it again. */
export type Outcome = 'finished' | 'unfinished' | 'stopped';

/** Some hundred rows: a millisecond or two of work between two looks at other requests. */
const CHUNK_BYTES = 128 * 1024;

export class FileRun {
  private readonly buffer = Buffer.alloc(CHUNK_BYTES);

  private constructor(
    private readonly file: FileHandle,
    private readonly status: SourceStatus,
    private readonly context: SourceContext,
    /** The size at which the file stayed for a while: what is behind its last line feed is a whole row. */
    private readonly settledBytes: number | undefined,
  ) {}

  /** Throws a `HeaderError`, and what the file system throws. */
  public static async read(
    status: SourceStatus,
    context: SourceContext,
    settledBytes: number | undefined,
  ): Promise<Outcome> {
    const file = await open(status.name, 'r');
    try {
      return await new FileRun(file, status, context, settledBytes).run();
    } finally {
      await file.close();
    }
  }

  private async run(): Promise<Outcome> {
    const { status, context } = this;
    status.sizeBytes = (await this.file.stat()).size;
    const identity = await identify(this.file);
    await this.resume();
    const checkpoint = this.checkpointWriter(identity);
    const { pipeline, feed } = openPipeline(context, status, () => {
      checkpoint.note();
    });
    const header = await this.readHeader(feed);
    if (header === undefined) return 'unfinished';
    if (status.position.offset < header.offset) status.position = header;
    status.state = 'reading';
    status.reason = undefined;
    let outcome: Outcome;
    try {
      outcome = await this.readRows(header, feed);
    } finally {
      await pipeline.drain();
      await checkpoint.flush();
    }
    return context.stopping.aborted ? 'stopped' : outcome;
  }

  private async readRows(header: Position, feed: RowFeed): Promise<Outcome> {
    const { status, context } = this;
    if (!context.settings.STREAMER_LOOP) return this.pass(status.position, feed);
    for (let from = status.position; ; from = header) {
      const before = status.counts.read;
      const outcome = await this.pass(from, feed);
      // A file without a row would be repeated without a pause.
      if (outcome !== 'finished' || (from === header && status.counts.read === before)) return outcome;
    }
  }

  private async pass(from: Position, feed: RowFeed): Promise<Outcome> {
    const parser = new CsvParser({ ...csvOptions(this.context.settings), ...from });
    for (let at = from.offset; ;) {
      const { bytesRead } = await this.file.read(this.buffer, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) {
        const { size } = await this.file.stat();
        this.status.sizeBytes = size;
        if (size < at || (parser.hasRest && size !== this.settledBytes)) return 'unfinished';
        return (await feed.take(parser.end())) ? 'finished' : 'stopped';
      }
      at += bytesRead;
      if (!(await feed.take(parser.push(this.buffer.subarray(0, bytesRead))))) return 'stopped';
    }
  }

  /** Gives where the rows start; nothing while the header is not whole. */
  private async readHeader(feed: RowFeed): Promise<Position | undefined> {
    const parser = new CsvParser(csvOptions(this.context.settings));
    for (let at = 0; ;) {
      const { bytesRead } = await this.file.read(this.buffer, 0, CHUNK_BYTES, at);
      at += bytesRead;
      const isEnd = bytesRead === 0;
      if (isEnd && at !== this.settledBytes) return undefined;
      const [header] = isEnd ? parser.end() : parser.push(this.buffer.subarray(0, bytesRead));
      if (header !== undefined) {
        feed.setHeader(header);
        return { offset: header.endOffset, line: header.nextLine };
      }
      if (isEnd) return undefined;
    }
  }

  private async resume(): Promise<void> {
    const { status, context } = this;
    const known = await context.checkpoints.load(status.name);
    const change = known === undefined ? 'same' : await compare(this.file, known);
    if (change !== 'same') {
      context.metrics.errors.inc({ type: change });
      context.log.warn({ file: status.name }, `the file was ${change}: it is read from its start`);
    }
    if (known === undefined || change !== 'same') {
      status.position = START;
      status.counts = NO_ROWS;
      return;
    }
    status.position = { offset: known.offset, line: known.line };
    const { published, rejected } = known.rows;
    status.counts = { published, rejected, read: published + rejected };
  }

  private checkpointWriter(identity: FileIdentity): CheckpointWriter {
    const { status, context } = this;
    return new CheckpointWriter({
      intervalMs: context.settings.STREAMER_CHECKPOINT_INTERVAL,
      save: () => {
        const { published, rejected } = status.counts;
        return context.checkpoints.save({
          path: status.name,
          ...identity,
          ...status.position,
          rows: { published, rejected },
        });
      },
      onSaved: (error) => {
        if (error === undefined) return;
        context.metrics.errors.inc({ type: 'checkpoint' });
        context.log.error({ err: error, file: status.name }, 'the checkpoint was not saved');
      },
    });
  }
}
