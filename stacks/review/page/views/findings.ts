/** What the checks found: where, what, which rule, and how to mend it. */
import type { FindingEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h } from '../dom';
import { pageHead } from '../parts/page-head';
import { table } from '../parts/table';

export function findingsView(context: Context): Drawn {
  return {
    title: 'Findings',
    content: [
      pageHead({
        title: 'Findings',
        lead: 'What the checks and the policies object to. With one of these, a check fails.',
      }),
      findingsTable(context),
    ],
  };
}

export function findingsTable(context: Context): HTMLElement {
  return table<FindingEntry>({
    id: 'findings',
    one: 'finding',
    states: context.tables,
    rows: context.review.findings,
    none: 'None: every check and every policy is content.',
    choices: [
      { title: 'Source', values: ({ source }) => [source] },
      { title: 'Rule', values: ({ rule }) => [rule] },
    ],
    columns: [
      { title: 'Where', cell: ({ path }) => [path], sort: ({ path }) => path, look: 'wide' },
      {
        title: 'What',
        cell: ({ property, value }) => [
          h('span', { class: 'lines' }, h('code', {}, property), h('code', { class: 'meta' }, value)),
        ],
        sort: ({ property }) => property,
        look: 'wide',
      },
      { title: 'Rule', cell: ({ rule }) => [rule], sort: ({ rule }) => rule, look: 'wide' },
      { title: 'How to mend it', cell: ({ remedy }) => [remedy], look: 'widest' },
      { title: 'Found by', cell: ({ source }) => [source], sort: ({ source }) => source },
    ],
  });
}
