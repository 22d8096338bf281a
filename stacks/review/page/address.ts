/**
 * Where the page shows what: `#/view/part/part`, each part encoded, so that identifiers with slashes and arrows stay one
 * part. Free of the DOM: who writes links into the document (headlines) uses it too.
 */
export const VIEWS = [
  'summary',
  'flow',
  'changes',
  'components',
  'component',
  'connections',
  'connection',
  'images',
  'secrets',
  'access',
  'exceptions',
  'findings',
  'alerts',
  'alert',
  'dashboards',
  'objects',
  'object',
] as const;
export type View = (typeof VIEWS)[number];

export interface Address {
  readonly view: View;
  readonly parts: readonly string[];
}

export function addressOf(view: View, ...parts: readonly string[]): string {
  return `#/${[view, ...parts.map((part) => encodeURIComponent(part))].join('/')}`;
}

/** Undefined where no view has that name, or a part is not well encoded. No address at all is the summary. */
export function parseAddress(hash: string): Address | undefined {
  const [first = '', ...rest] = hash.replace(/^#?\/?/, '').split('/');
  const view = first === '' ? 'summary' : VIEWS.find((name) => name === first);
  if (view === undefined) return undefined;
  try {
    return { view, parts: rest.filter((part) => part !== '').map((part) => decodeURIComponent(part)) };
  } catch {
    return undefined;
  }
}
