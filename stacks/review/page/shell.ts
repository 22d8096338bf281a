/** What stands around every view: which environment this is, how grave its change, search, theme, and where one can go. */
import type { ReviewDocument } from '../review-document';
import { addressOf, type View } from './address';
import { h, type Child } from './dom';
import { bytes, count, cpu } from './format';
import { effectBadge } from './parts/badge';
import { searchBox } from './parts/search-box';
import { themeSwitch } from './parts/theme';

interface Place {
  readonly view: View;
  readonly text: string;
  readonly count?: number;
  /** Look here. */
  readonly look?: boolean;
}

/** Under which place a view without its own is marked. */
const PARENTS: Partial<Record<View, View>> = {
  component: 'components',
  connection: 'connections',
  alert: 'alerts',
  object: 'objects',
};

export interface Shell {
  readonly main: HTMLElement;
  /** Marks where one is. */
  readonly mark: (view: View | undefined) => void;
}

export function shell(review: ReviewDocument, open: (hash: string) => void): Shell {
  const main = h('main', { id: 'content', tabindex: '-1' });
  const links = new Map<View, HTMLElement>();
  const skip = h('a', { class: 'skip', href: '#content' }, 'Skip to the content');
  // An address of the page's own would be taken for a view.
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    (main.querySelector('h1') ?? main).focus();
  });
  document.body.append(skip, top(review, open), rail(review, links), main);
  return {
    main,
    mark(view) {
      const at = view && (PARENTS[view] ?? view);
      for (const [name, link] of links) {
        if (name === at) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
      // Where the places are a strip, the current one is brought into sight.
      const current = at && links.get(at);
      const strip = current?.closest('ul');
      if (current && strip) strip.scrollLeft = current.offsetLeft - strip.clientWidth / 3;
    },
  };
}

function top(review: ReviewDocument, open: (hash: string) => void): HTMLElement {
  const { changes, totals } = review;
  return h(
    'header',
    { class: 'top' },
    h('a', { class: 'mark', href: addressOf('summary') }, drawnMark(), h('b', {}, review.environment)),
    h(
      'p',
      { class: 'where' },
      ...dotted([review.system, review.tier, review.cloud, `as of ${review.asOf}`]),
      h(
        'span',
        { class: 'totals' },
        ...dotted([`${count(totals.pods)} pods`, cpu(totals.cpuMillis), bytes(totals.memoryBytes)]),
      ),
    ),
    changes &&
      h(
        'a',
        { class: 'worst', href: addressOf('changes') },
        changes.kind === 'compare' ? undefined : effectBadge(changes.effect),
        h('span', {}, changes.kind === 'compare' ? `compared to ${changes.base}` : `against ${changes.base}`),
      ),
    searchBox(review, open),
    themeSwitch(),
  );
}

function dotted(texts: readonly string[]): Child[] {
  return texts.map((text) => h('span', {}, text));
}

function rail(review: ReviewDocument, links: Map<View, HTMLElement>): HTMLElement {
  return h(
    'nav',
    { class: 'rail', 'aria-label': 'Pages' },
    h(
      'ul',
      {},
      ...placesOf(review).map(({ view, text, count: entries, look }) => {
        const link = h(
          'a',
          { href: addressOf(view) },
          text,
          entries === undefined
            ? undefined
            : h('small', { class: look ? 'look' : undefined }, count(entries)),
        );
        links.set(view, link);
        return h('li', { class: GROUPS.has(view) ? 'group' : undefined }, link);
      }),
    ),
  );
}

/** With these a new group of places begins. */
const GROUPS: ReadonlySet<View> = new Set<View>(['components', 'secrets', 'alerts', 'objects']);

function placesOf(review: ReviewDocument): readonly Place[] {
  return [
    { view: 'summary', text: 'Summary' },
    { view: 'flow', text: 'Flow' },
    { view: 'changes', text: 'Changes', count: review.changes?.objects.length },
    { view: 'components', text: 'Components', count: review.components.length },
    { view: 'connections', text: 'Connections', count: review.connections.length },
    { view: 'images', text: 'Images', count: review.images.length },
    { view: 'secrets', text: 'Secrets', count: review.secrets.length },
    { view: 'access', text: 'Access', count: review.access.length },
    { view: 'exceptions', text: 'Exceptions', count: review.exceptions.length },
    { view: 'findings', text: 'Findings', count: review.findings.length, look: review.findings.length > 0 },
    { view: 'alerts', text: 'Alerts', count: review.alerts.length },
    { view: 'dashboards', text: 'Dashboards', count: review.dashboards.length },
    { view: 'objects', text: 'Manifests', count: review.objects.length },
  ];
}

const SVG = 'http://www.w3.org/2000/svg';

function drawnMark(): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 32 20');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M1 15h6l3-9 5 12 4-15 3 12h9');
  svg.append(path);
  return svg;
}
