/** ClickHouse's engine (npm `chdb`) on one data folder. Each query has a session of its own, with its user's grants. */
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Session } from 'chdb';
import { OWN_ROLE, roleOf, writeEngineFiles } from './engine-files';
import type { Column } from './native/block';
import type { ServerConfig } from './server-config';
import { quoted, type InsertWithData } from './sql';
import type { User } from './users';

/** What a query brings with it. */
export interface QueryContext {
  readonly user: User;
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

export class EngineError extends Error {
  public constructor(
    message: string,
    public readonly code: number,
  ) {
    super(message);
  }
}

/** Of an exception that carries no number of its own. */
const UNKNOWN_EXCEPTION = 1002;
const NAME = /^[A-Za-z_][\w.]*$/;

export class Engine {
  /** `26.7.2.1` */
  public readonly version: string;
  /** Keeps the engine up, which ends with its last session. */
  private readonly own: Session;
  private readonly configPath: string;
  private readonly insertsPath: string;
  private inserts = 0;
  private running = 0;

  /** @throws Error when the engine refuses files or data; what it dislikes is on its standard error */
  public constructor(private readonly config: ServerConfig) {
    const folder = join(config.dataPath, 'stand-in');
    this.insertsPath = join(folder, 'inserts');
    // Of inserts that a kill has interrupted: they were not acknowledged.
    rmSync(this.insertsPath, { recursive: true, force: true });
    mkdirSync(this.insertsPath, { recursive: true });
    this.configPath = writeEngineFiles(config, folder);
    this.own = this.open();
    this.own.query(`SET ROLE ${OWN_ROLE}`);
    this.version = this.own.query('SELECT version()', 'TSVRaw').trim();
  }

  /** How many queries run now. */
  public get active(): number {
    return this.running;
  }

  /** @returns the answer in its format */
  public async run(sql: string, format: string, context: QueryContext): Promise<Uint8Array> {
    return this.as(context, async (session) => (await session.queryAsync(sql, { format })).bytes());
  }

  /** Names and types of the columns that an INSERT fills, when the user may insert into them. */
  public async insertedColumns(
    insert: InsertWithData,
    context: QueryContext,
  ): Promise<readonly Pick<Column, 'name' | 'type'>[]> {
    // An insert of nothing: whoever may not insert, or names a column that is not there, is told before sending rows.
    await this.insert(insert, 'Native', [], context);
    const table = context.database === '' ? insert.table : qualified(insert.table, context.database);
    return this.ownRows(`DESCRIBE (SELECT ${insert.columns} FROM ${table})`);
  }

  /** Resolves when the engine has the rows. */
  public async insert(
    { head }: InsertWithData,
    format: string,
    data: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    context: QueryContext,
  ): Promise<void> {
    if (!NAME.test(format)) throw new EngineError(`Unknown format ${format}. (UNKNOWN_FORMAT)`, 73);
    const path = join(this.insertsPath, String(++this.inserts));
    try {
      await pipeline(data, createWriteStream(path));
      await this.as(context, async (session) => {
        await session.queryAsync(`${head} FROM INFILE ${quoted(path)} FORMAT ${format}`);
      });
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Of system tables, for the stand-in itself. */
  public async ownRows<Row>(sql: string): Promise<readonly Row[]> {
    const answer = await this.own.queryAsync(sql, { format: 'JSON' });
    return answer.json<{ data: readonly Row[] }>().data;
  }

  public close(): void {
    this.own.close();
  }

  private open(): Session {
    return new Session(this.config.dataPath, { connectionArgs: [`--config-file=${this.configPath}`] });
  }

  private async as<T>(context: QueryContext, work: (session: Session) => Promise<T>): Promise<T> {
    const { user, database, settings, parameters } = context;
    this.running += 1;
    const session = this.open();
    try {
      session.query(`SET ROLE ${roleOf(user)}`);
      assign(session, user.settings);
      // Only now, for from here on its constraints hold.
      session.query(`SET profile = ${quoted(user.profile)}`);
      if (database !== '') session.query(`USE ${identifier(database)}`);
      assign(session, settings);
      for (const [name, value] of Object.entries(parameters)) assign(session, { [`param_${name}`]: value });
      return await work(session);
    } catch (error) {
      throw asEngineError(error, user);
    } finally {
      session.close();
      this.running -= 1;
    }
  }
}

function assign(session: Session, settings: Readonly<Record<string, string>>): void {
  const assignments = Object.entries(settings).map(([name, value]) => {
    if (!NAME.test(name)) throw new EngineError(`Unknown setting '${name}'. (UNKNOWN_SETTING)`, 115);
    return `${name} = ${quoted(value)}`;
  });
  if (assignments.length > 0) session.query(`SET ${assignments.join(', ')}`);
}

function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A table's name with the connection's database, unless it names one. */
function qualified(table: string, database: string): string {
  return /[`"\w]\s*\.\s*[`"\w]/.test(table) ? table : `${identifier(database)}.${table}`;
}

/** chdb's messages hold the engine's: `Query failed: Code: 60. DB::Exception: … (UNKNOWN_TABLE)`. */
function asEngineError(error: unknown, user: User): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const found = /Code: (\d+)\. DB::Exception: ([\s\S]*)$/.exec(message);
  // Its name for whoever asks; the stand-in's users are roles of that one.
  const text = (found?.[2] ?? message).replace(/\bdefault: (?=Not enough privileges)/, `${user.name}: `);
  return new EngineError(text.trim(), Number(found?.[1] ?? UNKNOWN_EXCEPTION));
}
