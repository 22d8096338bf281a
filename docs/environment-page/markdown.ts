/**
 * The few pieces of Markdown that the pages are made of.
 */

/** Aligned as prettier aligns it, so that the pages pass the project's own formatting check. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  // A pipe would end its cell.
  const lines = [header, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, column) =>
    Math.max(SHORTEST_RULE, ...lines.map((cells) => (cells[column] ?? '').length)),
  );
  const [head, ...body] = lines.map((cells) =>
    cells.map((cell, column) => padded(cell, widths[column] ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [head ?? [], rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Fewer hyphens make no rule between head and body. */
const SHORTEST_RULE = 3;

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(width - cell.length);
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** Several lines in one cell. */
export function stacked(lines: readonly string[]): string {
  return lines.join('<br>');
}

/** By code points: `localeCompare` depends on the machine. */
export function sorted(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
