/**
 * A part of the summary as a table, cut by whole rows: whatever the limit is, no table is broken and no fold is
 * left open.
 */
import { escaped } from './escape';

export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  /** Gravest first, as they stand in the document. */
  readonly rows: readonly (readonly string[])[];
  /** So many stand open; the others are folded away. */
  readonly open: number;
}

const HEADING_PREFIX = '### ';

/** Undefined where not even one row has room. */
export function sectionWithin(section: Section, limit: number, page: string): string | undefined {
  const rows = section.rows.map(rowText);
  let [shown, length] = [0, 0];
  // The frame is longest with a fold and with rows left out.
  const room = limit - frameLength(section, rows.length, page);
  for (const row of rows) {
    if (length + row.length + 1 > room) break;
    length += row.length + 1;
    shown += 1;
  }
  return shown === 0 ? undefined : assembled(section, rows.slice(0, shown), rows.length - shown, page);
}

function frameLength(section: Section, rows: number, page: string): number {
  // With one row open and one folded it has every part of the frame.
  const frame = assembled({ ...section, open: 1 }, ['', ''], rows, page, rows);
  return frame.length;
}

function assembled(
  section: Section,
  rows: readonly string[],
  left: number,
  page: string,
  folded = rows.length - section.open,
): string {
  const [open, fold] = [rows.slice(0, section.open), rows.slice(section.open)];
  const table = (body: readonly string[]): string[] => [
    rowText(section.columns),
    `|${' --- |'.repeat(section.columns.length)}`,
    ...body,
  ];
  return [
    `${HEADING_PREFIX}${escaped(section.title)}`,
    '',
    ...(open.length === 0 ? [] : [...table(open), '']),
    ...(fold.length === 0
      ? []
      : [
          '<details>',
          `<summary>${folded}${open.length === 0 ? '' : ' more'}</summary>`,
          '',
          ...table(fold),
          '',
          '</details>',
          '',
        ]),
    ...(left === 0 ? [] : [`… and ${left} more, see ${page}`, '']),
    '',
  ].join('\n');
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(' | ')} |`;
}
