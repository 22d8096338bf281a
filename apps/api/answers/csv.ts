/** CSV as RFC 4180 has it, that a spreadsheet may open. */

export type Cell = string | number | undefined;

/** A spreadsheet takes a text that begins so for a formula, and runs it (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;

/** One line, with its end. A text that looks like a formula gets an apostrophe in front; numbers are as they are. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
