/**
 * A CSV parser (RFC 4180) for streams: bytes in, rows out, each with its line and byte offsets, so that reading can go on
 * behind any row. A row that cannot be read is given as such, and parsing goes on with the line behind its first one.
 *
 * It works on text in which each character is one byte (Latin-1): delimiters, quotes and line breaks are ASCII, no byte
 * of a longer UTF-8 sequence looks like one, and so positions in the text are byte offsets. Cells are decoded last, and
 * only where there is something to decode.
 */
import { isAscii, isUtf8 } from 'node:buffer';

export interface CsvParserOptions {
  /** One ASCII character. */
  readonly delimiter: string;
  /** A longer row is a bad one; bounds the memory too. */
  readonly maxRowBytes: number;
  readonly maxCells: number;
  /** Where the first byte lies in the whole, when reading goes on behind a row; a byte order mark is looked for at 0. */
  readonly offset?: number;
  /** The number of the first line; 1 when not given. */
  readonly line?: number;
}

interface Place {
  readonly line: number;
  readonly offset: number;
  /** Where the next row starts, and the number of its line. */
  readonly endOffset: number;
  readonly nextLine: number;
}

export interface CsvRow extends Place {
  readonly problem: undefined;
  readonly cells: readonly string[];
}

export interface BadCsvRow extends Place {
  readonly problem: string;
  /** How the row starts. */
  readonly text: string;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Bytes of a UTF-8 sequence. */
const HIGH = /[\x80-\xff]/;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
/** What is shown of a bad row: enough to find it. */
const SHOWN_BYTES = 1024;
/** `scan` met the end of the text before that of the row. */
const INCOMPLETE = -1;
const BAD = -2;

export class CsvParser {
  private readonly delimiter: number;
  /** Bytes that are no whole row yet. */
  private text = '';
  private offset: number;
  private line: number;
  private hasOnlyAscii = true;
  /** Set while a row is dropped that is too long to be held: how it started. */
  private dropped: { readonly offset: number; readonly text: string } | undefined;
  /** What `scan` found. */
  private cells: string[] = [];
  private problem = '';

  public constructor(private readonly options: CsvParserOptions) {
    this.delimiter = options.delimiter.charCodeAt(0);
    this.offset = options.offset ?? 0;
    this.line = options.line ?? 1;
  }

  /** The rows that `chunk` completes. */
  public push(chunk: Uint8Array): (CsvRow | BadCsvRow)[] {
    this.text += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    this.hasOnlyAscii &&= isAscii(chunk);
    // No row ends without a line feed: a row that comes in many small pieces is not scanned for each of them.
    const mayEnd = chunk.includes(LINE_FEED) || this.text.length > this.options.maxRowBytes;
    return mayEnd ? this.parse(false) : [];
  }

  /** There are bytes that are no whole row yet. */
  public get hasRest(): boolean {
    return this.text !== '' || this.dropped !== undefined;
  }

  /** The row that the end of the input completes. */
  public end(): (CsvRow | BadCsvRow)[] {
    return this.parse(true);
  }

  private parse(isLast: boolean): (CsvRow | BadCsvRow)[] {
    const { text } = this;
    const rows: (CsvRow | BadCsvRow)[] = [];
    const base = this.offset;
    let at = this.dropped === undefined ? 0 : this.endDropped(rows, isLast);
    if (base === 0 && at === 0 && text.startsWith(BYTE_ORDER_MARK)) at = BYTE_ORDER_MARK.length;
    while (at < text.length) {
      let lineEnd = text.indexOf('\n', at);
      if (lineEnd === -1) {
        if (!isLast) break;
        lineEnd = text.length;
      }
      if (isBlank(text, at, lineEnd)) {
        this.line += 1;
        at = lineEnd + 1;
        continue;
      }
      let end = this.scan(at, isLast);
      const isTooLong = (end === INCOMPLETE ? text.length : end) - at > this.options.maxRowBytes;
      if (end === INCOMPLETE && !isTooLong) break;
      if (end !== BAD && isTooLong) {
        this.problem = `is longer than ${this.options.maxRowBytes} bytes, or a quote is not closed`;
        end = BAD;
      }
      if (end === BAD) {
        rows.push(this.badRow(at, lineEnd, base));
        at = lineEnd + 1;
        continue;
      }
      const line = this.line;
      this.line += end === lineEnd ? 1 : linesOf(text, lineEnd, end);
      const endOffset = base + Math.min(end + 1, text.length);
      rows.push({
        problem: undefined,
        cells: this.cells,
        line,
        offset: base + at,
        endOffset,
        nextLine: this.line,
      });
      at = end + 1;
    }
    this.keep(Math.min(at, text.length), base);
    return rows;
  }

