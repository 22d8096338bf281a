/**
 * From the address to the view. Focus goes to the view's heading, or stays with the tab when only the tab changed; who goes
 * back finds the place where he was.
 */
import { parseAddress, type Address, type View as ViewName } from './address';
import type { Context, Drawn, View } from './context';
import { pageHead } from './parts/page-head';
import type { Shell } from './shell';

export function route(
  context: Context,
  { main, mark }: Shell,
  views: Readonly<Record<ViewName, View>>,
): void {
  const places = new Map<number, number>();
  let entry = 0;
  let entries = 0;
  let before: Address | undefined;
  history.scrollRestoration = 'manual';

  const show = (first: boolean): void => {
    const address = parseAddress(location.hash);
    const { title, content } =
      address === undefined ? unknown() : views[address.view](context, address.parts);
    document.title =
      title === context.review.environment ? title : `${title} · ${context.review.environment}`;
    main.replaceChildren(...content.filter((node) => node !== undefined));
    mark(address?.view);
    const known = keyOfEntry();
    if (known === undefined) {
      entries += 1;
      entry = entries;
      history.replaceState({ entry }, '');
    } else {
      entry = known;
      entries = Math.max(entries, known);
    }
    if (!first) focus(main, sameButTab(before, address));
    const target = main.querySelector('[data-target]');
    if (known !== undefined && places.has(known)) scrollTo(0, places.get(known) ?? 0);
    else if (target !== null) target.scrollIntoView({ block: 'start' });
    else if (!sameButTab(before, address)) scrollTo(0, 0);
    before = address;
  };

  addEventListener('scroll', () => places.set(entry, scrollY), { passive: true });
  addEventListener('hashchange', () => {
    show(false);
  });
  show(true);
}

/** Of the browser's history, where an entry is old. */
function keyOfEntry(): number | undefined {
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !('entry' in state)) return undefined;
  return typeof state.entry === 'number' ? state.entry : undefined;
}

function sameButTab(before: Address | undefined, now: Address | undefined): boolean {
  return (
    now?.view === 'component' &&
    before?.view === now.view &&
    before.parts[0] === now.parts[0] &&
    now.parts.length > 1
  );
}

function focus(main: HTMLElement, tab: boolean): void {
  const target = main.querySelector<HTMLElement>('[data-target]');
  const current = tab ? [...main.querySelectorAll<HTMLElement>('nav a[aria-current]')].at(-1) : undefined;
  (current ?? target ?? main.querySelector('h1') ?? main).focus({ preventScroll: true });
}

function unknown(): Drawn {
  return {
    title: 'Not found',
    content: [
      pageHead({ title: 'Not found', lead: 'No page has this address. The places are on the left.' }),
    ],
  };
}
