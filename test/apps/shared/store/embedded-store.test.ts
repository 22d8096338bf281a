/** The embedded store: the suite of all stores, and what is its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'libsql';

import { openEmbeddedReader } from '../../../../apps/shared/store/embedded/embedded-reader';
import {
  openEmbeddedWriter,
  type EmbeddedWriterOptions,
} from '../../../../apps/shared/store/embedded/embedded-writer';
import type { Reading } from '../../../../apps/shared/telemetry/reading';
import type { TelemetryReader, TelemetryWriter } from '../../../../apps/shared/store/telemetry-store';
import { READINGS_A_BATCH } from './embedded-writer-process';
import { storeSuite } from './store-suite';
import { gpuReading, SECOND_US, START_US, toArray } from './suite/readings';

jest.setTimeout(120_000);

const closing: (() => Promise<void>)[] = [];
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const close of closing.splice(0)) await close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  folders.push(folder);
  return folder;
}

async function openWriter(
  folder: string,
  more: Partial<EmbeddedWriterOptions> = {},
): Promise<TelemetryWriter> {
  const writer = await openEmbeddedWriter({ folder, ...more });
  closing.push(() => writer.close());
  return writer;
}

function openReader(folder: string): TelemetryReader {
  const reader = openEmbeddedReader({ folder });
  closing.push(() => reader.close());
  return reader;
}

storeSuite(async () => {
  const folder = newFolder();
  return { writer: await openWriter(folder), reader: openReader(folder) };
});

function change(folder: string, sql: string): void {
  const database = new Database(join(folder, 'telemetry.db'));
  database.exec(sql);
  database.close();
}

const ALWAYS = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
const METRIC = 'DCGM_FI_DEV_GPU_UTIL';

function readings(count: number, from = 0): Reading[] {
  return Array.from({ length: count }, (_, i) => gpuReading((from + i) % 50, (from + i) * 1000, from + i));
}

describe('the file', () => {
  it('is nobody else’s to read', async () => {
    const folder = newFolder();
    const writer = await openWriter(folder);
    await writer.write(readings(10));
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({
      'telemetry.db': 0o600,
      'telemetry.db-shm': 0o600,
      'telemetry.db-wal': 0o600,
    });
  });

  it('can be opened by a reader first, and twice at once', async () => {
    const folder = join(newFolder(), 'deeper');
    const readers = [openReader(folder), openReader(folder)];
    const writers = await Promise.all([openWriter(folder), openWriter(folder)]);
    await Promise.all(writers.map((writer, i) => writer.write(readings(1000, i * 500))));
    expect(await Promise.all(readers.map((reader) => reader.count(ALWAYS)))).toEqual([1500, 1500]);
  });

  it('of another program, or of a newer version, is refused and left alone', async () => {
    const foreign = newFolder();
    change(foreign, 'CREATE TABLE cats (name TEXT)');
    expect(() => openEmbeddedReader({ folder: foreign })).toThrow(
      /telemetry.db is the database of another program\n {2}remedy: set STORE_DATA_DIR to another folder/,
    );
    const newer = newFolder();
    await (await openWriter(newer)).close();
    change(newer, 'PRAGMA user_version = 99');
    await expect(openEmbeddedWriter({ folder: newer })).rejects.toThrow(
      /has schema version 99, this program knows 1/,
    );
  });

  it('that is damaged is called so', async () => {
    const folder = newFolder();
    const writer = await openWriter(folder);
    await writer.write(readings(5000));
    await writer.close();
    const path = join(folder, 'telemetry.db');
    // An orderly end has brought the log into the file.
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    truncateSync(path, 2 * 4096);
    const reader = openReader(folder);
    await expect(toArray(reader.samples({ ...ALWAYS, metric: METRIC }, 9000))).rejects.toMatchObject({
      name: 'StoreUnavailable',
      kind: 'server-error',
      message: expect.stringMatching(
        /telemetry.db: the file is damaged; remedy: stop the services/,
      ) as string,
    });
    const noDatabase = newFolder();
    writeFileSync(join(noDatabase, 'telemetry.db'), 'nothing of the kind'.repeat(1000));
    await expect(openEmbeddedWriter({ folder: noDatabase })).rejects.toThrow('the file is damaged');
  });

  it('that is as large as it may be takes nothing more, and keeps what it has', async () => {
    const folder = newFolder();
    const writer = await openWriter(folder, { maxSizeBytes: 512 * 1024 });
    let stored = 0;
    const fill = async (): Promise<void> => {
      for (; stored < 100_000; stored += 1000) await writer.write(readings(1000, stored));
    };
    await expect(fill()).rejects.toMatchObject({
      kind: 'full',
      message: expect.stringMatching(
        /the disk, or STORE_MAX_SIZE, is used up; remedy: free space, or raise it/,
      ) as string,
    });
    expect(stored).toBeGreaterThan(0);
    expect(await openReader(folder).count(ALWAYS)).toBe(stored);
    await writer.close();
    const roomier = await openWriter(folder);
    await roomier.write(readings(1000, stored));
    expect(await openReader(folder).count(ALWAYS)).toBe(stored + 1000);
  });
});

describe('several at once', () => {
  it('says when somebody else holds the lock for too long, and goes on afterwards', async () => {
    const folder = newFolder();
    const writer = await openWriter(folder, { busyTimeoutMs: 50 });
    const other = new Database(join(folder, 'telemetry.db'));
    other.exec('BEGIN IMMEDIATE');
    await expect(writer.write(readings(1))).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('another process has held the lock for too long') as string,
    });
    other.exec('ROLLBACK');
    other.close();
    await writer.write(readings(1));
    expect(await openReader(folder).count(ALWAYS)).toBe(1);
  });

  it('leaves nothing of a batch that was broken off', async () => {
    const folder = newFolder();
    const writer = await openWriter(folder);
    const controller = new AbortController();
    const write = writer.write(readings(5000), controller.signal);
    setImmediate(() => {
      controller.abort(new Error('enough'));
    });
    await expect(write).rejects.toThrow('enough');
    expect(await openReader(folder).count(ALWAYS)).toBe(0);
    await writer.write(readings(10));
    expect(await openReader(folder).count(ALWAYS)).toBe(10);
  });

  it('names the readings that no store can keep', async () => {
    const writer = await openWriter(newFolder());
    const batch = [gpuReading(1, 0, 1), gpuReading(1, 1, Number.NaN), gpuReading(1, 0.5, 1)];
    await expect(writer.write(batch)).rejects.toMatchObject({ name: 'ReadingsRefused', indexes: [1, 2] });
  });
});

describe('retention', () => {
  const nowUs = Date.now() * 1000;
  const old = (i: number): Reading => ({ ...gpuReading(i % 10, 0, i), timeUs: nowUs - 7200 * SECOND_US + i });

  it('removes what is too old, and series that have nothing left', async () => {
    const folder = newFolder();
    const first = await openWriter(folder);
    await first.write(Array.from({ length: 5000 }, (_, i) => old(i)));
    await first.write([{ ...gpuReading(3, 0, 1), timeUs: nowUs }]);
    // It remembers series that the other one is about to remove.
    const second = await openWriter(folder, { retentionMs: 3_600_000 });
    const reader = openReader(folder);
    while ((await reader.count(ALWAYS)) > 1 || (await reader.devices({}, { limit: 20 })).length > 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await reader.devices({}, { limit: 20 })).map(({ uuid }) => uuid)).toEqual(['GPU-3']);
    await first.write([{ ...gpuReading(5, 0, 7), timeUs: nowUs + 1 }]);
    expect((await reader.latest({}, 10)).map(({ tags, value }) => [tags.uuid, value])).toEqual([
      ['GPU-3', 1],
      ['GPU-5', 7],
    ]);
    await second.close();
  });
});

it('keeps what it has said to have when its process is killed, and is read all the while', async () => {
  const folder = newFolder();
  const script = join(__dirname, 'embedded-writer-process.ts');
  const reader = openReader(folder);
  for (const batches of [20, 35]) {
    const child = spawn(process.execPath, ['-r', 'ts-node/register', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    const ended = once(child, 'exit');
    while (output.split('\n').length <= batches) {
      await reader.count({ fromUs: START_US, toUs: START_US + 1000, metric: METRIC });
      await new Promise((resolve) => setImmediate(resolve));
    }
    child.kill('SIGKILL');
    await ended;
    const said = output.split('\n').length - 1;
    const found = await reader.count({ fromUs: START_US, toUs: START_US + said });
    expect(found).toBe(said * READINGS_A_BATCH);
    // One more may have been stored without word of it, and never a part of one.
    expect((await reader.count(ALWAYS)) % READINGS_A_BATCH).toBe(0);
  }
});
