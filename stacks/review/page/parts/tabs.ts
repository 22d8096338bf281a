/** Tabs that are links, so that each has an address of its own. */
import { h } from '../dom';

export interface Tab {
  readonly text: string;
  readonly href: string;
  readonly current: boolean;
  /** Shown beside; 0 says that it is empty before one looks. */
  readonly count?: number;
}

export function tabs(label: string, entries: readonly Tab[], look: 'tabs' | 'files' = 'tabs'): HTMLElement {
  return h(
    'nav',
    { class: look, 'aria-label': label },
    h(
      'ul',
      {},
      ...entries.map(({ text, href, current, count }) =>
        h(
          'li',
          {},
          h(
            'a',
            { href, 'aria-current': current ? 'page' : undefined },
            text,
            count === undefined ? undefined : h('small', {}, String(count)),
          ),
        ),
      ),
    ),
  );
}
