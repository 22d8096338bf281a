/** Of a component's page: its files as they will be mounted, and its manifests. */
import type { ComponentEntry, ConfigEntry } from '../../review-document';
import { addressOf } from '../address';
import type { Context } from '../context';
import { h } from '../dom';
import { codeBlock } from '../parts/code';
import { link } from '../parts/links';
import { empty } from '../parts/page-head';
import { mountsText } from '../mounts-text';
import { tabs } from '../parts/tabs';
import { effectBadge, markBadge } from '../parts/badge';

export function componentConfig(
  _context: Context,
  { name, configs }: ComponentEntry,
  [map, file]: readonly string[],
): readonly Node[] {
  const shown = configs.find((entry) => entry.configMap === map && entry.file === file) ?? configs[0];
  if (shown === undefined)
    return [empty('It reads no configuration file: arguments and environment say it all.')];
  const text = (entry: ConfigEntry): string =>
    configs.filter((other) => other.file === entry.file).length > 1
      ? `${entry.configMap}/${entry.file}`
      : entry.file;
  return [
    tabs(
      `Files of ${name}`,
      configs.map((entry) => ({
        text: text(entry),
        href: addressOf('component', name, 'config', entry.configMap, entry.file),
        current: entry === shown,
      })),
      'files',
    ),
    h(
      'p',
      { class: 'note' },
      shown.mountedAt.length === 0
        ? `From ${shown.configMap}; an operator reads it.`
        : `From ${shown.configMap}. Containers see it at ${mountsText(shown.mountedAt)}.`,
    ),
    codeBlock(shown.text, `${shown.configMap}/${shown.file}`),
  ];
}

/** Closed, and each drawn when it is opened: a component may have hundreds. */
export function componentManifests(context: Context, { objects }: ComponentEntry): readonly Node[] {
  if (objects.length === 0) return [empty('It has no objects in the cluster.')];
  return objects.map((id) => {
    const change = context.changedObjects.get(id);
    const details = h(
      'details',
      { class: 'fold' },
      h(
        'summary',
        {},
        h('span', { class: 'mono' }, id),
        change && markBadge(change.change),
        change && effectBadge(change.effect),
      ),
    );
    details.addEventListener('toggle', () => {
      const object = context.objects.get(id);
      if (details.childElementCount > 1 || object === undefined) return;
      details.append(
        h('p', { class: 'note' }, link('On a page of its own', 'object', id)),
        codeBlock(object.yaml, id),
      );
    });
    return details;
  });
}
