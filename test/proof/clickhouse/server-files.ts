/**
 * A ClickHouse server's mounted files in the embedded engine (npm `chdb`), which reads `users.yaml` and `config.yaml`
 * like the server, but for three things: it has no YAML parser, so the same document is given as XML; it knows only
 * the user `default`, so that name plays one of the declared users; and it opens no port.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { parse } from 'yaml';

type Node = string | number | boolean | null | readonly Node[] | { readonly [key: string]: Node };
export type Document = Readonly<Record<string, Node>>;

export interface ServerFiles {
  readonly config: Document;
  readonly users: Document;
}

export function readDocument(text: string): Document {
  return parse(text) as Document;
}

/** Keys of the server's configuration that would make the engine leave its own directory or speak to others. */
const NOT_HERE = [
  'path',
  'tmp_path',
  'user_files_path',
  'format_schema_path',
  'logger',
  'zookeeper',
  'query_log',
];

/** Value of a variable in the server's pod; undefined where it is not set. */
export type Environment = (variable: string) => string | undefined;

/** What the engine printed of files or statements that it refuses; undefined when it takes them. */
export function refusalOf(
  files: ServerFiles,
  environment: Environment,
  statements: readonly string[] = [],
): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'hyperion-clickhouse-'));
  try {
    const [someone = ''] = Object.keys(files.users.users ?? {});
    const users = playing(files.users, someone, []);
    const connectionArgs = [`--config-file=${writeFiles(directory, { ...files, users }, environment)}`];
    // A process of its own: of files, the engine says what is wrong on its standard error and nowhere else.
    const script = `
      const { Session } = require('chdb');
      const [path, options, statements] = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
      const session = new Session(path, options);
      for (const sql of statements) session.query(sql);
      session.close();`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      input: JSON.stringify([join(directory, 'data'), { connectionArgs }, statements]),
    });
    return status === 0 ? undefined : stderr;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** One data directory, opened again and again as different users. */
export class ServerEngine {
  private readonly directory = mkdtempSync(join(tmpdir(), 'hyperion-clickhouse-'));
  private session: Session | undefined;

  public constructor(
    private readonly files: ServerFiles,
    private readonly environment: Environment,
  ) {}

  /** @throws Error when the engine refuses a file */
  public openAs(user: string, grants: readonly string[] = []): void {
    this.close();
    const files = { ...this.files, users: playing(this.files.users, user, grants) };
    const configPath = writeFiles(this.directory, files, this.environment);
    this.session = new Session(join(this.directory, 'data'), {
      connectionArgs: [`--config-file=${configPath}`],
    });
  }

  public run(sql: string): void {
    this.open().query(sql);
  }

  public rows<Row>(sql: string, parameters: Readonly<Record<string, string | number>> = {}): Row[] {
    const text = this.open().queryBind(sql, parameters, 'JSONEachRow');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  /** The engine's message when it refuses the statement; undefined when it runs. */
  public refusal(sql: string): string | undefined {
    try {
      this.run(sql);
      return undefined;
    } catch (error) {
      return String(error);
    }
  }

  public close(): void {
    this.session?.close();
    this.session = undefined;
  }

  public remove(): void {
    this.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private open(): Session {
    if (this.session === undefined) throw new Error('openAs() first');
    return this.session;
  }
}

/** @returns path of the server's configuration */
function writeFiles(directory: string, { config, users }: ServerFiles, environment: Environment): string {
  const usersPath = join(directory, 'users.xml');
  const configPath = join(directory, 'config.xml');
  const here = Object.fromEntries(Object.entries(config).filter(([key]) => !NOT_HERE.includes(key)));
  writeFileSync(usersPath, toXml(users, environment));
  writeFileSync(
    configPath,
    toXml({ ...here, user_directories: { users_xml: { path: usersPath } } }, environment),
  );
  return configPath;
}

/** The document with `default` as a copy of the user, who stays there too: views name their definer. */
function playing(document: Document, name: string, grants: readonly string[]): Document {
  const users = document.users as Readonly<Record<string, { grants: { query: readonly string[] } }>>;
  const entry = users[name];
  if (entry === undefined) throw new Error(`no user ${name}`);
  const played = { ...entry, password: '', grants: { query: [...entry.grants.query, ...grants] } };
  return { ...document, users: { ...users, default: played } };
}

/**
 * As the server's own YAML reader makes a document of it: a list is an element for each member, a key with `@` an
 * attribute. `from_env` is resolved here, for the engine sees the environment of the process and not of the test.
 */
export function toXml(document: Document, environment: Environment): string {
  const element = (name: string, node: Node): string => {
    if (Array.isArray(node)) return (node as readonly Node[]).map((member) => element(name, member)).join('');
    if (typeof node !== 'object' || node === null) return `<${name}>${escaped(String(node ?? ''))}</${name}>`;
    const variable = (node as Document)['@from_env'];
    if (typeof variable !== 'string') return `<${name}>${content(node as Document)}</${name}>`;
    const value = environment(variable);
    if (value === undefined) throw new Error(`${name}: ${variable} is not set in the pod`);
    return `<${name}>${escaped(value)}</${name}>`;
  };
  const content = (node: Document): string =>
    Object.entries(node)
      .map(([key, value]) => element(key, value))
      .join('\n');
  return element('clickhouse', document);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
