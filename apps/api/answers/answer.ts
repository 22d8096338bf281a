/**
 * Sends rows: a short list at once, a long one as a stream that goes on as fast as the client reads, and of which no more than
 * a few pieces are in memory. A stream that cannot be finished is cut off: its connection is destroyed, so that HTTP itself
 * says that something is missing (the last chunk is), and JSON and NDJSON lack their end.
 */
import { Readable } from 'node:stream';

import type { FastifyReply } from 'fastify';

import type { ApiMetrics } from '../metrics';
import type { RowStream } from '../queries/query-runner';
import { encodingOf, type Encoding, type End, type Table } from './encoding';
import { FORMATS, type Format } from './format';

/** Few enough writes, and little enough to hold for a client that does not read. */
const PIECE_CHARS = 16 * 1024;

type Rows = Pick<ApiMetrics, 'rows'>;

export function answerList<Row>(
  reply: FastifyReply,
  format: Format,
  table: Table<Row>,
  rows: readonly Row[],
  end: Omit<End, 'rows'>,
  metrics: Rows,
): FastifyReply {
  metrics.rows.inc({ format }, rows.length);
  describe(reply, format, table.name);
  const whole = { rows: rows.length, ...end };
  if (end.next !== undefined) void reply.header('next-cursor', end.next);
  if (format === 'json') return reply.send({ data: rows, end: whole });
  const { head, row, tail } = encodingOf(format, table);
  return reply.send(head + rows.map((each, index) => row(each, index === 0)).join('') + tail(whole));
}

export interface StreamedRows<Stored, Row> {
  readonly stream: RowStream<Stored>;
  readonly toRow: (stored: Stored) => Row;
  /** How many are sent; whether there is one more decides about `more`. */
  readonly limit: number;
  /** Behind which row the next page begins. */
  readonly cursorOf?: (last: Stored) => string;
}

export function answerStream<Stored, Row>(
  reply: FastifyReply,
  format: Format,
  table: Table<Row>,
  rows: StreamedRows<Stored, Row>,
  metrics: Rows,
): FastifyReply {
  describe(reply, format, table.name);
  let next: string | undefined;
  if (rows.cursorOf !== undefined) {
    // CSV has no place for it, and behind a stream there are no headers.
    reply.trailer('next-cursor', (_reply, _payload, done) => {
      done(null, next ?? '');
    });
  }
  const ended = (end: End): void => {
    next = end.next;
    metrics.rows.inc({ format }, end.rows);
  };
  const pieces = piecesOf(encodingOf(format, table), rows, ended);
  return reply.send(Readable.from(pieces, { objectMode: false, highWaterMark: 4 * PIECE_CHARS }));
}

async function* piecesOf<Stored, Row>(
  { head, row, tail }: Encoding<Row>,
  { stream, toRow, limit, cursorOf }: StreamedRows<Stored, Row>,
  ended: (end: End) => void,
): AsyncGenerator<string> {
  let piece = head;
  let count = 0;
  let last: Stored | undefined;
  let more = false;
  try {
    for (;;) {
      const stored = await stream.next();
      if (stored === undefined) break;
      if (count === limit) {
        more = true;
        break;
      }
      piece += row(toRow(stored), count === 0);
      count += 1;
      last = stored;
      if (piece.length >= PIECE_CHARS) {
        stream.pause();
        yield piece;
        stream.resume();
        piece = '';
      }
    }
    const next = more && last !== undefined ? cursorOf?.(last) : undefined;
    const end: End = { rows: count, more, ...(next === undefined ? {} : { next }) };
    ended(end);
    yield piece + tail(end);
  } finally {
    stream.close();
  }
}

function describe(reply: FastifyReply, format: Format, name: string): void {
  void reply.type(format === 'csv' ? `${FORMATS.csv}; charset=utf-8; header=present` : FORMATS[format]);
  // CORS has said something there, too.
  const vary = reply.getHeader('vary');
  void reply.header(
    'vary',
    `${vary === undefined ? '' : `${String(vary)}, `}Accept, Authorization, X-API-Key`,
  );
  if (format === 'csv') void reply.header('content-disposition', `attachment; filename="${name}.csv"`);
}
