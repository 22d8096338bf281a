/**
 * A block of columns. The protocol's block is the file format `Native` with a few bytes of block info before it (at the
 * revision that the stand-in speaks), so blocks go into the engine and come out of it as they are.
 */
import { ByteInput, type Parser } from './byte-input';
import { ByteOutput } from './byte-output';
import { layoutOf } from './column-layout';
import { ProtocolError } from './protocol-error';

export interface Block {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** As a file of format `Native` has it. */
  readonly bytes: Buffer;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly data: Buffer;
}

/** A table has fewer, and a batch has fewer: beyond, the bytes are no block. */
const MAX_COLUMNS = 10_000;
const MAX_ROWS = 100_000_000;

export function* readBlock(input: ByteInput): Parser<Block> {
  yield* skipBlockInfo(input);
  return yield* readNative(input);
}

function* readNative(input: ByteInput): Parser<Block> {
  const start = input.mark();
  const count = yield* input.varint();
  const rows = yield* input.varint();
  if (count > MAX_COLUMNS || rows > MAX_ROWS) throw new ProtocolError(`a block of ${count} × ${rows} values`);
  const columns: Column[] = [];
  for (let index = 0; index < count; index += 1) columns.push(yield* readColumn(input, rows));
  return { columns, rows, bytes: input.since(start) };
}

function* readColumn(input: ByteInput, rows: number): Parser<Column> {
  const name = yield* input.text();
  const type = yield* input.text();
  const start = input.mark();
  if (rows > 0) {
    const layout = layoutOf(type);
    yield* layout.prefix(input);
    yield* layout.values(input, rows);
  }
  return { name, type, data: input.since(start) };
}

/** Numbered fields up to a zero. */
function* skipBlockInfo(input: ByteInput): Parser<void> {
  for (;;) {
    const field = yield* input.varint();
    if (field === 0) return;
    if (field > 2) throw new ProtocolError(`block info with field ${field}`);
    yield* input.skip(field === 1 ? 1 : 4);
  }
}

/** `bytes` of a block, with the info of an ordinary one before it: no overflow, no bucket. */
export function writeBlock(bytes: Buffer): Buffer {
  const info = new ByteOutput().varint(1).uint8(0).varint(2).int32(-1).varint(0);
  return info.bytes(bytes).done();
}

/** Columns without rows: what a client is told before it sends or receives any. */
export function headerBlock(columns: readonly Pick<Column, 'name' | 'type'>[]): Buffer {
  const output = new ByteOutput().varint(columns.length).varint(0);
  for (const { name, type } of columns) output.text(name).text(type);
  return output.done();
}

/** The blocks of a file of format `Native`. */
export function splitNative(file: Uint8Array): readonly Block[] {
  const input = new ByteInput(file.length);
  input.append(file);
  const blocks: Block[] = [];
  while (input.available > 0) {
    const step = readNative(input).next();
    if (step.done !== true) throw new ProtocolError('a file of format Native ends within a block');
    blocks.push(step.value);
  }
  return blocks;
}
