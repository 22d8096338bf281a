/** Of a component's page: where it listens, which rules judged it, what is watched, and where its figures come from. */
import type {
  AlertEntry,
  ComponentEntry,
  DerivationEntry,
  EndpointEntry,
  PolicyEntry,
} from '../../review-document';
import type { Context } from '../context';
import { h } from '../dom';
import { count, NONE } from '../format';
import { badge, signalTags } from '../parts/badge';
import { objectLink } from '../parts/links';
import { empty, sheet } from '../parts/page-head';
import { table } from '../parts/table';
import { alertColumns } from './alerts';

export function componentEndpoints(context: Context, { name, endpoints }: ComponentEntry): readonly Node[] {
  return [
    table<EndpointEntry>({
      id: `endpoints ${name}`,
      one: 'endpoint',
      states: context.tables,
      rows: endpoints,
      none: 'It listens nowhere.',
      columns: [
        { title: 'Endpoint', cell: ({ id }) => [id], sort: ({ id }) => id, look: 'wide' },
        { title: 'Protocol', cell: ({ protocol }) => [protocol], sort: ({ protocol }) => protocol },
        { title: 'Port', cell: ({ port }) => [String(port)], sort: ({ port }) => port, look: 'number' },
        { title: 'Signals', cell: ({ signals }) => [signalTags(signals)] },
        {
          title: 'TLS',
          cell: ({ tls }) => [tls ? 'yes' : 'no'],
          sort: ({ tls }) => String(tls),
          look: 'tight',
        },
        { title: 'Who authenticates how', cell: ({ auth }) => [auth], sort: ({ auth }) => auth },
        { title: 'Access', cell: ({ access }) => [access], sort: ({ access }) => access },
        { title: 'Address', cell: ({ url }) => [h('code', {}, url)], look: 'widest' },
      ],
    }),
  ];
}

export function componentPolicies(context: Context, component: ComponentEntry): readonly Node[] {
  const { name, networkPolicies, policies } = component;
  return [
    sheet(
      'Network policies',
      networkPolicies.length === 0
        ? empty('No NetworkPolicy names its pods: it has none, or its namespace denies all.')
        : h(
            'ul',
            { class: 'plain' },
            ...networkPolicies.map((id) =>
              h('li', {}, objectLink(context, context.objects.has(id) ? id : `NetworkPolicy ${id}`, id)),
            ),
          ),
    ),
    sheet(
      'Rules that judged its objects',
      table<PolicyEntry>({
        id: `policies ${name}`,
        one: 'rule',
        states: context.tables,
        rows: policies,
        none: 'No rule judged an object of it.',
        columns: [
          { title: 'Rule', cell: ({ rule }) => [rule], sort: ({ rule }) => rule, look: 'wide' },
          { title: 'What it asks for', cell: ({ asks }) => [asks], look: 'widest' },
          {
            title: 'Judged',
            cell: ({ judged }) => [count(judged)],
            sort: ({ judged }) => judged,
            look: 'number',
          },
          {
            title: 'Said',
            cell: ({ broken, excepted }) => [verdict(broken, excepted)],
            sort: ({ broken, excepted }) => -1000 * broken - excepted,
          },
        ],
      }),
    ),
  ];
}

function verdict(broken: number, excepted: number): HTMLElement {
  if (broken > 0) return badge(`${count(broken)} broken`, 'risk', '▲');
  return excepted > 0 ? badge(`${count(excepted)} excepted`, 'disruption', '!') : badge('kept', 'none', '✓');
}

export function componentAlerts(context: Context, { name, alerts }: ComponentEntry): readonly Node[] {
  return [
    table<AlertEntry>({
      id: `alerts ${name}`,
      one: 'alert',
      states: context.tables,
      rows: alerts.flatMap((id) => context.alerts.get(id) ?? []),
      none: 'No alert is about it.',
      columns: alertColumns(context).filter(({ title }) => title !== 'Component'),
    }),
  ];
}

export function componentDerived(context: Context, { name, derivations }: ComponentEntry): readonly Node[] {
  return [
    table<DerivationEntry>({
      id: `derived ${name}`,
      one: 'value',
      states: context.tables,
      rows: derivations,
      none: 'None of its values is computed: all are defaults or stand in the environment.',
      columns: [
        { title: 'What', cell: ({ what }) => [what], sort: ({ what }) => what, look: 'wide' },
        { title: 'Value', cell: ({ value }) => [value === '' ? NONE : value], sort: ({ value }) => value },
        { title: 'Derived from', cell: ({ from }) => [from], look: 'widest' },
      ],
    }),
  ];
}
