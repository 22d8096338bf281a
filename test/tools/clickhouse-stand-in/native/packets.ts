/**
 * The packets of ClickHouse's native protocol, as its revision 54440 has them: the last one before fields that the
 * stand-in has no use for (interserver secret, trace context, parameters). Either side speaks the older one's revision,
 * so that is what a newer client sends and expects.
 */
import type { ByteInput, Parser } from './byte-input';
import { ByteOutput } from './byte-output';
import { ProtocolError } from './protocol-error';

export const REVISION = 54_440;

export const CLIENT = { hello: 0, query: 1, data: 2, cancel: 3, ping: 4 } as const;
export const SERVER = { hello: 0, data: 1, exception: 2, pong: 4, endOfStream: 5 } as const;

interface ClientHello {
  readonly client: string;
  readonly revision: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

interface ServerHello {
  readonly name: string;
  readonly version: readonly [major: number, minor: number, patch: number];
  readonly timezone: string;
  readonly displayName: string;
}

export interface Query {
  readonly id: string;
  readonly sql: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Of the blocks after it, and of those of the answer. */
  readonly compressed: boolean;
}

export interface ServerError {
  readonly code: number;
  readonly message: string;
}

/** After its packet number. */
export function* readClientHello(input: ByteInput): Parser<ClientHello> {
  const client = yield* input.text();
  yield* input.varint();
  yield* input.varint();
  const revision = yield* input.varint();
  const database = yield* input.text();
  const user = yield* input.text();
  return { client, revision, database, user, password: yield* input.text() };
}

export function writeClientHello({ client, revision, database, user, password }: ClientHello): Buffer {
  const hello = new ByteOutput().varint(CLIENT.hello).text(client).varint(1).varint(0).varint(revision);
  return hello.text(database).text(user).text(password).done();
}

export function writeServerHello({ name, version, timezone, displayName }: ServerHello): Buffer {
  const [major, minor, patch] = version;
  const hello = new ByteOutput().varint(SERVER.hello).text(name).varint(major).varint(minor).varint(REVISION);
  return hello.text(timezone).text(displayName).varint(patch).done();
}

export function* readServerHello(input: ByteInput): Parser<ServerHello> {
  const name = yield* input.text();
  const major = yield* input.varint();
  const minor = yield* input.varint();
  const revision = yield* input.varint();
  if (revision !== REVISION) throw new ProtocolError(`a server of revision ${revision} is no stand-in`);
  const timezone = yield* input.text();
  const displayName = yield* input.text();
  return { name, version: [major, minor, yield* input.varint()], timezone, displayName };
}

const FIRST_QUERY = 1;
const INTERFACE_TCP = 1;
const CUSTOM_SETTING = 2;
const STAGE_COMPLETE = 2;

export function* readQuery(input: ByteInput): Parser<Query> {
  const id = yield* input.text();
  yield* skipClientInfo(input);
  const settings = yield* readSettings(input);
  const stage = yield* input.varint();
  if (stage !== STAGE_COMPLETE) throw new ProtocolError(`a query up to stage ${stage} is another server's`);
  const compressed = (yield* input.varint()) !== 0;
  return { id, settings, compressed, sql: yield* input.text() };
}

export function writeQuery({ id, sql, settings, compressed }: Query, client: string): Buffer {
  const query = new ByteOutput().varint(CLIENT.query).text(id);
  query.uint8(FIRST_QUERY).text('').text('').text('0.0.0.0:0').uint8(INTERFACE_TCP);
  query.text('').text('').text(client).varint(1).varint(0).varint(REVISION).text('').varint(0);
  for (const [name, value] of Object.entries(settings)) query.text(name).varint(0).text(value);
  return query
    .text('')
    .varint(STAGE_COMPLETE)
    .varint(compressed ? 1 : 0)
    .text(sql)
    .done();
}

function* skipClientInfo(input: ByteInput): Parser<void> {
  const kind = yield* input.uint8();
  if (kind !== FIRST_QUERY) throw new ProtocolError(`a query of kind ${kind} is another server's`);
  // Initial user, query id and address.
  yield* input.skipTexts(3);
  const via = yield* input.uint8();
  if (via !== INTERFACE_TCP) throw new ProtocolError(`a query that came in through interface ${via}`);
  // User of the operating system, host, client.
  yield* input.skipTexts(3);
  // The client's version and revision.
  for (let field = 0; field < 3; field += 1) yield* input.varint();
  // Quota key and the version's patch level.
  yield* input.skipTexts(1);
  yield* input.varint();
}

function* readSettings(input: ByteInput): Parser<Readonly<Record<string, string>>> {
  const settings: Record<string, string> = {};
  for (;;) {
    const name = yield* input.text();
    if (name === '') return settings;
    const flags = yield* input.varint();
    const value = yield* input.text();
    if ((flags & CUSTOM_SETTING) !== 0)
      throw new ProtocolError(`setting ${name}: the stand-in has no custom ones`);
    settings[name] = value;
  }
}

/** A block as either side sends it: the table's name is that of an external table, and empty here. */
export function writeData(packet: number, block: Buffer): Buffer {
  return new ByteOutput().varint(packet).text('').bytes(block).done();
}

export function writeException({ code, message }: ServerError): Buffer {
  const exception = new ByteOutput().varint(SERVER.exception).int32(code).text('DB::Exception').text(message);
  // No stack trace, and no further exception within.
  return exception.text('').uint8(0).done();
}

export function* readException(input: ByteInput): Parser<ServerError> {
  const code = yield* input.uint32();
  yield* input.skipTexts(1);
  const message = yield* input.text();
  yield* input.skipTexts(1);
  yield* input.uint8();
  return { code, message };
}
