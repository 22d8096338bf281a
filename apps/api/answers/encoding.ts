/** How rows become text, in each format. The end of an answer says that it is whole. */
import { csvLine, type Cell } from './csv';
import type { Format } from './format';

/** How a family's rows are laid out as a table. */
export interface Table<Row> {
  /** Also the name of the file that a browser saves. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly cells: (row: Row) => readonly Cell[];
}

/** What stands behind the rows of JSON and NDJSON. */
export interface End {
  readonly rows: number;
  /** Whether there are more rows than were asked for. */
  readonly more: boolean;
  /** With it as `cursor`, the same query goes on. */
  readonly next?: string;
}

export interface Encoding<Row> {
  readonly head: string;
  readonly row: (row: Row, isFirst: boolean) => string;
  readonly tail: (end: End) => string;
}

export function encodingOf<Row>(format: Format, table: Table<Row>): Encoding<Row> {
  switch (format) {
    case 'csv':
      return { head: csvLine(table.columns), row: (row) => csvLine(table.cells(row)), tail: () => '' };
    case 'ndjson':
      return {
        head: '',
        row: (row) => `${JSON.stringify(row)}\n`,
        tail: (end) => `${JSON.stringify({ end })}\n`,
      };
    case 'json':
      return {
        head: '{"data":[',
        row: (row, isFirst) => (isFirst ? JSON.stringify(row) : `,\n${JSON.stringify(row)}`),
        tail: (end) => `],"end":${JSON.stringify(end)}}\n`,
      };
  }
}
