/** Where a file is seen, each path once: `/etc/x.yaml (in a, b)` of `a: /etc/x.yaml` and `b: /etc/x.yaml`. Free of the DOM. */
import { grouped } from './grouped';

export function mountsText(mountedAt: readonly string[]): string {
  const mounts = mountedAt.map((text) => {
    const at = text.indexOf(': ');
    return at < 0 ? { where: '', path: text } : { where: text.slice(0, at), path: text.slice(at + 2) };
  });
  return [...grouped(mounts, ({ path }) => path)]
    .map(([path, entries]) => {
      const places = entries.map(({ where }) => where).filter(Boolean);
      return places.length === 0 ? path : `${path} (in ${places.join(', ')})`;
    })
    .join('; ');
}
