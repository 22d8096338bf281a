/** Secrets by name only, and whose pods can read them. */
import type { SecretEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h, joined, type Child } from '../dom';
import { partyLink } from '../parts/links';
import { pageHead } from '../parts/page-head';
import { preset, table } from '../parts/table';
import { lines } from './component-summary';

export function secretsView(context: Context, [filter]: readonly string[]): Drawn {
  preset(context.tables, 'secrets', filter);
  return {
    title: 'Secrets',
    content: [
      pageHead({
        title: 'Secrets',
        lead: 'Names only: no value is in a manifest or on this page. A reader is a component whose pods can read it.',
      }),
      table<SecretEntry>({
        id: 'secrets',
        one: 'secret',
        states: context.tables,
        rows: context.review.secrets,
        none: 'This environment has no secrets.',
        choices: [
          { title: 'Store', values: ({ store }) => [store] },
          { title: 'Reader', values: ({ readers }) => readers.map(({ component }) => component) },
        ],
        columns: [
          {
            title: 'Secret',
            cell: ({ name }) => [h('code', {}, name)],
            sort: ({ name }) => name,
            look: 'wide',
          },
          { title: 'Store', cell: ({ store }) => [store], sort: ({ store }) => store },
          {
            title: 'Read by',
            cell: ({ readers }) =>
              readers.length === 0 ? ['nobody'] : lines(readers.map((r) => reader(context, r))),
            sort: ({ readers }) => readers.length,
            look: 'widest',
          },
          {
            title: 'Accepted by',
            cell: ({ acceptedBy }) => (acceptedBy.length === 0 ? ['no endpoint'] : joined(acceptedBy)),
            sort: ({ acceptedBy }) => acceptedBy.join(),
            look: 'wide',
          },
        ],
      }),
    ],
  };
}

function reader(context: Context, { component, secret, key }: SecretEntry['readers'][number]): Child {
  return h(
    'span',
    {},
    partyLink(context, component),
    h('span', { class: 'meta' }, ` as ${secret}, key ${key}`),
  );
}
