/** One side of a native connection: parsers are given bytes as they come, and blocks are unpacked on the way. */
import type { Socket } from 'node:net';
import { readBlock, writeBlock, type Block } from './block';
import { ByteInput, type Parser } from './byte-input';
import { readFrame, writeFrames } from './frame';
import { writeData } from './packets';
import { ProtocolError } from './protocol-error';

/** A batch of the collector (50,000 spans at most) has tens of MiB. */
const MAX_BLOCK_BYTES = 512 * 1024 * 1024;

export class PacketStream {
  private readonly input = new ByteInput(MAX_BLOCK_BYTES);
  private readonly chunks: AsyncIterator<Uint8Array, undefined>;

  public constructor(private readonly socket: Socket) {
    // A socket that breaks ends the iteration with its error; while nobody iterates, the error has nobody to go to.
    socket.on('error', () => undefined);
    socket.on('timeout', () => {
      socket.destroy(new ProtocolError('nothing came for too long'));
    });
    this.chunks = socket[Symbol.asyncIterator]();
  }

  /** The number of the next packet; undefined when the other side has closed the connection. */
  public async packet(timeoutMs: number): Promise<number | undefined> {
    this.input.release();
    if (this.input.available === 0 && !(await this.more(timeoutMs))) return undefined;
    return this.read((input) => input.varint(), timeoutMs);
  }

  public async read<T>(parser: (input: ByteInput) => Parser<T>, timeoutMs: number): Promise<T> {
    const steps = parser(this.input);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (!(await this.more(timeoutMs))) throw new ProtocolError('the connection ends within a packet');
    }
  }

  /** What follows the number of a data packet. */
  public async readData(compressed: boolean, timeoutMs: number): Promise<{ table: string; block: Block }> {
    const table = await this.read((input) => input.text(), timeoutMs);
    if (!compressed) return { table, block: await this.read(readBlock, timeoutMs) };
    const unpacked = new ByteInput(MAX_BLOCK_BYTES);
    const steps = readBlock(unpacked);
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        if (unpacked.available > 0) throw new ProtocolError('a compressed frame goes on after its block');
        return { table, block: step.value };
      }
      this.input.release();
      unpacked.append(await this.read(readFrame, timeoutMs));
    }
  }

  public write(packet: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(packet, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** @param native the block as a file of format `Native` has it */
  public writeData(packet: number, native: Buffer, compressed: boolean): Promise<void> {
    const block = writeBlock(native);
    return this.write(writeData(packet, compressed ? writeFrames(block) : block));
  }

  private async more(timeoutMs: number): Promise<boolean> {
    this.socket.setTimeout(timeoutMs);
    try {
      const { done, value } = await this.chunks.next();
      if (done === true) return false;
      this.input.append(value);
      return true;
    } finally {
      // Not while the engine works, which may take longer.
      this.socket.setTimeout(0);
    }
  }
}
