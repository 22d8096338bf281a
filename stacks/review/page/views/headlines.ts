/** The sentences for a reviewer, gravest first: what it is, and after the colon what follows from it. */
import type { Changes, Headline } from '../../changes/changes';
import { h, type Child } from '../dom';
import { grouped } from '../grouped';
import { effectBadge } from '../parts/badge';

/** Gravest first; of two environments nothing happens to either, so that topics tell more. */
export function headlines({ kind, headlines: entries }: Changes): HTMLElement | undefined {
  if (entries.length === 0) return undefined;
  const sections =
    kind === 'compare'
      ? [...grouped(entries, ({ topic }) => topic)].map(([topic, group]) => section(topic, group))
      : [...grouped(entries, ({ effect }) => effect)].map(([effect, group]) =>
          section(effectBadge(effect), group),
        );
  return h('div', { class: 'headlines' }, ...sections);
}

function section(head: Child, group: readonly Headline[]): HTMLElement {
  return h('section', {}, h('h3', {}, head), h('div', {}, ...sentences(group)));
}

/** Two environments may differ in a hundred ways: the rest is folded. */
const SHOWN = 12;

function sentences(group: readonly Headline[]): readonly HTMLElement[] {
  const rest = group.slice(SHOWN);
  return [
    h('ul', {}, ...group.slice(0, SHOWN).map(sentence)),
    ...(rest.length === 0
      ? []
      : [h('details', {}, h('summary', {}, `${rest.length} more`), h('ul', {}, ...rest.map(sentence)))]),
  ];
}

function sentence({ text, link }: Headline): HTMLElement {
  const colon = text.indexOf(': ');
  const [what, rest] = colon < 0 ? [text, ''] : [text.slice(0, colon + 1), text.slice(colon + 1)];
  return h('li', {}, h('a', { href: safe(link) }, h('span', {}, what), rest));
}

/** Only into this page. */
function safe(link: string): string {
  return link.startsWith('#/') ? link : '#/changes';
}
