/**
 * A table with a heading that stays, sorted by its columns and narrowed by text and choices. All rows are made once; those
 * that do not fit are hidden: 2,000 rows take no time worth speaking of, and the browser's own search and print find all.
 */
import { h, type Child } from '../dom';
import { count, counted } from '../format';
import { empty } from './page-head';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => readonly Child[];
  /** @default the column does not sort */
  readonly sort?: (row: Row) => string | number;
  /** How it takes width: `tight` never breaks, `wide` breaks anywhere; `number` stands to the right. */
  readonly look?: 'number' | 'tight' | 'wide' | 'widest';
}

export interface Choice<Row> {
  readonly title: string;
  readonly values: (row: Row) => readonly string[];
}

export interface TableProps<Row> {
  /** Under this name the table's state is remembered. */
  readonly id: string;
  /** What the rows are: `connection`, `connections`. */
  readonly one: string;
  readonly many?: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly choices?: readonly Choice<Row>[];
  /** Said where there are none at all. */
  readonly none: string;
  readonly states: Map<string, TableState>;
}

export interface TableState {
  text: string;
  readonly chosen: Map<string, string>;
  sort: { readonly column: number; readonly descending: boolean } | undefined;
}

/** A row with its element; what is searched is what is read. */
interface Drawn<Row> {
  readonly row: Row;
  readonly element: HTMLTableRowElement;
  readonly text: string;
  readonly index: number;
}

/** With so few rows, nobody needs help to find one. */
const FEW_ROWS = 10;
const ORDER = new Intl.Collator('en', { numeric: true });

export function table<Row>(props: TableProps<Row>): HTMLElement {
  if (props.rows.length === 0) return empty(props.none);
  return new Table(props).element;
}

class Table<Row> {
  readonly element: HTMLElement;
  private readonly many: string;
  private readonly state: TableState;
  private readonly drawn: readonly Drawn<Row>[];
  private readonly body = h('tbody');
  private readonly said = h('p', { class: 'said', 'aria-live': 'polite' });
  private readonly nothing = empty('');
  private readonly heads: HTMLTableCellElement[];

  constructor(private readonly props: TableProps<Row>) {
    this.many = props.many ?? `${props.one}s`;
    this.state = this.remembered();
    this.drawn = props.rows.map((row, index) => {
      const element = h('tr', {}, ...props.columns.map((column) => cellOf(column, row)));
      return { row, element, index, text: element.textContent.toLowerCase() };
    });
    this.heads = props.columns.map((column, index) => this.head(column, index));
    const grid = h('table', {}, h('thead', {}, h('tr', {}, ...this.heads)), this.body);
    this.element = h(
      'div',
      { class: 'table' },
      props.rows.length > FEW_ROWS ? this.controls() : undefined,
      h('div', { class: 'scroll', role: 'region', 'aria-label': this.many, tabindex: '0' }, grid),
      this.nothing,
    );
    this.arrange();
    this.narrow();
  }

  private remembered(): TableState {
    const { id, states } = this.props;
    const known = states.get(id);
    if (known !== undefined) return known;
    const fresh: TableState = { text: '', chosen: new Map(), sort: undefined };
    states.set(id, fresh);
    return fresh;
  }

  private head(column: Column<Row>, index: number): HTMLTableCellElement {
    const attributes = { scope: 'col', class: column.look && `is-${column.look}` };
    if (column.sort === undefined) return h('th', attributes, column.title);
    const button = h('button', { type: 'button', class: 'sort' }, column.title);
    button.addEventListener('click', () => {
      const { sort } = this.state;
      const again = sort?.column === index;
      this.state.sort = again && sort.descending ? undefined : { column: index, descending: again };
      this.arrange();
    });
    return h('th', attributes, button);
  }

  private controls(): HTMLElement {
    const input = h('input', { type: 'search', 'aria-label': `Filter ${this.many}`, placeholder: 'Filter' });
    input.value = this.state.text;
    input.addEventListener('input', () => {
      this.state.text = input.value;
      this.narrow();
    });
    const choices = (this.props.choices ?? []).map((choice) => this.choice(choice));
    return h('div', { class: 'controls' }, input, ...choices, this.said);
  }

  private choice({ title, values }: Choice<Row>): HTMLElement | undefined {
    const found = [...new Set(this.drawn.flatMap(({ row }) => values(row)))].sort((a, b) =>
      ORDER.compare(a, b),
    );
    if (found.length < 2) return undefined;
    const select = h(
      'select',
      { 'aria-label': title },
      h('option', { value: '' }, `${title}: all`),
      ...found.map((value) => h('option', { value }, value)),
    );
    select.value = this.state.chosen.get(title) ?? '';
    select.addEventListener('change', () => {
      this.state.chosen.set(title, select.value);
      this.narrow();
    });
    return select;
  }

  private arrange(): void {
    const { sort } = this.state;
    const by = sort === undefined ? undefined : this.props.columns[sort.column]?.sort;
    const factor = sort?.descending === true ? -1 : 1;
    const rows = [...this.drawn];
    if (by !== undefined) rows.sort((a, b) => factor * compared(by(a.row), by(b.row)) || a.index - b.index);
    this.body.replaceChildren(...rows.map(({ element }) => element));
    for (const [index, head] of this.heads.entries()) {
      if (sort?.column !== index) head.removeAttribute('aria-sort');
      else head.setAttribute('aria-sort', sort.descending ? 'descending' : 'ascending');
    }
  }

  private narrow(): void {
    const words = this.state.text.toLowerCase().split(/\s+/).filter(Boolean);
    const choices = (this.props.choices ?? [])
      .map(({ title, values }) => ({ values, value: this.state.chosen.get(title) ?? '' }))
      .filter(({ value }) => value !== '');
    let shown = 0;
    for (const { row, element, text } of this.drawn) {
      const fits =
        words.every((word) => text.includes(word)) &&
        choices.every(({ values, value }) => values(row).includes(value));
      element.hidden = !fits;
      if (fits) shown += 1;
    }
    const all = this.drawn.length;
    this.said.textContent =
      shown === all
        ? counted(all, this.props.one, this.many)
        : `${count(shown)} of ${counted(all, this.props.one, this.many)}`;
    this.nothing.textContent =
      shown === 0 ? `None of the ${counted(all, this.props.one, this.many)} fits the filter.` : '';
    this.nothing.hidden = shown > 0;
  }
}

function cellOf<Row>(column: Column<Row>, row: Row): HTMLTableCellElement {
  return h('td', { class: column.look && `is-${column.look}` }, ...column.cell(row));
}

function compared(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : ORDER.compare(String(a), String(b));
}

/** From an address: the table opens narrowed to this. */
export function preset(states: Map<string, TableState>, id: string, text: string | undefined): void {
  if (text !== undefined) states.set(id, { text, chosen: new Map(), sort: undefined });
}
