/** Every alert: about what, when it fires, how grave, and what to do. */
import type { AlertEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h, joined } from '../dom';
import { seconds } from '../format';
import { severityBadge } from '../parts/badge';
import { link, partyLink } from '../parts/links';
import { pageHead } from '../parts/page-head';
import { runbookLink } from '../parts/runbook-link';
import { table, type Column } from '../parts/table';

export function alertsView(context: Context): Drawn {
  return {
    title: 'Alerts',
    content: [
      pageHead({
        title: 'Alerts',
        lead: 'Each with its expression, how long it must hold, and a runbook that says what to do.',
      }),
      table<AlertEntry>({
        id: 'alerts',
        one: 'alert',
        states: context.tables,
        rows: context.review.alerts,
        none: 'Nothing in this environment evaluates alerts.',
        choices: [
          { title: 'Severity', values: ({ severity }) => [severity] },
          { title: 'Component', values: aboutOf },
          { title: 'Kind', values: ({ about }) => [about] },
          { title: 'Team', values: ({ teams }) => teams },
        ],
        columns: alertColumns(context),
      }),
    ],
  };
}

/** The components, or what the rule itself says where none of this environment's is meant. */
export function aboutOf({ components, component }: AlertEntry): readonly string[] {
  return components.length === 0 ? [component] : components;
}

export function alertColumns(context: Context): readonly Column<AlertEntry>[] {
  return [
    {
      title: 'Alert',
      cell: ({ id, alert, summary }) => [
        h('span', { class: 'lines' }, link(alert, 'alert', id), h('span', { class: 'meta' }, summary)),
      ],
      sort: ({ alert }) => alert,
      look: 'wide',
    },
    {
      title: 'Component',
      cell: (alert) => joined(aboutOf(alert).map((name) => partyLink(context, name))),
      sort: (alert) => aboutOf(alert).join(),
    },
    {
      title: 'Severity',
      cell: ({ severity }) => [severityBadge(severity)],
      sort: ({ severity }) => severity,
    },
    { title: 'Kind', cell: ({ about }) => [about], sort: ({ about }) => about },
    {
      title: 'Holds for',
      cell: ({ forSeconds }) => [forSeconds === 0 ? 'at once' : seconds(forSeconds)],
      sort: ({ forSeconds }) => forSeconds,
      look: 'number',
    },
    { title: 'Expression', cell: ({ expr }) => [h('code', { class: 'expr' }, expr)], look: 'widest' },
    {
      title: 'Runbook',
      cell: ({ runbook }) => [runbookLink(runbook)],
      sort: ({ runbook }) => (runbook === null ? 1 : 0),
      look: 'tight',
    },
  ];
}
