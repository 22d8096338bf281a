/** Inserts spans over the native protocol and knows which of them were acknowledged. */
import { connect, type Socket } from 'node:net';
import { headerBlock } from '../native/block';
import { ByteOutput } from '../native/byte-output';
import { PacketStream } from '../native/packet-stream';
import {
  CLIENT,
  readException,
  readServerHello,
  REVISION,
  SERVER,
  writeClientHello,
  writeQuery,
} from '../native/packets';
import { LIMIT_MS, PASSWORDS } from './running-stand-in';

export class AcknowledgedWriter {
  public static async open(port: number): Promise<AcknowledgedWriter> {
    const socket = connect({ host: '127.0.0.1', port });
    const writer = new AcknowledgedWriter(socket, new PacketStream(socket));
    const login = { database: 'otel', user: 'otel', password: PASSWORDS.otel };
    await writer.stream.write(writeClientHello({ client: 'test', revision: REVISION, ...login }));
    await writer.expect(SERVER.hello);
    const { name } = await writer.stream.read(readServerHello, LIMIT_MS);
    if (name !== 'ClickHouse stand-in') throw new Error(`${name} does not say that it is a stand-in`);
    return writer;
  }

  private constructor(
    private readonly socket: Socket,
    private readonly stream: PacketStream,
  ) {}

  /**
   * Resolves when spans with these ids are acknowledged.
   * @returns the columns that the server asked for
   */
  public async insert(
    ids: readonly string[],
    compressed: boolean,
    target = 'otel_traces (Timestamp, TraceId)',
  ): Promise<readonly string[]> {
    const query = {
      id: '',
      sql: `INSERT INTO ${target} FORMAT Native`,
      settings: { async_insert: '0' },
      compressed,
    };
    await this.stream.write(writeQuery(query, 'test'));
    await this.stream.writeData(CLIENT.data, headerBlock([]), compressed);
    await this.expect(SERVER.data);
    const { block } = await this.stream.readData(compressed, LIMIT_MS);
    await this.stream.writeData(CLIENT.data, spanBlock(ids), compressed);
    await this.stream.writeData(CLIENT.data, headerBlock([]), compressed);
    await this.expect(SERVER.endOfStream);
    return block.columns.map(({ name, type }) => `${name} ${type}`);
  }

  public close(): void {
    this.socket.destroy();
  }

  private async expect(packet: number): Promise<void> {
    const came = await this.stream.packet(LIMIT_MS);
    if (came === SERVER.exception) {
      throw new Error((await this.stream.read(readException, LIMIT_MS)).message);
    }
    if (came !== packet) throw new Error(`packet ${came ?? 'none'} instead of ${packet}`);
  }
}

/** They start now, for the table drops what is older than days. */
function spanBlock(ids: readonly string[]): Buffer {
  const times = Buffer.alloc(8 * ids.length);
  ids.forEach((_id, row) => times.writeBigInt64LE(BigInt(Date.now()) * 1_000_000n, 8 * row));
  const block = new ByteOutput().varint(2).varint(ids.length);
  block.text('Timestamp').text('DateTime64(9)').bytes(times).text('TraceId').text('String');
  for (const id of ids) block.text(id);
  return block.done();
}
