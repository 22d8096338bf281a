/** Differences in short: objects with their effect, and where more is said. */
import type { ChangedObject } from '../../changes/changes';
import { addressOf } from '../address';
import { h } from '../dom';
import { counted } from '../format';
import { effectBadge, markBadge } from './badge';

export function changedList(objects: readonly ChangedObject[]): HTMLElement {
  return h(
    'ul',
    { class: 'changed' },
    ...objects.map(({ id, change, effect, fields, why }) =>
      h(
        'li',
        {},
        markBadge(change),
        h('a', { href: addressOf('changes', id) }, id),
        effect === 'none' ? undefined : effectBadge(effect),
        h('span', { class: 'meta' }, why === '' ? counted(fields.length, 'field') : why),
      ),
    ),
  );
}
