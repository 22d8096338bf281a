/** One object as YAML, and what changes of it. */
import { addressOf } from '../address';
import type { Context, Drawn } from '../context';
import { h } from '../dom';
import { objectName } from '../object-name';
import { effectBadge, markBadge } from '../parts/badge';
import { changedList } from '../parts/changed-list';
import { codeBlock } from '../parts/code';
import { connectionLink, partyLink } from '../parts/links';
import { missing } from '../parts/missing';
import { facts, pageHead, sheet } from '../parts/page-head';

export function objectView(context: Context, [id = '']: readonly string[]): Drawn {
  const object = context.objects.get(id);
  if (object === undefined) return missing('object', id);
  const { kind, namespace, name } = objectName(id);
  const change = context.changedObjects.get(id);
  const made = kind === 'NetworkPolicy' ? connectionsOf(context, `${namespace}/${name}`) : [];
  return {
    title: id,
    content: [
      pageHead({
        title: name,
        trail: { text: 'Manifests', href: addressOf('objects') },
        badges: change && [markBadge(change.change), effectBadge(change.effect)],
      }),
      facts([
        ['Kind', kind],
        ['Namespace', namespace],
        ['Component', partyLink(context, object.component)],
        ['Starts in wave', String(object.wave)],
      ]),
      change && sheet('What changes', changedList([change])),
      made.length === 0
        ? undefined
        : sheet(
            'Made by these connections',
            h('ul', { class: 'plain' }, ...made.map((from) => h('li', {}, connectionLink(context, from)))),
          ),
      codeBlock(object.yaml, id),
    ],
  };
}

function connectionsOf(context: Context, policy: string): readonly string[] {
  return context.review.connections
    .filter(({ networkPolicies }) => networkPolicies.some((text) => text.startsWith(`${policy}:`)))
    .map(({ id }) => id);
}