  /** Gives where the row ends: at its line feed, or the end of the text. */
  private scan(start: number, isLast: boolean): number {
    const { text, delimiter } = this;
    const { maxCells } = this.options;
    const { length } = text;
    const cells: string[] = [];
    this.cells = cells;
    for (let at = start; ; at += 1) {
      if (cells.length === maxCells) return this.fail(`has more than ${maxCells} cells`);
      let code: number;
      if (text.charCodeAt(at) === QUOTE) {
        let close = text.indexOf('"', at + 1);
        const hasPairs = close !== -1 && text.charCodeAt(close + 1) === QUOTE;
        while (close !== -1 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2);
        if (close === -1) return isLast ? this.fail('has a quote that is not closed') : INCOMPLETE;
        const cell = text.slice(at + 1, close);
        if (!this.addCell(hasPairs ? cell.replaceAll('""', '"') : cell)) return BAD;
        at = close + 1;
        code = text.charCodeAt(at);
        if (code === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED) return at + 1;
        const mayGoOn = at === length || (code === CARRIAGE_RETURN && at + 1 === length);
        if (mayGoOn) return isLast ? length : INCOMPLETE;
        if (code !== delimiter && code !== LINE_FEED) {
          return this.fail(`has something behind the closing quote of cell ${cells.length}`);
        }
      } else {
        const from = at;
        for (code = text.charCodeAt(at); code !== delimiter && code !== LINE_FEED && at < length;) {
          if (code === QUOTE)
            return this.fail(`has a quote within cell ${cells.length + 1}, but none around it`);
          at += 1;
          code = text.charCodeAt(at);
        }
        if (at === length && !isLast) return INCOMPLETE;
        const isEnd = at === length || code === LINE_FEED;
        const to = isEnd && at > from && text.charCodeAt(at - 1) === CARRIAGE_RETURN ? at - 1 : at;
        if (!this.addCell(text.slice(from, to))) return BAD;
        if (at === length) return length;
      }
      if (code === LINE_FEED) return at;
    }
  }

  private addCell(bytes: string): boolean {
    if (this.hasOnlyAscii || !HIGH.test(bytes)) {
      this.cells.push(bytes);
      return true;
    }
    const buffer = Buffer.from(bytes, 'latin1');
    if (!isUtf8(buffer)) {
      this.problem = `has bytes in cell ${this.cells.length + 1} that are no UTF-8`;
      return false;
    }
    this.cells.push(buffer.toString());
    return true;
  }

  private fail(problem: string): typeof BAD {
    this.problem = problem;
    return BAD;
  }

  /** Its first line is given up; what follows may be whole rows, and is looked at again. */
  private badRow(at: number, lineEnd: number, base: number): BadCsvRow {
    const line = this.line;
    this.line += 1;
    return {
      problem: this.problem,
      text: shown(this.text.slice(at, Math.min(lineEnd, at + SHOWN_BYTES))),
      line,
      offset: base + at,
      endOffset: base + Math.min(lineEnd + 1, this.text.length),
      nextLine: this.line,
    };
  }

  /** Keeps what starts at `at` for the next chunk, unless it is a line without end. */
  private keep(at: number, base: number): void {
    const rest = this.text.slice(at);
    this.offset = base + at;
    if (rest.length > this.options.maxRowBytes && !rest.includes('\n')) {
      this.dropped ??= { offset: this.offset, text: shown(rest.slice(0, SHOWN_BYTES)) };
      this.offset += rest.length;
      this.text = '';
      this.hasOnlyAscii = true;
      return;
    }
    this.text = rest;
    this.hasOnlyAscii ||= isAscii(Buffer.from(rest, 'latin1'));
  }

  /** Gives where the line behind the dropped row starts. */
  private endDropped(rows: (CsvRow | BadCsvRow)[], isLast: boolean): number {
    const lineEnd = this.text.indexOf('\n');
    if (this.dropped === undefined || (lineEnd === -1 && !isLast)) return this.text.length;
    const next = lineEnd === -1 ? this.text.length : lineEnd + 1;
    const line = this.line;
    this.line += 1;
    const problem = `is longer than ${this.options.maxRowBytes} bytes`;
    const endOffset = this.offset + next;
    rows.push({ problem, ...this.dropped, line, endOffset, nextLine: this.line });
    this.dropped = undefined;
    return next;
  }
}

function isBlank(text: string, at: number, lineEnd: number): boolean {
  return at === lineEnd || (at + 1 === lineEnd && text.charCodeAt(at) === CARRIAGE_RETURN);
}

/** The lines of a row whose first one ends at `from`, and whose last one ends at `to`. */
function linesOf(text: string, from: number, to: number): number {
  let count = 2;
  for (let at = text.indexOf('\n', from + 1); at !== -1 && at < to; at = text.indexOf('\n', at + 1))
    count += 1;
  return count;
}

function shown(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
