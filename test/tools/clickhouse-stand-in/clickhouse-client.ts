/** The stand-in's `clickhouse-client`: the few arguments that our scripts give it, over the native protocol. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { headerBlock, type Block, type Column } from './native/block';
import { PacketStream } from './native/packet-stream';
import {
  CLIENT,
  readException,
  readServerHello,
  REVISION,
  SERVER,
  writeClientHello,
  writeQuery,
  type ServerError,
} from './native/packets';
import { splitStatements } from './sql';

const NAME = 'ClickHouse stand-in client';
/** The real client's: connect_timeout 10 s, receive_timeout 300 s. */
const CONNECT_TIMEOUT_MS = 10_000;
const RECEIVE_TIMEOUT_MS = 300_000;

class ServerException extends Error {
  public constructor(public readonly error: ServerError) {
    super(`Received exception from server:\nCode: ${error.code}. ${error.message}`);
  }
}

/** @returns the exit status */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', short: 'h', default: 'localhost' },
      port: { type: 'string', default: '9000' },
      user: { type: 'string', short: 'u', default: process.env.CLICKHOUSE_USER ?? 'default' },
      password: { type: 'string', default: process.env.CLICKHOUSE_PASSWORD ?? '' },
      database: { type: 'string', short: 'd', default: '' },
      query: { type: 'string', short: 'q' },
      'queries-file': { type: 'string' },
    },
  });
  const file = values['queries-file'];
  const text = values.query ?? (file === undefined ? undefined : readFileSync(file, 'utf8'));
  if (text === undefined) throw new Error('the stand-in is not interactive: give --query or --queries-file');
  const { host, port, user, password, database } = values;
  const socket = connect({ host, port: Number(port), timeout: CONNECT_TIMEOUT_MS });
  try {
    await connected(socket);
    const stream = new PacketStream(socket);
    await stream.write(writeClientHello({ client: NAME, revision: REVISION, database, user, password }));
    await expectPacket(stream, SERVER.hello);
    await stream.read(readServerHello, RECEIVE_TIMEOUT_MS);
    // The first statement that fails is the last.
    for (const sql of splitStatements(text)) await run(stream, sql.trim());
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    // As the real one: the error's number, as far as it fits.
    return (error instanceof ServerException && error.error.code % 256) || 1;
  } finally {
    socket.destroy();
  }
}

function connected(socket: ReturnType<typeof connect>): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('timeout', () => {
      reject(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`));
    });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
}

async function run(stream: PacketStream, sql: string): Promise<void> {
  await stream.write(writeQuery({ id: '', sql, settings: {}, compressed: false }, NAME));
  // No external tables.
  await stream.writeData(CLIENT.data, headerBlock([]), false);
  for (;;) {
    const packet = await expectPacket(stream, SERVER.data, SERVER.endOfStream);
    if (packet === SERVER.endOfStream) return;
    print((await stream.readData(false, RECEIVE_TIMEOUT_MS)).block);
  }
}

async function expectPacket(stream: PacketStream, ...expected: readonly number[]): Promise<number> {
  const packet = await stream.packet(RECEIVE_TIMEOUT_MS);
  if (packet === SERVER.exception) {
    throw new ServerException(await stream.read(readException, RECEIVE_TIMEOUT_MS));
  }
  if (packet === undefined || !expected.includes(packet))
    throw new Error(`the server answers ${packet ?? 'nothing'}`);
  return packet;
}

/** Tab-separated, as the real client does into a pipe. */
function print({ columns, rows }: Block): void {
  if (rows === 0) return;
  const values = columns.map((column) => valuesOf(column, rows));
  for (let row = 0; row < rows; row += 1) {
    process.stdout.write(`${values.map((column) => column[row] ?? '').join('\t')}\n`);
  }
}

/** Strings and unsigned numbers, which is what scripts ask for. */
function valuesOf({ name, type, data }: Column, rows: number): readonly string[] {
  const bits = /^UInt(8|16|32|64)$/.exec(type)?.[1];
  if (bits !== undefined) {
    const bytes = Number(bits) / 8;
    return Array.from({ length: rows }, (_, row) =>
      BigInt(
        `0x${Buffer.from(data.subarray(row * bytes, (row + 1) * bytes))
          .reverse()
          .toString('hex')}`,
      ).toString(),
    );
  }
  if (type !== 'String')
    throw new Error(`${name}: the stand-in's client does not print ${type}; use toString`);
  const texts: string[] = [];
  for (let at = 0; at < data.length;) {
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = data[at++] ?? 0;
      length += (byte % 128) * factor;
      if (byte < 128) break;
    }
    texts.push(data.toString('utf8', at, at + length));
    at += length;
  }
  return texts.map((text) => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n'));
}
