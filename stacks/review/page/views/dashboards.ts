/** The dashboards that are provisioned, each with the question it answers and its panels. */
import type { DashboardEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h } from '../dom';
import { counted } from '../format';
import { partyLink } from '../parts/links';
import { pageHead } from '../parts/page-head';
import { table } from '../parts/table';

export function dashboardsView(context: Context): Drawn {
  return {
    title: 'Dashboards',
    content: [
      pageHead({
        title: 'Dashboards',
        lead: 'One for each question that somebody asks at night. All are provisioned.',
      }),
      table<DashboardEntry>({
        id: 'dashboards',
        one: 'dashboard',
        states: context.tables,
        rows: context.review.dashboards,
        none: 'This environment provisions no dashboards.',
        choices: [{ title: 'Component', values: ({ component }) => [component] }],
        columns: [
          {
            title: 'Dashboard',
            cell: ({ title, description }) => [
              h('span', { class: 'lines' }, h('b', {}, title), h('span', { class: 'meta' }, description)),
            ],
            sort: ({ title }) => title,
            look: 'wide',
          },
          {
            title: 'Panels',
            cell: ({ panels }) => [
              h(
                'details',
                {},
                h('summary', {}, counted(panels.length, 'panel')),
                h('ul', { class: 'plain' }, ...panels.map((panel) => h('li', {}, panel))),
              ),
            ],
            sort: ({ panels }) => panels.length,
            look: 'widest',
          },
          { title: 'Identifier', cell: ({ uid }) => [h('code', {}, uid)], sort: ({ uid }) => uid },
          {
            title: 'Shown by',
            cell: ({ component }) => [partyLink(context, component)],
            sort: ({ component }) => component,
          },
        ],
      }),
    ],
  };
}
