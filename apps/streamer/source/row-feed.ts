/**
 * Takes parsed rows of a source, at their pace, into its pipeline; the first one is the header.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { BadCsvRow, CsvRow } from '../csv/csv-parser';
import type { Mapping } from '../mapping/mapping';
import { HeaderError, RowReader } from '../mapping/row-reader';
import { messageOf } from '../publish/message';
import type { Pacer } from './pacer';
import type { Pipeline } from './pipeline';

export interface RowFeedOptions {
  readonly mapping: Mapping;
  readonly pipeline: Pipeline;
  readonly pacer: Pacer;
  /** The time of reading, instead of the row's; undefined: the row's. */
  readonly stampUs: (() => number) | undefined;
  readonly stopping: AbortSignal;
}

/** Shorter waits add up instead: a timer is not that exact. */
const MIN_WAIT_MS = 5;
/** After a longer wait for the queue, the pace begins anew: nothing is sent in a burst to catch up. */
const RESTART_MS = 1000;

export class RowFeed {
  private reader: RowReader | undefined;

  public constructor(private readonly options: RowFeedOptions) {}

  public get hasHeader(): boolean {
    return this.reader !== undefined;
  }

  /** Throws a `HeaderError`. */
  public setHeader(row: CsvRow | BadCsvRow): void {
    if (row.problem !== undefined) throw new HeaderError([`line ${row.line} ${row.problem}`]);
    this.reader = new RowReader(this.options.mapping, row.cells);
  }

  /** Gives false when the service stops. */
  public async take(rows: readonly (CsvRow | BadCsvRow)[]): Promise<boolean> {
    const { pipeline, stopping } = this.options;
    for (const row of rows) {
      if (stopping.aborted) return false;
      if (this.reader === undefined) this.setHeader(row);
      else await this.takeRow(this.reader, row);
      if (pipeline.isFull) await this.waitForRoom();
    }
    return !stopping.aborted;
  }

  /** Does not wait when it need not: this is called for each row. */
  private takeRow(reader: RowReader, row: CsvRow | BadCsvRow): Promise<void> | undefined {
    const { pipeline, pacer } = this.options;
    const { line } = row;
    const end = { offset: row.endOffset, line: row.nextLine };
    if (row.problem !== undefined) {
      pipeline.reject({ line, reason: row.problem, row: row.text }, end);
      return undefined;
    }
    const reading = reader.read(row.cells);
    if (typeof reading === 'string') {
      pipeline.reject({ line, reason: reading, row: row.cells.join(',') }, end);
      return undefined;
    }
    const add = (): void => {
      const { stampUs } = this.options;
      const stamped = stampUs === undefined ? reading : { ...reading, timeUs: stampUs() };
      pipeline.add(messageOf(stamped, reader.keyOf(reading)), line, end);
    };
    const waitMs = pacer.waitMs(reading.timeUs);
    if (waitMs >= MIN_WAIT_MS)
      return this.pause(waitMs).then((goOn) => {
        if (goOn) add();
      });
    add();
    return undefined;
  }

  private async pause(waitMs: number): Promise<boolean> {
    try {
      // A timer holds 24 days at most.
      await sleep(Math.min(waitMs, 2 ** 31 - 1), undefined, { signal: this.options.stopping });
      return true;
    } catch {
      return false;
    }
  }

  private async waitForRoom(): Promise<void> {
    const startedMs = performance.now();
    await this.options.pipeline.room();
    if (performance.now() - startedMs > RESTART_MS) this.options.pacer.restart();
  }
}
