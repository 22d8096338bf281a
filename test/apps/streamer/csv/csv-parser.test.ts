/** The CSV parser: any table comes back however it is cut; what is no row costs itself only; places are exact. */
import fc from 'fast-check';

import {
  CsvParser,
  type BadCsvRow,
  type CsvParserOptions,
  type CsvRow,
} from '../../../../apps/streamer/csv/csv-parser';

type Row = CsvRow | BadCsvRow;

function parse(pieces: readonly Uint8Array[], options: Partial<CsvParserOptions> = {}): Row[] {
  const parser = new CsvParser({ delimiter: ',', maxRowBytes: 10_000, maxCells: 20, ...options });
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

function parseText(text: string, options: Partial<CsvParserOptions> = {}): Row[] {
  return parse([Buffer.from(text)], options);
}

const cellsOf = (rows: readonly Row[]): unknown[] => rows.map((row) => row.problem ?? row.cells);

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

/** Cells with everything in them that means something to CSV or UTF-8. */
const cell = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '', 'é', '✓', '💾'), maxLength: 10 }),
);
const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { maxLength: 12 });
const breaks = fc.constantFrom('\n', '\r\n');

function written(
  rows: readonly (readonly string[])[],
  lineBreak: string,
  quoteAll: boolean,
  isEnded: boolean,
): string {
  const lines = rows.map((cells) =>
    cells
      .map((text) =>
        // A row of one empty cell would be an empty line, which is no row.
        quoteAll || /["\r\n,]/.test(text) || (text === '' && cells.length === 1)
          ? `"${text.replaceAll('"', '""')}"`
          : text,
      )
      .join(','),
  );
  return lines.join(lineBreak) + (isEnded && lines.length > 0 ? lineBreak : '');
}

const input = fc.record({
  rows: table,
  lineBreak: breaks,
  quoteAll: fc.boolean(),
  isEnded: fc.boolean(),
  bom: fc.boolean(),
});

function bytesOf({
  rows,
  lineBreak,
  quoteAll,
  isEnded,
  bom,
}: {
  rows: string[][];
  lineBreak: string;
  quoteAll: boolean;
  isEnded: boolean;
  bom: boolean;
}): Buffer {
  // Half of a surrogate pair is no UTF-8.
  const clean = rows.map((cells) => cells.map((text) => Buffer.from(text).toString()));
  return Buffer.from((bom ? '\ufeff' : '') + written(clean, lineBreak, quoteAll, isEnded));
}

const clean = (rows: readonly (readonly string[])[]): string[][] =>
  rows.map((cells) => cells.map((text) => Buffer.from(text).toString()));

test('any table comes back, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(input, fc.array(fc.nat(), { maxLength: 8 }), (given, places) => {
      expect(cellsOf(parse(cut(bytesOf(given), places)))).toEqual(clean(given.rows));
    }),
    { numRuns: 1000 },
  );
});

test('any table comes back byte by byte', () => {
  fc.assert(
    fc.property(input, (given) => {
      const bytes = bytesOf(given);
      expect(cellsOf(parse(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))))).toEqual(
        clean(given.rows),
      );
    }),
  );
});

test('behind any row, reading goes on with the same rows, lines and offsets', () => {
  fc.assert(
    fc.property(input, fc.nat(), (given, at) => {
      const bytes = bytesOf(given);
      const rows = parse([bytes]);
      const stop = rows[at % Math.max(1, rows.length)];
      fc.pre(stop !== undefined);
      const rest = parse([bytes.subarray(stop.endOffset)], { offset: stop.endOffset, line: stop.nextLine });
      expect(rest).toEqual(rows.slice(rows.indexOf(stop) + 1));
      for (const row of rows) {
        const before = bytes.subarray(0, row.offset).toString();
        expect(row.line).toBe(before.split('\n').length);
        expect(cellsOf(parse([bytes.subarray(row.offset, row.endOffset)], { offset: row.offset }))).toEqual(
          cellsOf([row]),
        );
      }
    }),
  );
});

