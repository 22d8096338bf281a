/**
 * CSV parsing: bytes in pieces as a file gives them, rows of texts out. The file is like a DCGM exporter's: every cell quoted,
 * commas and doubled quotes within the labels.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { once } from 'node:events';

import type { CsvParser as HyperionParser } from '../../../apps/streamer/csv/csv-parser';
import { loadBuilt } from '../built';
import { loadPeer } from '../peer';
import type { Target, Workload } from '../workload';

/** What `fs.createReadStream` reads at once. */
const CHUNK_BYTES = 64 * 1024;
/** The streamer's own defaults. */
const LIMITS = { maxRowBytes: 1024 * 1024, maxCells: 1000 } as const;

/** Counts the rows of the file, and gives how many there are. */
type ParseAll = (chunks: readonly Buffer[]) => number | Promise<number>;

export function hyperionCsv(target: Target): Promise<Workload> {
  const { CsvParser } = loadBuilt(target.build ?? '', 'apps/streamer/csv/csv-parser') as {
    CsvParser: typeof HyperionParser;
  };
  return parsing(target, (chunks) => {
    const parser = new CsvParser({ delimiter: ',', ...LIMITS });
    let rows = 0;
    for (const chunk of chunks) rows += cellsOf(parser.push(chunk));
    return rows + cellsOf(parser.end());
  });
}

/** A row that cannot be read would be a mistake here. */
function cellsOf(rows: readonly { readonly problem: string | undefined }[]): number {
  const bad = rows.find(({ problem }) => problem !== undefined);
  if (bad !== undefined) throw new Error(`bench: ${bad.problem ?? ''}`);
  return rows.length;
}

interface CsvParse {
  readonly parse: (options: object) => NodeJS.ReadWriteStream;
}

export function csvParse(target: Target): Promise<Workload> {
  const { parse } = loadPeer('csv-parse') as CsvParse;
  return parsing(target, async (chunks) => {
    const parser = parse({});
    let rows = 0;
    parser.on('data', () => {
      rows += 1;
    });
    const ended = once(parser, 'end');
    for (const chunk of chunks) if (!parser.write(chunk)) await once(parser, 'drain');
    parser.end();
    await ended;
    return rows;
  });
}

interface Udsv {
  readonly inferSchema: (text: string) => object;
  readonly initParser: (schema: object) => {
    readonly stringArrs: unknown;
    chunk(text: string, parse: unknown, onRow: (row: readonly string[]) => void): void;
    end(): void;
  };
}

export function udsv(target: Target): Promise<Workload> {
  const { inferSchema, initParser } = loadPeer('udsv') as Udsv;
  return parsing(target, (chunks) => {
    const decoder = new TextDecoder();
    let parser: ReturnType<Udsv['initParser']> | undefined;
    // Its first row is the schema's.
    let rows = 1;
    const count = (): void => {
      rows += 1;
    };
    for (const chunk of chunks) {
      const text = decoder.decode(chunk, { stream: true });
      parser ??= initParser(inferSchema(text));
      parser.chunk(text, parser.stringArrs, count);
    }
    parser?.end();
    return rows;
  });
}

async function parsing({ path = '' }: Target, parseAll: ParseAll): Promise<Workload> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
    chunks.push(chunk as Buffer);
  const rows = readFileSync(path, 'latin1').split('\n').length - 1;
  const found = await parseAll(chunks);
  if (found !== rows) throw new Error(`bench: ${path} has ${rows} rows, ${found} were found`);
  return {
    itemsPerCycle: rows,
    concurrency: 1,
    cycle: async () => {
      await parseAll(chunks);
    },
  };
}
