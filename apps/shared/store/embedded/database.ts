/**
 * The file of the embedded store: opened, checked, and its errors told in the store's words.
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'libsql';

import { StoreUnavailable } from '../telemetry-store';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema';

export interface EmbeddedStoreOptions {
  /** Made when it does not exist. On a local disk: SQLite's locks cannot be trusted over a network. */
  readonly folder: string;
  /** How long to wait for another process that writes; SQLite allows one at a time. */
  readonly busyTimeoutMs?: number;
}

const DEFAULTS = {
  // A batch takes some 20 ms, so this is a line of hundreds.
  busyTimeoutMs: 5000,
} as const;

const FILE = 'telemetry.db';

/** As SQLite keeps them in each connection; the file itself remembers only that it has a write-ahead log. */
export const CONNECTION_PRAGMAS = [
  'PRAGMA journal_mode = WAL',
  // Each commit is synced: what the collector acknowledges survives a power cut.
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = OFF',
  'PRAGMA temp_store = MEMORY',
  // 16 MiB; the rest is the operating system's cache.
  'PRAGMA cache_size = -16384',
  // What a long reader has made grow is given back.
  'PRAGMA journal_size_limit = 67108864',
];

export interface EmbeddedFile {
  readonly path: string;
  readonly timeoutMs: number;
}

/** Makes folder and file when there are none, and brings the file to this version's schema. */
export function prepareFile(options: EmbeddedStoreOptions): EmbeddedFile {
  const file = {
    path: join(options.folder, FILE),
    timeoutMs: options.busyTimeoutMs ?? DEFAULTS.busyTimeoutMs,
  };
  translateErrors(file.path, () => {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    // Before SQLite makes it, which would use the umask; the files beside it get the same mode.
    if (!existsSync(file.path)) closeSync(openSync(file.path, 'a', 0o600));
    const database = connect(file);
    try {
      createOrCheck(database, file.path);
    } finally {
      database.close();
    }
  });
  return file;
}

export function connect({ path, timeoutMs }: EmbeddedFile): Database.Database {
  return translateErrors(path, () => {
    const database = new Database(path, { timeout: timeoutMs });
    for (const pragma of CONNECTION_PRAGMAS) database.exec(pragma);
    return database;
  });
}

function createOrCheck(database: Database.Database, path: string): void {
  const version = pragma(database, 'user_version');
  if (version === SCHEMA_VERSION && pragma(database, 'application_id') === APPLICATION_ID) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been quicker.
    const found = pragma(database, 'user_version');
    const tables = database.prepare('SELECT count(*) AS n FROM sqlite_master').get([]) as { n: number };
    if (found === 0 && tables.n === 0) database.exec(SCHEMA);
    else refuseForeign(found, pragma(database, 'application_id'), path);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function refuseForeign(version: number, applicationId: number, path: string): void {
  if (applicationId !== APPLICATION_ID) {
    throw new Error(
      `${path} is the database of another program\n  remedy: set STORE_DATA_DIR to another folder`,
    );
  }
  if (version !== SCHEMA_VERSION) {
    throw new Error(
      `${path} has schema version ${version}, this program knows ${SCHEMA_VERSION}\n` +
        '  remedy: use the program that wrote it, or set STORE_DATA_DIR to another folder',
    );
  }
}

function pragma(database: Database.Database, name: 'user_version' | 'application_id'): number {
  const row = database.prepare(`PRAGMA ${name}`).get([]) as Readonly<Record<string, number>>;
  return row[name] ?? 0;
}

/** Runs it, and says what SQLite's errors mean for who asked. */
export function translateErrors<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw translated(error, path);
  }
}

export function translated(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailable) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const unavailable = (kind: StoreUnavailable['kind'], what: string): StoreUnavailable =>
    new StoreUnavailable(`${path}: ${what} (${error.message})`, kind, undefined, { cause: error });
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') {
    return unavailable('full', 'the disk, or STORE_MAX_SIZE, is used up; remedy: free space, or raise it');
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return unavailable('timeout', 'another process has held the lock for too long');
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return unavailable(
      'server-error',
      'the file is damaged; remedy: stop the services, move it away with its -wal and -shm, and put a copy in its place',
    );
  }
  if (code.startsWith('SQLITE_') || error.message.startsWith('ConnectionFailed')) {
    return unavailable('server-error', 'the store cannot be used');
  }
  return error;
}
