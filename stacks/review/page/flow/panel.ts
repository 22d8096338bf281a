/** What is selected, in words: a box with its lines, or a line with its connections. */
import type { PictureLine, PictureNode } from '../../picture/picture';
import type { ConnectionEntry, ReviewDocument } from '../../review-document';
import { addressOf } from '../address';
import { h, type Child } from '../dom';
import { count, counted, seconds } from '../format';
import { markBadge, signalTags } from '../parts/badge';

/** More are in the table of connections. */
const MOST_ROWS = 30;

const KINDS: Readonly<Record<PictureNode['kind'], string>> = {
  component: 'component',
  external: 'outside the platform',
  group: 'alike, outside the platform',
};

export class Panel {
  public readonly element = h('section', {
    class: 'flow-panel',
    'aria-label': 'Selected',
  });
  private readonly connections: ReadonlyMap<string, ConnectionEntry>;

  public constructor(private readonly review: ReviewDocument) {
    this.connections = new Map(review.connections.map((connection) => [connection.id, connection]));
    this.showNothing();
  }

  public showNothing(): void {
    this.element.replaceChildren(
      h(
        'p',
        { class: 'flow-hint' },
        'Select a box or a line to see its connections. Arrows point the way that the data goes. ',
        h('a', { href: addressOf('connections') }, 'All connections as a table'),
      ),
    );
  }

  public showNode(node: PictureNode): void {
    const lines = this.review.picture.lines.filter(({ from, to }) => from === node.id || to === node.id);
    const component = this.review.components.find(({ name }) => name === node.id);
    const external = this.review.externals.find(({ name }) => name === node.id);
    this.element.replaceChildren(
      head(
        node.title,
        [node.mark === undefined ? undefined : markBadge(node.mark)],
        `${KINDS[node.kind]}, ${node.subtitle}`,
        component === undefined
          ? undefined
          : h(
              'a',
              { class: 'flow-open', href: addressOf('component', node.id) },
              'Open the component’s page',
            ),
      ),
      h('p', {}, component?.summary ?? external?.description ?? ''),
      ...(node.members === undefined ? [] : [members(node.members)]),
      this.table(lines),
    );
  }

  public showLine(line: PictureLine): void {
    this.element.replaceChildren(
      head(
        `${line.from} → ${line.to}`,
        [signalTags(line.signals), line.mark === undefined ? undefined : markBadge(line.mark)],
        counted(line.connections.length, 'connection'),
      ),
      this.table([line]),
    );
  }

  private table(lines: readonly PictureLine[]): HTMLElement {
    const ids = lines.flatMap(({ connections }) => connections);
    if (ids.length === 0) return h('p', { class: 'flow-hint' }, 'It has no connections to other components.');
    const rows = ids.slice(0, MOST_ROWS).map((id) => this.row(id));
    return h(
      'div',
      { class: 'flow-table' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...COLUMNS.map((title) => h('th', { scope: 'col' }, title)))),
        h('tbody', {}, ...rows),
      ),
      ids.length > MOST_ROWS
        ? h(
            'p',
            { class: 'flow-hint' },
            `And ${count(ids.length - MOST_ROWS)} more: `,
            h('a', { href: addressOf('connections') }, 'all connections'),
          )
        : undefined,
    );
  }

  private row(id: string): HTMLTableRowElement {
    const connection = this.connections.get(id);
    // One that was taken away has no entry: there is nothing more to say of it.
    if (connection === undefined) return row([id], ['removed'], [], [], [], []);
    const { protocol, port, tls, auth, delivery, purpose, guarantee, signals } = connection;
    return row(
      [h('a', { href: addressOf('connection', id) }, id)],
      [signalTags(signals)],
      [`${protocol} ${port}${tls ? ', TLS' : ''}`],
      [auth],
      [delivery, guarantee === undefined ? undefined : h('small', {}, guaranteeText(guarantee))],
      [purpose],
    );
  }
}

const COLUMNS = [
  'Connection, from who dials',
  'Signals',
  'Protocol and port',
  'Authentication',
  'Delivery',
  'Purpose',
];

function head(title: string, badges: readonly Child[], about: string, action?: HTMLElement): HTMLElement {
  return h(
    'div',
    { class: 'flow-panel-head' },
    h('h2', {}, title),
    ...badges,
    h('span', { class: 'flow-about' }, about),
    action,
  );
}

function members(names: readonly string[]): HTMLElement {
  return h(
    'details',
    { class: 'flow-members' },
    h('summary', {}, `${count(names.length)} with the same connections`),
    h('ul', {}, ...names.map((name) => h('li', {}, name))),
  );
}

function guaranteeText({
  survivesSeconds,
  wantedSeconds,
}: NonNullable<ConnectionEntry['guarantee']>): string {
  if (survivesSeconds === null) return 'nothing flows in normal operation';
  return `survives ${seconds(survivesSeconds)} of ${seconds(wantedSeconds)} wanted`;
}

function row(...cells: readonly (readonly Child[])[]): HTMLTableRowElement {
  return h('tr', {}, ...cells.map((children) => h('td', {}, ...children)));
}
