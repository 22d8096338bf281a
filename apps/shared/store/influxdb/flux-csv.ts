/**
 * InfluxDB's answers: annotated CSV, read as it arrives. Tables follow one another, each with a header of its own; an
 * error may come after rows that are good.
 */
import { StringDecoder } from 'node:string_decoder';

import { StoreUnavailable } from '../telemetry-store';

/** A row of a table: its cells by names of columns. */
export type FluxRow = ReadonlyMap<string, string>;

/** A row has some tags of 4 KB at most; more is no answer of InfluxDB. */
const MAX_ROW_CHARS = 4 * 1024 * 1024;

export async function* readFluxCsv(body: AsyncIterable<Uint8Array>): AsyncGenerator<FluxRow> {
  let header: readonly string[] | undefined;
  for await (const cells of readRecords(body)) {
    if (cells.length === 1 && cells[0] === '') {
      header = undefined;
    } else if (cells[0]?.startsWith('#') === true) {
      header = undefined;
    } else if (header === undefined) {
      header = cells;
    } else {
      const row = new Map<string, string>();
      for (let i = 0; i < cells.length; i += 1) {
        const [name, cell] = [header[i] ?? '', cells[i] ?? ''];
        // Null, or the empty annotation column; no tag is empty.
        if (cell !== '') row.set(name, cell);
      }
      if (header.includes('error') && header.includes('reference')) throw answeredError(row);
      yield row;
    }
  }
}

function answeredError(row: FluxRow): StoreUnavailable {
  return new StoreUnavailable(
    `InfluxDB broke off its answer: ${row.get('error') ?? 'no reason'}`,
    'server-error',
  );
}

/** CSV of RFC 4180; an empty line is a record with one empty cell. */
async function* readRecords(body: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let start = 0;
    for (let end = endOfRecord(rest, start); end >= 0; end = endOfRecord(rest, start)) {
      yield parseRecord(rest, start, end);
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > MAX_ROW_CHARS) {
      throw new StoreUnavailable('InfluxDB answered with a row that does not end', 'server-error');
    }
  }
  rest += decoder.end();
  if (rest !== '') yield parseRecord(rest, 0, rest.length);
}

/** The place of the line feed that ends the record, or -1 when it is not there yet. */
function endOfRecord(text: string, start: number): number {
  let end = text.indexOf('\n', start);
  let quote = text.indexOf('"', start);
  while (end >= 0 && quote >= 0 && quote < end) {
    // A doubled quote closes and opens again, which comes to the same.
    const closing = text.indexOf('"', quote + 1);
    if (closing < 0) return -1;
    quote = text.indexOf('"', closing + 1);
    if (closing > end) end = text.indexOf('\n', closing);
  }
  return end;
}

function parseRecord(text: string, start: number, end: number): string[] {
  const line = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  for (let i = 0; i <= line.length; i += 1) {
    if (line[i] !== '"') {
      const comma = line.indexOf(',', i);
      const stop = comma < 0 ? line.length : comma;
      cells.push(line.slice(i, stop));
      i = stop;
      continue;
    }
    let cell = '';
    for (;;) {
      const closing = line.indexOf('"', i + 1);
      const stop = closing < 0 ? line.length : closing;
      cell += line.slice(i + 1, stop);
      i = stop + 1;
      if (line[i] !== '"') break;
      cell += '"';
    }
    cells.push(cell);
  }
  return cells;
}
