/** What differs: per object, gravest first, with the fields and why they matter; then connections, amounts, guarantees. */
import type { Effect } from '../../../diff/effects';
import type { ChangedObject, Changes } from '../../changes/changes';
import type { Context, Drawn } from '../context';
import { h } from '../dom';
import { counted } from '../format';
import { grouped } from '../grouped';
import { flowView as picture } from '../flow/flow-view';
import { effectBadge, markBadge } from '../parts/badge';
import { afterCell, beforeCell } from '../parts/before-after';
import { connectionLink } from '../parts/links';
import { empty, pageHead, sheet } from '../parts/page-head';
import { plainTable } from '../parts/plain-table';
import { wordingOf, type Wording } from '../wording';
import { changedObject } from './changed-object';
import { amountsTable, guaranteesTable } from './changed-amounts';
import { headlines } from './headlines';

/** The gravest first. */
const EFFECTS: readonly Effect[] = ['data at risk', 'disruption', 'restart', 'none'];
const GRAVE: ReadonlySet<Effect> = new Set<Effect>(['data at risk', 'disruption']);
/** More than that at once would be a wall: they stay folded. */
const MAX_OPEN = 8;

export function changesView(context: Context, [wanted]: readonly string[]): Drawn {
  const { changes, environment } = context.review;
  if (changes === undefined) {
    return {
      title: 'Changes',
      content: [
        pageHead({ title: 'Changes' }),
        empty(
          'This page was made with nothing to compare with. `hyperion review --against git:main` shows what a branch changes, `--compare` how two environments differ.',
        ),
      ],
    };
  }
  const wording = wordingOf(environment, changes);
  return { title: wording.title, content: content(context, changes, wording, wanted) };
}

function content(
  context: Context,
  changes: Changes,
  wording: Wording,
  wanted: string | undefined,
): readonly (Node | undefined)[] {
  const head = pageHead({ title: wording.title, lead: wording.lead });
  const { objects, components, connections, amounts, guarantees } = changes;
  if (objects.length + components.length + connections.length + amounts.length + guarantees.length === 0) {
    return [head, empty(wording.same)];
  }
  return [
    head,
    changes.notCompared === undefined ? undefined : h('p', { class: 'note' }, changes.notCompared),
    changes.headlines.length === 0 ? undefined : sheet('In short', headlines(changes)),
    objectSections(changes, wording, wanted),
    connections.length === 0 ? undefined : sheet('Connections', connectionTable(context, changes, wording)),
    amounts.length === 0 ? undefined : sheet('Amounts', amountsTable(context, amounts)),
    guarantees.length === 0 ? undefined : sheet('Guarantees', guaranteesTable(context, guarantees, wording)),
    sheet('The picture, with what differs marked', picture(context.review, { open: context.open })),
  ];
}

function objectSections(
  { kind, objects }: Changes,
  wording: Wording,
  wanted: string | undefined,
): HTMLElement {
  const groups = grouped(objects, ({ effect }) => effect);
  let open = 0;
  const fold = (object: ChangedObject): HTMLElement => {
    const grave = kind === 'against' && GRAVE.has(object.effect) && open < MAX_OPEN;
    if (grave) open += 1;
    return changedObject(object, wording, {
      open: grave || object.id === wanted,
      target: object.id === wanted,
    });
  };
  return h(
    'div',
    { class: 'effects' },
    ...EFFECTS.flatMap((effect) => {
      const group = groups.get(effect) ?? [];
      if (group.length === 0) return [];
      const title = h(
        'h2',
        { class: 'effect-title' },
        kind === 'compare' ? 'Objects' : effectBadge(effect),
        h('small', {}, counted(group.length, 'object')),
      );
      return [h('section', { class: 'effect' }, title, ...group.map(fold))];
    }),
  );
}

/** A row for each field; of a connection that came or went there is one. */
function connectionTable(context: Context, { connections }: Changes, wording: Wording): HTMLElement {
  return plainTable({
    name: 'Connections',
    look: 'fields',
    heads: ['Connection', 'What', wording.before, wording.after],
    rows: connections.flatMap(({ id, change, fields }) => {
      const name = [markBadge(change, wording.marks[change]), ' ', connectionLink(context, id)];
      if (fields.length === 0) return [[name, [], [], []]];
      return fields.map(({ what, before, after }, i) => [
        i === 0 ? name : [],
        [what],
        beforeCell(before),
        afterCell(after),
      ]);
    }),
  });
}
