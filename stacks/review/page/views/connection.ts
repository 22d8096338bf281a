/** One connection, with the arithmetic of its guarantee. */
import type { ChangedConnection } from '../../changes/changes';
import { addressOf } from '../address';
import type { Context, Drawn } from '../context';
import { h } from '../dom';
import { load, NONE } from '../format';
import { markBadge, signalTags } from '../parts/badge';
import { afterCell, beforeCell } from '../parts/before-after';
import { networkPolicyLink, partyLink } from '../parts/links';
import { missing } from '../parts/missing';
import { empty, facts, pageHead, sheet } from '../parts/page-head';
import { plainTable } from '../parts/plain-table';
import { wordingOf, type Wording } from '../wording';
import { guaranteeCell } from './connections';

export function connectionView(context: Context, [id = '']: readonly string[]): Drawn {
  const connection = context.connections.get(id);
  const { changes, environment } = context.review;
  const change = changes?.connections.find((entry) => entry.id === id);
  if (connection === undefined) return missing('connection', id);
  const { guarantee, networkPolicies } = connection;
  return {
    title: id,
    content: [
      pageHead({
        title: id,
        trail: { text: 'Connections', href: addressOf('connections') },
        lead: connection.purpose,
        badges: [change && markBadge(change.change)],
      }),
      facts([
        ['From', partyLink(context, connection.fromComponent)],
        ['To', partyLink(context, connection.toComponent)],
        ['Signals', signalTags(connection.signals)],
        ['Protocol', `${connection.protocol}, port ${connection.port}`],
        ['TLS', connection.tls ? 'yes' : 'no'],
        ['Authentication', connection.auth],
        ['Delivery', connection.delivery],
        ['Load', connection.load === undefined ? NONE : load(connection.load)],
      ]),
      change && changes && change.fields.length > 0
        ? sheet('What changes', fieldTable(change, wordingOf(environment, changes)))
        : undefined,
      sheet(
        'Guarantee',
        guarantee === undefined
          ? h(
              'p',
              { class: 'note' },
              'No acknowledged data is exposed on it: nothing can be lost while the receiver is away.',
            )
          : h('p', {}, ...guaranteeCell(guarantee)),
        guarantee &&
          h('ol', { class: 'arithmetic' }, ...guarantee.arithmetic.map((line) => h('li', {}, line))),
      ),
      sheet(
        'Network policies that it made',
        networkPolicies.length === 0
          ? empty('None: neither end is a pod of this cluster whose traffic a NetworkPolicy admits.')
          : h(
              'ul',
              { class: 'plain' },
              ...networkPolicies.map((text) => h('li', {}, networkPolicyLink(context, text))),
            ),
      ),
    ],
  };
}

function fieldTable({ fields }: ChangedConnection, { before, after }: Wording): HTMLElement {
  return plainTable({
    name: 'What changes',
    look: 'fields',
    heads: ['What', before, after],
    rows: fields.map((field) => [[field.what], beforeCell(field.before), afterCell(field.after)]),
  });
}
