/** The search of the whole document: `/` goes there, arrows choose, Enter opens, Escape closes. */
import type { ReviewDocument } from '../../review-document';
import { h } from '../dom';
import { search, searchIndex, type Found } from '../search';

const LIST = 'search-list';

export function searchBox(review: ReviewDocument, open: (hash: string) => void): HTMLElement {
  const index = searchIndex(review);
  const input = h('input', {
    type: 'search',
    role: 'combobox',
    placeholder: 'Search',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-label': 'Search everything',
    'aria-keyshortcuts': '/',
    'aria-expanded': 'false',
    'aria-controls': LIST,
    'aria-autocomplete': 'list',
  });
  const list = h('ul', { id: LIST, role: 'listbox', 'aria-label': 'Found', hidden: true });
  const said = h('p', { class: 'unseen', 'aria-live': 'polite' });
  let hits: readonly Found[] = [];
  let chosen = 0;

  const choose = (at: number): void => {
    chosen = hits.length === 0 ? 0 : (at + hits.length) % hits.length;
    for (const [i, option] of [...list.children].entries()) {
      option.setAttribute('aria-selected', String(i === chosen));
      if (i === chosen) option.scrollIntoView({ block: 'nearest' });
    }
    if (hits.length === 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `${LIST}-${chosen}`);
  };
  const close = (): void => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const go = (href: string | undefined): void => {
    if (href === undefined) return;
    input.value = '';
    close();
    open(href);
  };
  const show = (): void => {
    hits = search(index, input.value);
    if (input.value.trim() === '') {
      said.textContent = '';
      close();
      return;
    }
    list.replaceChildren(
      ...(hits.length === 0
        ? [
            h(
              'li',
              { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' },
              'Nothing has that name.',
            ),
          ]
        : hits.map((hit, i) => option(hit, i, go))),
    );
    said.textContent = hits.length === 0 ? 'Nothing found' : `${hits.length} found`;
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    choose(0);
  };
  input.addEventListener('input', show);
  input.addEventListener('focus', show);
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') choose(chosen + 1);
    else if (event.key === 'ArrowUp') choose(chosen - 1);
    else if (event.key === 'Enter') go(hits[chosen]?.href);
    else if (event.key === 'Escape') input.value = '';
    else return;
    event.preventDefault();
    if (event.key === 'Escape') close();
  });
  onSlash(() => {
    input.focus();
    input.select();
  });
  return h(
    'div',
    { class: 'search', role: 'search' },
    input,
    h('kbd', { 'aria-hidden': 'true' }, '/'),
    list,
    said,
  );
}

function option(hit: Found, at: number, go: (href: string) => void): HTMLElement {
  const element = h(
    'li',
    { id: `${LIST}-${at}`, role: 'option', 'aria-selected': 'false' },
    h('small', {}, hit.kind),
    h('b', {}, hit.title),
    h('span', {}, hit.detail),
  );
  // Before the input loses the focus, which would close the list.
  element.addEventListener('mousedown', (event) => {
    event.preventDefault();
    go(hit.href);
  });
  return element;
}

/** Anywhere but where one types. */
function onSlash(action: () => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && event.target.closest('input, select, textarea') !== null)
      return;
    event.preventDefault();
    action();
  });
}
