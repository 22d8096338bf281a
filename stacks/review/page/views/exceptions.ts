/** What is allowed although a rule forbids it: with its reason, who answers for it, and until when. */
import type { ExceptionEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h } from '../dom';
import { pageHead } from '../parts/page-head';
import { table } from '../parts/table';
import { ends } from './images';

export function exceptionsView(context: Context): Drawn {
  const { exceptions, asOf } = context.review;
  return {
    title: 'Exceptions',
    content: [
      pageHead({
        title: 'Exceptions',
        lead: 'What is allowed although a rule forbids it. Each has a reason and somebody who answers for it.',
      }),
      table<ExceptionEntry>({
        id: 'exceptions',
        one: 'exception',
        states: context.tables,
        rows: exceptions,
        none: 'None: every rule holds everywhere.',
        choices: [
          { title: 'Kind', values: ({ kind }) => [kind] },
          { title: 'Owner', values: ({ owner }) => [owner] },
        ],
        columns: [
          { title: 'Kind', cell: ({ kind }) => [kind], sort: ({ kind }) => kind },
          { title: 'Rule', cell: ({ rule }) => [h('b', {}, rule)], sort: ({ rule }) => rule, look: 'wide' },
          { title: 'What', cell: ({ subject }) => [subject], sort: ({ subject }) => subject, look: 'wide' },
          { title: 'Reason', cell: ({ reason }) => [reason], look: 'widest' },
          { title: 'Owner', cell: ({ owner }) => [owner], sort: ({ owner }) => owner },
          {
            title: 'Until',
            cell: ({ expires }) => (expires === null ? ['no end'] : ends(expires, asOf)),
            sort: ({ expires }) => expires ?? '9999',
            look: 'tight',
          },
        ],
      }),
    ],
  };
}
