/** How much more or less is requested, and how much longer or shorter a receiver may be away. */
import type { ChangedAmount, ChangedGuarantee } from '../../changes/changes';
import type { Context } from '../context';
import { h, type Child } from '../dom';
import { amount, difference, NONE, seconds } from '../format';
import { grouped } from '../grouped';
import { badge } from '../parts/badge';
import { connectionLink, partyLink } from '../parts/links';
import { plainTable } from '../parts/plain-table';
import type { Wording } from '../wording';

const KINDS = [
  { what: 'pods', head: '#Pods' },
  { what: 'cpu', head: '#CPU' },
  { what: 'memory', head: '#Memory' },
  { what: 'volumes', head: '#Volumes' },
] as const;

/** A row for each component, `total` last. */
export function amountsTable(context: Context, amounts: readonly ChangedAmount[]): HTMLElement {
  return plainTable({
    name: 'Amounts',
    look: 'amounts',
    heads: ['Component', ...KINDS.map(({ head }) => head)],
    rows: [...grouped(amounts, ({ component }) => component)].map(([component, entries]) => [
      [partyLink(context, component)],
      ...KINDS.map(({ what }) => amountCell(entries.find((entry) => entry.what === what))),
    ]),
  });
}

function amountCell(entry: ChangedAmount | undefined): readonly Child[] {
  if (entry === undefined) return [h('span', { class: 'meta' }, NONE)];
  const { component, what, before, after } = entry;
  return [
    h(
      'span',
      { class: 'lines' },
      h(component === 'total' ? 'b' : 'span', {}, `${amount(before, what)} → ${amount(after, what)}`),
      h('span', { class: 'meta' }, difference(before, after, what)),
    ),
  ];
}

export function guaranteesTable(
  context: Context,
  guarantees: readonly ChangedGuarantee[],
  wording: Wording,
): HTMLElement {
  return plainTable({
    name: 'Guarantees',
    look: 'amounts',
    heads: ['Connection', `#${wording.before}`, `#${wording.after}`, '#Wanted', 'How it is reckoned'],
    rows: guarantees.map(({ connection, beforeSeconds, afterSeconds, wantedSeconds, arithmetic }) => [
      [connectionLink(context, connection)],
      [survives(beforeSeconds)],
      [
        afterSeconds !== null && afterSeconds < wantedSeconds
          ? badge(seconds(afterSeconds), 'risk', '▲')
          : survives(afterSeconds),
      ],
      [seconds(wantedSeconds)],
      [h('span', { class: 'lines meta' }, ...arithmetic.map((line) => h('span', {}, line)))],
    ]),
  });
}

function survives(value: number | null): string {
  return value === null ? 'no flow' : seconds(value);
}
