/** ClickHouse's HTTP interface (8123) before the engine, and its metrics in Prometheus' format (9363). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Engine, EngineError, type QueryContext } from './engine';
import { readStatement, StatementRefused } from './sql';
import { authenticate, authenticationFailed, type User } from './users';

interface HttpServerProps {
  readonly engine: Engine;
  readonly users: ReadonlyMap<string, User>;
}

/** What a test or a dashboard sends; a batch of spans comes by the native protocol. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;
const READ_ONLY = { readonly: '2' };
/** Parameters of the interface itself; all others are settings. */
const OWN_PARAMETERS = ['query', 'user', 'password', 'database', 'default_format', 'query_id'];

/** Errors whose status is not 500; of the server's table (src/Server/HTTPHandler.cpp), those that clients meet. */
const STATUS: Readonly<Record<number, number>> = {
  36: 400, // BAD_ARGUMENTS
  46: 404, // UNKNOWN_FUNCTION
  47: 404, // UNKNOWN_IDENTIFIER
  48: 501, // NOT_IMPLEMENTED
  60: 404, // UNKNOWN_TABLE
  62: 400, // SYNTAX_ERROR
  73: 404, // UNKNOWN_FORMAT
  81: 404, // UNKNOWN_DATABASE
  115: 404, // UNKNOWN_SETTING
  497: 403, // ACCESS_DENIED
  516: 403, // AUTHENTICATION_FAILED
};

export function createHttpServer({ engine, users }: HttpServerProps): Server {
  return createServer((request, response) => {
    answer(request, response, engine, users).catch((error: unknown) => {
      fail(response, error);
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  engine: Engine,
  users: ReadonlyMap<string, User>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  response.setHeader('X-ClickHouse-Server-Display-Name', 'ClickHouse stand-in (chdb)');
  const body = await readBody(request);
  const given = url.searchParams.get('query') ?? '';
  if (url.pathname === '/ping' || (given === '' && body.length === 0)) {
    response.end('Ok.\n');
    return;
  }
  if (url.pathname !== '/') {
    response.writeHead(404).end(`There is no handle ${url.pathname}: use / or /ping\n`);
    return;
  }
  const { name, password } = credentials(request, url.searchParams);
  const user = authenticate(users, name, password);
  if (user === undefined) {
    const { code, message } = authenticationFailed(name);
    throw new EngineError(message, code);
  }
  const context = contextOf(user, request, url.searchParams);
  const statement = readStatement(given === '' ? body.toString('utf8') : given);
  const { insert } = statement;
  if (insert !== undefined) {
    const rows = given === '' ? Buffer.from(insert.data, 'utf8') : body;
    await engine.insert(insert, insert.format, [rows], context);
    response.end();
    return;
  }
  if (given !== '' && body.length > 0) {
    throw new StatementRefused('the stand-in takes a body beside ?query= for INSERT only', 48);
  }
  const format = formatOf(request, url.searchParams);
  const result = await engine.run(statement.sql, format, context);
  response.setHeader('X-ClickHouse-Format', format);
  response.end(result);
}

function contextOf(user: User, request: IncomingMessage, query: URLSearchParams): QueryContext {
  const settings = [...query].filter(([key]) => !OWN_PARAMETERS.includes(key) && !key.startsWith('param_'));
  const parameters = [...query].filter(([key]) => key.startsWith('param_'));
  // GET may only read, as in the server.
  const readOnly = request.method === 'GET' && user.settings.readonly === undefined ? READ_ONLY : {};
  return {
    user,
    database: query.get('database') ?? header(request, 'x-clickhouse-database') ?? '',
    settings: { ...Object.fromEntries(settings), ...readOnly },
    parameters: Object.fromEntries(parameters.map(([key, value]) => [key.slice('param_'.length), value])),
  };
}

function formatOf(request: IncomingMessage, query: URLSearchParams): string {
  return query.get('default_format') ?? header(request, 'x-clickhouse-format') ?? 'TabSeparated';
}

/** By its own headers, by HTTP's basic authentication or in the address, in this order. */
function credentials(request: IncomingMessage, query: URLSearchParams): { name: string; password: string } {
  const name = header(request, 'x-clickhouse-user');
  if (name !== undefined) return { name, password: header(request, 'x-clickhouse-key') ?? '' };
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined) {
    return { name: query.get('user') ?? 'default', password: query.get('password') ?? '' };
  }
  const [, user = '', password = ''] =
    /^([^:]*):?([\s\S]*)$/.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
  return { name: user, password };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new EngineError(`a body of more than ${MAX_BODY_BYTES} bytes`, 36);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function fail(response: ServerResponse, error: unknown): void {
  const known = error instanceof EngineError || error instanceof StatementRefused;
  const message = error instanceof Error ? error.message : String(error);
  const code = known ? error.code : 1002;
  response.writeHead(STATUS[code] ?? 500, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(code),
  });
  response.end(`Code: ${code}. DB::Exception: ${message}\n`);
}

/** Of the system tables with the same names, as the server prints them. The embedded engine has no asynchronous ones. */
const METRICS = [
  ['SELECT metric AS name, toFloat64(value) AS value FROM system.metrics', 'ClickHouseMetrics_', 'gauge'],
  [
    'SELECT event AS name, toFloat64(value) AS value FROM system.events',
    'ClickHouseProfileEvents_',
    'counter',
  ],
] as const;

export function createMetricsServer(engine: Engine, path: string): Server {
  return createServer((request, response) => {
    if (request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    metrics(engine).then(
      (text) => response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(text),
      (error: unknown) => {
        fail(response, error);
      },
    );
  });
}

async function metrics(engine: Engine): Promise<string> {
  const lines: string[] = [];
  for (const [sql, prefix, type] of METRICS) {
    for (const { name, value } of await engine.ownRows<{ name: string; value: number }>(sql)) {
      const metric = prefix + name.replaceAll(/[^A-Za-z0-9_:]/g, '_');
      lines.push(`# TYPE ${metric} ${type}`, `${metric} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
