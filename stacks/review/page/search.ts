/** What the search finds: names first, then what is said about them. Free of the DOM. */
import type { ReviewDocument } from '../review-document';
import { addressOf, VIEWS } from './address';

export interface Found {
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly href: string;
}

interface Indexed extends Found {
  readonly name: string;
  readonly text: string;
}

export const MAX_FOUND = 12;

/** In the order in which equals are shown. */
export function searchIndex(review: ReviewDocument): readonly Indexed[] {
  const entries: Found[] = [
    ...review.components.map(({ name, layer, summary }) =>
      found('component', name, `${layer} · ${summary}`, addressOf('component', name)),
    ),
    ...review.externals.map(({ name, description }) =>
      found('outside', name, description, addressOf('flow', name)),
    ),
    ...review.alerts.map(({ id, alert, components, summary }) =>
      found('alert', alert, `${components.join(', ')} · ${summary}`, addressOf('alert', id)),
    ),
    ...review.images.map(({ image, usedBy }) =>
      found('image', image, usedBy.join(', '), addressOf('images', image)),
    ),
    ...review.secrets.map(({ name, store }) => found('secret', name, store, addressOf('secrets', name))),
    ...review.connections.map(({ id, protocol, port, purpose }) =>
      found('connection', id, `${protocol} ${port} · ${purpose}`, addressOf('connection', id)),
    ),
    ...review.objects.map(({ id, component }) => found('object', id, component, addressOf('object', id))),
    ...VIEWS.filter((view) => PLACES.has(view)).map((view) => found('page', view, '', addressOf(view))),
  ];
  return entries.map((entry) => ({
    ...entry,
    name: entry.title.toLowerCase(),
    text: `${entry.kind} ${entry.title} ${entry.detail}`.toLowerCase(),
  }));
}

const PLACES: ReadonlySet<string> = new Set([
  ...['summary', 'flow', 'changes', 'components', 'connections', 'images', 'secrets', 'access', 'exceptions'],
  ...['findings', 'alerts', 'dashboards', 'objects'],
]);

function found(kind: string, title: string, detail: string, href: string): Found {
  return { kind, title, detail, href };
}

/** Every word must be somewhere; the whole in front of a name counts most, then at a word's start, then in the name. */
export function search(index: readonly Indexed[], query: string): readonly Found[] {
  const whole = query.trim().toLowerCase();
  if (whole === '') return [];
  const words = whole.split(/\s+/);
  const hits: { readonly entry: Indexed; readonly rank: number }[] = [];
  for (const entry of index) {
    if (words.every((word) => entry.text.includes(word)))
      hits.push({ entry, rank: rankOf(entry.name, whole) });
  }
  // The sort is stable: equals stay in the order of the index.
  return hits
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_FOUND)
    .map(({ entry: { kind, title, detail, href } }) => ({ kind, title, detail, href }));
}

function rankOf(name: string, whole: string): number {
  if (name === whole) return 0;
  const at = name.indexOf(whole);
  if (at === 0) return 1;
  if (at > 0) return /[a-z0-9]/.test(name.charAt(at - 1)) ? 3 : 2;
  return 4;
}
