/** Who may do what where: service accounts at the API server, and holders of credentials at endpoints. */
import type { AccessEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h, joined } from '../dom';
import { NONE } from '../format';
import { partyLink } from '../parts/links';
import { pageHead } from '../parts/page-head';
import { table } from '../parts/table';

export function accessView(context: Context): Drawn {
  return {
    title: 'Access',
    content: [
      pageHead({
        title: 'Access',
        lead: 'Who may do what where: each row is one principal and one permission. What is not here is denied.',
      }),
      table<AccessEntry>({
        id: 'access',
        one: 'permission',
        states: context.tables,
        // Those who may do nothing last.
        rows: [...context.review.access].sort(
          (a, b) => Number(a.scope === 'none') - Number(b.scope === 'none'),
        ),
        none: 'Nobody may do anything: no role is bound, and no endpoint asks for a credential.',
        choices: [
          { title: 'Component', values: ({ component }) => [component].filter(Boolean) },
          { title: 'Verb', values: ({ verbs }) => verbs },
          { title: 'Scope', values: ({ scope }) => [scope] },
        ],
        columns: [
          {
            title: 'Who',
            cell: ({ principal }) => [principal],
            sort: ({ principal }) => principal,
            look: 'wide',
          },
          {
            title: 'Component',
            cell: ({ component }) => [component === '' ? NONE : partyLink(context, component)],
            sort: ({ component }) => component,
          },
          {
            title: 'May',
            cell: ({ verbs }) => (verbs.length === 0 ? [NONE] : joined(verbs)),
            sort: ({ verbs }) => verbs.join(),
            look: 'wide',
          },
          {
            title: 'What',
            cell: ({ resources }) => [resources],
            sort: ({ resources }) => resources,
            look: 'wide',
          },
          { title: 'Where', cell: ({ scope }) => [scope], sort: ({ scope }) => scope },
          {
            title: 'Through',
            cell: ({ through }) => [h('span', { class: 'meta' }, through)],
            sort: ({ through }) => through,
            look: 'wide',
          },
        ],
      }),
    ],
  };
}
