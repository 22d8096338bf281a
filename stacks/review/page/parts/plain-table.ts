/** A table as it is: few rows, which nobody sorts. What is too wide scrolls by itself. */
import { h, type Child } from '../dom';

export interface PlainTable {
  /** What it shows, for who cannot see it. */
  readonly name: string;
  /** With `#` before it, a column of numbers. */
  readonly heads: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly (readonly Child[])[])[];
  readonly look: 'fields' | 'amounts';
}

export function plainTable({ name, heads, rows, look }: PlainTable): HTMLElement {
  const classes = heads.map((head) => (head.startsWith('#') ? 'is-number' : undefined));
  return h(
    'div',
    { class: 'scroll', role: 'region', 'aria-label': name, tabindex: '0' },
    h(
      'table',
      { class: look },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...heads.map((head, i) => h('th', { scope: 'col', class: classes[i] }, head.replace(/^#/, ''))),
        ),
      ),
      h(
        'tbody',
        {},
        ...rows.map((cells) =>
          h(
            'tr',
            {},
            ...cells.map((cell, i) =>
              i === 0 ? h('th', { scope: 'row' }, ...cell) : h('td', { class: classes[i] }, ...cell),
            ),
          ),
        ),
      ),
    ),
  );
}
