/** ClickHouse's native protocol (TCP, 9000) before the engine: one connection, one query at a time. */
import type { Socket } from 'node:net';
import { Engine, EngineError, type QueryContext } from './engine';
import { headerBlock, splitNative, type Block } from './native/block';
import { PacketStream } from './native/packet-stream';
import {
  CLIENT,
  readClientHello,
  readQuery,
  REVISION,
  SERVER,
  writeException,
  writeServerHello,
  type Query,
  type ServerError,
} from './native/packets';
import { ByteOutput } from './native/byte-output';
import { ProtocolError } from './native/protocol-error';
import { readStatement, StatementRefused, type InsertWithData, type Statement } from './sql';
import { authenticate, authenticationFailed, type User } from './users';

/** The server's own: handshake_timeout_ms (10 s), receive_timeout (300 s), idle_connection_timeout (1 h). */
const HELLO_TIMEOUT_MS = 10_000;
const RECEIVE_TIMEOUT_MS = 300_000;
const IDLE_TIMEOUT_MS = 3_600_000;

const UNEXPECTED_PACKET = 101;

interface NativeServerProps {
  readonly engine: Engine;
  readonly users: ReadonlyMap<string, User>;
  readonly timezone: string;
}

/** Serves one connection to its end. Never rejects: what goes wrong ends the connection. */
export async function serveNative(socket: Socket, props: NativeServerProps): Promise<void> {
  const stream = new PacketStream(socket);
  try {
    const session = await greet(stream, props);
    if (session !== undefined) await new Connection(stream, props.engine, session).serve();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await stream.write(exception({ code: UNEXPECTED_PACKET, message })).catch(() => undefined);
  } finally {
    socket.end();
    // What the client still sends has nobody to read it.
    socket.resume();
  }
}

/** The server puts the exception's name before its text, and clients take it away. */
function exception({ code, message }: ServerError): Buffer {
  return writeException({ code, message: `DB::Exception: ${message}` });
}

type Session = Pick<QueryContext, 'user' | 'database'>;

/** @returns undefined when the client was refused, and told so */
async function greet(stream: PacketStream, props: NativeServerProps): Promise<Session | undefined> {
  const packet = await stream.packet(HELLO_TIMEOUT_MS);
  if (packet === undefined) return undefined;
  if (packet === 'G'.charCodeAt(0) || packet === 'P'.charCodeAt(0)) {
    // As the server answers who speaks HTTP here.
    await stream.write(
      Buffer.from('HTTP/1.0 400 Bad Request\r\n\r\nThis port is for clickhouse-client, not for HTTP\r\n'),
    );
    return undefined;
  }
  if (packet !== CLIENT.hello) throw new ProtocolError(`packet ${packet} instead of a hello`);
  const hello = await stream.read(readClientHello, HELLO_TIMEOUT_MS);
  if (hello.revision < REVISION)
    throw new ProtocolError(`a client of revision ${hello.revision}, before ${REVISION}`);
  const user = authenticate(props.users, hello.user, hello.password);
  if (user === undefined) {
    await stream.write(exception(authenticationFailed(hello.user)));
    return undefined;
  }
  const [major = 0, minor = 0, patch = 0] = props.engine.version.split('.').map(Number);
  await stream.write(
    writeServerHello({
      name: 'ClickHouse stand-in',
      version: [major, minor, patch],
      timezone: props.timezone,
      displayName: 'ClickHouse stand-in (chdb)',
    }),
  );
  return { user, database: hello.database };
}

class Connection {
  public constructor(
    private readonly stream: PacketStream,
    private readonly engine: Engine,
    private readonly session: Session,
  ) {}

  public async serve(): Promise<void> {
    for (;;) {
      const packet = await this.stream.packet(IDLE_TIMEOUT_MS);
      switch (packet) {
        case undefined:
          return;
        case CLIENT.ping:
          await this.stream.write(new ByteOutput().varint(SERVER.pong).done());
          break;
        case CLIENT.cancel:
          // Nothing runs between two packets.
          break;
        case CLIENT.query:
          await this.answer(await this.stream.read(readQuery, RECEIVE_TIMEOUT_MS));
          break;
        default:
          throw new ProtocolError(`the stand-in does not know packet ${packet}`);
      }
    }
  }

  /** Errors of a query are told and leave the connection open; errors of the protocol end it. */
  private async answer(query: Query): Promise<void> {
    const context = { ...this.session, settings: query.settings, parameters: {} };
    try {
      await this.refuseExternalTables(query);
      const statement = readStatement(query.sql);
      if (statement.insert === undefined) await this.select(statement, query, context);
      else await this.insert(statement.insert, query, context);
      await this.stream.write(new ByteOutput().varint(SERVER.endOfStream).done());
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof StatementRefused)) throw error;
      await this.stream.write(exception(error));
    }
  }

  /** After a query come tables that belong to it, and an empty block as their end. */
  private async refuseExternalTables({ compressed }: Query): Promise<void> {
    for (let tables = 0; ; tables += 1) {
      const block = await this.readBlock(compressed);
      if (block.rows > 0) continue;
      if (tables > 0) throw new StatementRefused('the stand-in takes no external tables', 48);
      return;
    }
  }

  private async select(statement: Statement, { compressed }: Query, context: QueryContext): Promise<void> {
    const sql = statement.withoutFormat;
    const blocks = splitNative(await this.engine.run(sql, 'Native', context));
    const [first] = blocks;
    const columns = first?.columns ?? (statement.answers ? await this.columnsOf(sql, context) : []);
    if (columns.length > 0) await this.stream.writeData(SERVER.data, headerBlock(columns), compressed);
    for (const { bytes } of blocks) await this.stream.writeData(SERVER.data, bytes, compressed);
  }

  /** Of an answer without rows, of which the format `Native` says nothing. */
  private async columnsOf(sql: string, context: QueryContext) {
    const answer = Buffer.from(await this.engine.run(sql, 'JSONCompact', context)).toString('utf8');
    const { meta } = JSON.parse(answer) as { meta: readonly { name: string; type: string }[] };
    return meta;
  }

  private async insert(insert: InsertWithData, { compressed }: Query, context: QueryContext): Promise<void> {
    const columns = await this.engine.insertedColumns(insert, context);
    await this.stream.writeData(SERVER.data, headerBlock(columns), compressed);
    await this.engine.insert(insert, 'Native', this.blocks(compressed), context);
  }

  private async *blocks(compressed: boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { rows, bytes } = await this.readBlock(compressed);
      if (rows === 0) return;
      yield bytes;
    }
  }

  private async readBlock(compressed: boolean): Promise<Block> {
    const packet = await this.stream.packet(RECEIVE_TIMEOUT_MS);
    if (packet === undefined) throw new ProtocolError('the client left within a query');
    if (packet !== CLIENT.data) throw new ProtocolError(`packet ${packet} instead of a block`);
    return (await this.stream.readData(compressed, RECEIVE_TIMEOUT_MS)).block;
  }
}
