/** Every image that runs, and how long its makers mend it. */
import type { ImageEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h, joined, type Child } from '../dom';
import { distance, NONE } from '../format';
import { stateBadge } from '../parts/badge';
import { partyLink } from '../parts/links';
import { pageHead } from '../parts/page-head';
import { preset, table } from '../parts/table';

/** The gravest first. */
const STATES: readonly ImageEntry['state'][] = ['ended', 'ended, waived', 'ends soon', 'supported'];

export function imagesView(context: Context, [filter]: readonly string[]): Drawn {
  const { images, asOf } = context.review;
  preset(context.tables, 'images', filter);
  return {
    title: 'Images',
    content: [
      pageHead({
        title: 'Images',
        lead: `Versions stand in the catalogue. Life cycles are judged as of ${asOf}.`,
      }),
      table<ImageEntry>({
        id: 'images',
        one: 'image',
        states: context.tables,
        rows: [...images].sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state)),
        none: 'No image runs here.',
        choices: [
          { title: 'State', values: ({ state }) => [state] },
          { title: 'License', values: ({ license }) => [license] },
        ],
        columns: [
          {
            title: 'Program',
            cell: ({ program, image }) => [
              h('span', { class: 'lines' }, h('b', {}, program), h('code', { class: 'meta' }, image)),
            ],
            sort: ({ program }) => program,
            look: 'widest',
          },
          {
            title: 'Version',
            cell: ({ version }) => [version],
            sort: ({ version }) => version,
            look: 'tight',
          },
          {
            title: 'State',
            cell: ({ state }) => [stateBadge(state)],
            sort: ({ state }) => STATES.indexOf(state),
          },
          {
            title: 'Ends',
            cell: ({ endOfLife }) => ends(endOfLife, asOf),
            sort: ({ endOfLife }) => endOfLife ?? '9999',
            look: 'tight',
          },
          { title: 'Waiver or successor', cell: waiver, look: 'wide' },
          {
            title: 'License',
            cell: ({ license }) => [license],
            sort: ({ license }) => license,
            look: 'tight',
          },
          {
            title: 'Used by',
            cell: ({ usedBy }) => joined(usedBy.map((name) => partyLink(context, name))),
            sort: ({ usedBy }) => usedBy.join(),
            look: 'wide',
          },
        ],
      }),
    ],
  };
}

/** The day, and how far it is from the day of judgement. */
export function ends(day: string | null, asOf: string): readonly Child[] {
  if (day === null) return [h('span', { class: 'meta' }, 'not announced')];
  return [
    h('span', { class: 'lines' }, h('span', {}, day), h('span', { class: 'meta' }, distance(asOf, day))),
  ];
}

function waiver({ waiver, successor }: ImageEntry): readonly Child[] {
  const next = successor === undefined ? undefined : h('span', {}, `Successor: ${successor}`);
  if (waiver === undefined) return [next ?? NONE];
  const { reason, owner, expires } = waiver;
  return [
    h(
      'span',
      { class: 'lines' },
      h('span', {}, reason),
      h('span', { class: 'meta' }, `${owner}, until ${expires}`),
      next,
    ),
  ];
}
