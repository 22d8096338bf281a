/** The head of a view: where it belongs, its name, and one sentence. */
import { h, type Child } from '../dom';

export interface PageHead {
  readonly title: string;
  /** Where it belongs: name and address. */
  readonly trail?: { readonly text: string; readonly href: string };
  readonly lead?: Child;
  /** Beside the title. */
  readonly badges?: readonly Child[];
}

export function pageHead({ title, trail, lead, badges = [] }: PageHead): HTMLElement {
  return h(
    'header',
    { class: 'head' },
    trail && h('p', { class: 'trail' }, h('a', { href: trail.href }, `← ${trail.text}`)),
    h('div', { class: 'title' }, h('h1', { tabindex: '-1' }, title), ...badges),
    lead === undefined ? undefined : h('p', { class: 'lead' }, lead),
  );
}

/** Said in words where there is nothing. */
export function empty(text: string): HTMLElement {
  return h('p', { class: 'empty' }, text);
}

/** A part of a page with its own heading. */
export function sheet(title: string, ...children: readonly Child[]): HTMLElement {
  return h('section', { class: 'sheet' }, h('h2', {}, title), ...children);
}

/** Names and values; what is undefined is left out. */
export function facts(entries: readonly (readonly [string, Child])[]): HTMLElement {
  return h(
    'dl',
    { class: 'facts' },
    ...entries
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}
