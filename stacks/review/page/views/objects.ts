/** Every object that the cluster gets, in start order. */
import type { ObjectEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { NONE } from '../format';
import { objectName } from '../object-name';
import { effectBadge, markBadge } from '../parts/badge';
import { link, partyLink } from '../parts/links';
import { pageHead } from '../parts/page-head';
import { table, type Column } from '../parts/table';

export function objectsView(context: Context): Drawn {
  return {
    title: 'Manifests',
    content: [
      pageHead({
        title: 'Manifests',
        lead: 'Every object that the cluster gets, in the order in which they start.',
      }),
      table<ObjectEntry>({
        id: 'objects',
        one: 'object',
        states: context.tables,
        rows: context.review.objects,
        none: 'This environment has no objects.',
        choices: [
          { title: 'Kind', values: ({ id }) => [objectName(id).kind] },
          { title: 'Component', values: ({ component }) => [component] },
          { title: 'Namespace', values: ({ id }) => [objectName(id).namespace].filter(Boolean) },
        ],
        columns: columns(context),
      }),
    ],
  };
}

function columns(context: Context): readonly Column<ObjectEntry>[] {
  const change: Column<ObjectEntry> = {
    title: 'Change',
    cell: ({ id }) => {
      const changed = context.changedObjects.get(id);
      if (changed === undefined) return [NONE];
      return [
        markBadge(changed.change),
        ' ',
        changed.effect === 'none' ? undefined : effectBadge(changed.effect),
      ];
    },
    sort: ({ id }) => context.changedObjects.get(id)?.change ?? '~',
  };
  return [
    {
      title: 'Name',
      cell: ({ id }) => [link(objectName(id).name, 'object', id)],
      sort: ({ id }) => objectName(id).name,
      look: 'widest',
    },
    {
      title: 'Kind',
      cell: ({ id }) => [objectName(id).kind],
      sort: ({ id }) => objectName(id).kind,
      look: 'wide',
    },
    {
      title: 'Namespace',
      cell: ({ id }) => [objectName(id).namespace || NONE],
      sort: ({ id }) => objectName(id).namespace,
    },
    {
      title: 'Component',
      cell: ({ component }) => [partyLink(context, component)],
      sort: ({ component }) => component,
    },
    { title: 'Wave', cell: ({ wave }) => [String(wave)], sort: ({ wave }) => wave, look: 'number' },
    ...(context.review.changes === undefined ? [] : [change]),
  ];
}