test('any bytes give rows or reasons, the same wherever they are cut, and every line is in one of them', () => {
  const noise = fc.array(fc.constantFrom(0x22, 0x2c, 0x0a, 0x0d, 0x61, 0xc3, 0xa9, 0xff), { maxLength: 60 });
  fc.assert(
    fc.property(noise, fc.array(fc.nat(), { maxLength: 5 }), (numbers, places) => {
      const bytes = Uint8Array.from(numbers);
      const options = { maxRowBytes: 25, maxCells: 4 };
      const whole = parse([bytes], options);
      // What is said of a row that is too long depends on how much of it was there.
      const places_ = (rows: readonly Row[]) =>
        rows.map(({ offset, endOffset, line }) => [offset, endOffset, line]);
      expect(places_(parse(cut(bytes, places), options))).toEqual(places_(whole));
      let at = 0;
      for (const { offset, endOffset } of whole) {
        // Between rows there are empty lines only.
        expect(Buffer.from(bytes.subarray(at, offset)).toString()).toMatch(/^(\r?\n)*$/);
        expect(endOffset).toBeGreaterThan(offset);
        at = endOffset;
      }
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, string, unknown[]]>([
  ['nothing', '', []],
  ['empty lines', '\n\r\n\n', []],
  ['no line feed at the end', 'a,b', [['a', 'b']]],
  [
    'an empty last cell',
    'a,\n,',
    [
      ['a', ''],
      ['', ''],
    ],
  ],
  ['line breaks in quotes', '"a\r\nb",c\r\n', [['a\r\nb', 'c']]],
  ['doubled quotes', '"a=""b"",c=""d""",""""\n', [['a="b",c="d"', '"']]],
  ['a carriage return within a cell', 'a\rb,c\n', [['a\rb', 'c']]],
  ['blanks are kept', ' a , b \n', [[' a ', ' b ']]],
])('%s', (_name, text, rows) => {
  expect(cellsOf(parseText(text))).toEqual(rows);
});

test.each<[string, string, string, string]>([
  ['text behind a quote', 'a,"b"c', 'has something behind the closing quote of cell 2', 'a,"b"c'],
  ['a quote within a cell', 'a"b,c', 'has a quote within cell 1, but none around it', 'a"b,c'],
  ['too many cells', 'a,b,c,d,e', 'has more than 4 cells', 'a,b,c,d,e'],
  ['a long row', 'x'.repeat(200), 'is longer than 100 bytes', 'x'.repeat(200)],
  ['no UTF-8', 'a,\xff\xfe', 'has bytes in cell 2 that are no UTF-8', 'a,��'],
])('%s: the row is given with the reason, and the next ones come', (_name, bad, reason, text) => {
  const bytes = Buffer.from(`é,2\n${bad}\n3,4\n`.replace('é', 'e'), 'latin1');
  const rows = parse([bytes], { maxRowBytes: 100, maxCells: 4 });
  expect(cellsOf(rows)).toEqual([['e', '2'], expect.stringContaining(reason), ['3', '4']]);
  expect(rows[1]).toMatchObject({ line: 2, offset: 4, endOffset: 5 + bad.length, nextLine: 3, text });
  expect(rows[2]).toMatchObject({ line: 3, offset: 5 + bad.length });
});

test('a quote that is never closed costs its line, not the rest of the file', () => {
  const rows = parseText('1,2\n3,"4\n5,6\n7,8\n');
  expect(cellsOf(rows)).toEqual([['1', '2'], 'has a quote that is not closed', ['5', '6'], ['7', '8']]);
});

test('a quote that is not closed within the longest row costs its line, before the end of the input', () => {
  const parser = new CsvParser({ delimiter: ',', maxRowBytes: 50, maxCells: 4 });
  const rows = parser.push(Buffer.from(`1,"2\n${'3,4\n'.repeat(20)}`));
  expect(rows[0]).toMatchObject({ line: 1, problem: 'is longer than 50 bytes, or a quote is not closed' });
  expect(cellsOf(rows.slice(1))).toEqual(Array(20).fill(['3', '4']));
});

test('a line without end is dropped as it comes, and told when it is over', () => {
  const parser = new CsvParser({ delimiter: ',', maxRowBytes: 100, maxCells: 4 });
  expect(parser.push(Buffer.from('1,2\n'))).toHaveLength(1);
  for (let i = 0; i < 50; i += 1) expect(parser.push(Buffer.alloc(64, 'x'))).toEqual([]);
  const rows = parser.push(Buffer.from('x\n3,4\n'));
  expect(rows).toMatchObject([
    { problem: 'is longer than 100 bytes', line: 2, offset: 4, endOffset: 4 + 50 * 64 + 2 },
    { cells: ['3', '4'], line: 3, offset: 4 + 50 * 64 + 2 },
  ]);
});

test('other delimiters', () => {
  expect(cellsOf(parseText('a;"b;c"\n', { delimiter: ';' }))).toEqual([['a', 'b;c']]);
  expect(cellsOf(parseText('a\tb,c\n', { delimiter: '\t' }))).toEqual([['a', 'b,c']]);
});
