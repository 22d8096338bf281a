/**
 * Writes to the embedded store. A batch is one transaction, synced before `write` resolves. What waits (for the lock, for
 * the disk) does so outside the event loop; the rest is done in pieces of some milliseconds.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

import AsyncDatabase from 'libsql/promise';

import type { Reading } from '../../telemetry/reading';
import { ReadingsRefused, type TelemetryWriter } from '../telemetry-store';
import {
  CONNECTION_PRAGMAS,
  prepareFile,
  translated,
  type EmbeddedFile,
  type EmbeddedStoreOptions,
} from './database';
import { expireOnce } from './retention';
import { SeriesRegistry } from './series-registry';
import {
  prepareWriteStatements,
  ROWS_AT_ONCE,
  type WriteStatement,
  type WriteStatements,
} from './write-statements';

export interface EmbeddedWriterOptions extends EmbeddedStoreOptions {
  /** How long samples are kept; undefined: for ever. */
  readonly retentionMs?: number | undefined;
  /** The file's largest size; its log, at most some 100 MiB, comes on top. */
  readonly maxSizeBytes?: number;
  /** What failed in the background. */
  readonly report?: (error: unknown) => void;
}

const DEFAULTS = {
  maxSizeBytes: 10 * 1024 ** 3,
  report: () => undefined,
} as const;

/** SQLite's default, and what its makers advise. */
const PAGE_BYTES = 4096;
const RETENTION_INTERVAL_MS = 60_000;

export async function openEmbeddedWriter(options: EmbeddedWriterOptions): Promise<TelemetryWriter> {
  const file = prepareFile(options);
  try {
    const database = new AsyncDatabase(file.path, { timeout: file.timeoutMs });
    const maxPages = Math.ceil((options.maxSizeBytes ?? DEFAULTS.maxSizeBytes) / PAGE_BYTES);
    for (const pragma of [...CONNECTION_PRAGMAS, `PRAGMA max_page_count = ${maxPages}`]) {
      await database.exec(pragma);
    }
    return new EmbeddedWriter(file, database, await prepareWriteStatements(database), options);
  } catch (error) {
    throw translated(error, file.path);
  }
}

interface SeriesState {
  firstUs: number;
  lastUs: number;
  lastValue: number;
}

class EmbeddedWriter implements TelemetryWriter {
  private readonly registry: SeriesRegistry;
  private readonly retentionTimer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  public constructor(
    private readonly file: EmbeddedFile,
    /** Of libsql/promise, only `exec` leaves the event loop alone; it is what begins, commits and waits. */
    private readonly database: AsyncDatabase,
    private readonly statements: WriteStatements,
    { retentionMs, report = DEFAULTS.report }: EmbeddedWriterOptions,
  ) {
    this.registry = new SeriesRegistry(statements);
    if (retentionMs === undefined) return;
    const expire = (): void =>
      void this.expire(retentionMs).catch((error: unknown) => {
        if (!this.closed) report(error);
      });
    this.retentionTimer = setInterval(expire, RETENTION_INTERVAL_MS).unref();
    expire();
  }

  public async write(readings: readonly Reading[], signal?: AbortSignal): Promise<void> {
    const refused = readings.flatMap(({ value, timeUs }, index) =>
      Number.isFinite(value) && Number.isSafeInteger(timeUs) ? [] : [index],
    );
    if (refused.length > 0) throw new ReadingsRefused('a value or a time is no finite number', refused);
    await this.transaction(async () => {
      this.registry.refresh();
      const states = new Map<number, SeriesState>();
      for (let start = 0; start < readings.length; start += ROWS_AT_ONCE) {
        signal?.throwIfAborted();
        this.writeSamples(readings.slice(start, start + ROWS_AT_ONCE), states);
        await nextTurn();
      }
      await this.writeStates([...states]);
    });
  }

  public ping(): Promise<void> {
    return this.exclusively(() => {
      this.statements.epoch.get([]);
      return Promise.resolve();
    });
  }

  public async close(): Promise<void> {
    if (this.closed) return;
    clearInterval(this.retentionTimer);
    await this.exclusively(async () => {
      // The log goes into the file as far as readers allow, so that the file alone is whole.
      await this.database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      this.closed = true;
      this.database.close();
    });
  }

  private writeSamples(readings: readonly Reading[], states: Map<number, SeriesState>): void {
    const values: number[] = [];
    for (const reading of readings) {
      const { metric, series } = this.registry.numbersOf(reading);
      values.push(metric, reading.timeUs, series, reading.value);
      note(states, series, reading);
    }
    runRows(this.statements.sample, this.statements.samples, values);
  }

  private async writeStates(states: readonly (readonly [number, SeriesState])[]): Promise<void> {
    for (let start = 0; start < states.length; start += ROWS_AT_ONCE) {
      const values = states
        .slice(start, start + ROWS_AT_ONCE)
        .flatMap(([series, { firstUs, lastUs, lastValue }]) => [series, firstUs, lastUs, lastValue]);
      runRows(this.statements.state, this.statements.states, values);
      await nextTurn();
    }
  }

  /** A piece at a time, so that batches get in between. */
  private async expire(retentionMs: number): Promise<void> {
    const beforeUs = (Date.now() - retentionMs) * 1000;
    for (let isMore = true; isMore && !this.closed;) {
      isMore = await this.transaction(() => Promise.resolve(expireOnce(this.statements, beforeUs)));
    }
  }

  private transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      await this.database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        await this.database.exec('COMMIT');
        return result;
      } catch (error) {
        this.registry.forget();
        if (this.isInTransaction()) await this.database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /** One connection has one transaction at a time. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(async () => {
      if (this.closed) throw new Error(`${this.file.path} is closed`);
      try {
        return await work();
      } catch (error) {
        throw translated(error, this.file.path);
      }
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Some of SQLite's errors have ended it already. */
  private isInTransaction(): boolean {
    return (this.database as unknown as { readonly inTransaction: boolean }).inTransaction;
  }
}

function note(states: Map<number, SeriesState>, series: number, { timeUs, value }: Reading): void {
  const state = states.get(series);
  if (state === undefined) {
    states.set(series, { firstUs: timeUs, lastUs: timeUs, lastValue: value });
    return;
  }
  state.firstUs = Math.min(state.firstUs, timeUs);
  if (timeUs < state.lastUs) return;
  state.lastUs = timeUs;
  state.lastValue = value;
}

/** Four values a row. */
function runRows(one: WriteStatement, many: WriteStatement, values: readonly number[]): void {
  if (values.length === ROWS_AT_ONCE * 4) {
    many.run(values);
    return;
  }
  for (let i = 0; i < values.length; i += 4) one.run(values.slice(i, i + 4));
}
