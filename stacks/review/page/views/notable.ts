/** What one should know although nothing changes: findings, exceptions, what ends soon, where the guarantee is least. */
import type { Context } from '../context';
import { addressOf, type View } from '../address';
import { h, type Child } from '../dom';
import { count, distance, seconds } from '../format';
import { stateBadge } from '../parts/badge';
import { link } from '../parts/links';
import { guaranteeRank } from './connections';

const SHOWN = 5;

export function notable(context: Context): HTMLElement {
  return h(
    'div',
    { class: 'notable' },
    findings(context),
    ending(context),
    guarantees(context),
    exceptions(context),
  );
}

function findings({ review: { findings } }: Context): HTMLElement {
  return part(
    'Findings',
    'findings',
    findings.length,
    findings.map(({ path, rule }) => [h('b', {}, path), h('span', { class: 'meta' }, rule)]),
    'None: every check and every policy is content.',
  );
}

function ending({ review: { images, asOf } }: Context): HTMLElement {
  const soon = images
    .filter(({ state }) => state !== 'supported')
    .sort((a, b) => ((a.endOfLife ?? '9999') < (b.endOfLife ?? '9999') ? -1 : 1));
  return part(
    'Images that ended or end soon',
    'images',
    soon.length,
    soon.map(({ image, program, version, state, endOfLife }) => [
      link(`${program} ${version}`, 'images', image),
      stateBadge(state),
      h('span', { class: 'meta' }, endOfLife === null ? '' : `${endOfLife}, ${distance(asOf, endOfLife)}`),
    ]),
    'None: the makers of all images mend them for a good while yet.',
  );
}

function guarantees({ review: { connections } }: Context): HTMLElement {
  const known = connections
    .filter(({ guarantee }) => guarantee !== undefined && guarantee.survivesSeconds !== null)
    .sort((a, b) => guaranteeRank(a) - guaranteeRank(b));
  return part(
    'Least guarantees',
    'connections',
    known.length,
    known.map(({ id, guarantee }) => [
      link(id, 'connection', id),
      h(
        'span',
        { class: 'meta' },
        `survives ${seconds(guarantee?.survivesSeconds ?? 0)}, wanted ${seconds(guarantee?.wantedSeconds ?? 0)}`,
      ),
    ]),
    'No connection exposes acknowledged data.',
  );
}

function exceptions({ review: { exceptions, asOf } }: Context): HTMLElement {
  const soonest = [...exceptions].sort((a, b) => ((a.expires ?? '9999') < (b.expires ?? '9999') ? -1 : 1));
  return part(
    'Exceptions',
    'exceptions',
    exceptions.length,
    soonest.map(({ rule, subject, owner, expires }) => [
      h('b', {}, rule),
      h('span', {}, subject),
      h('span', { class: 'meta' }, expires === null ? owner : `${owner}, ends ${distance(asOf, expires)}`),
    ]),
    'None: every rule holds everywhere.',
  );
}

function part(
  title: string,
  view: View,
  all: number,
  entries: readonly (readonly Child[])[],
  none: string,
): HTMLElement {
  return h(
    'section',
    { class: 'sheet' },
    h('h2', {}, title),
    entries.length === 0
      ? h('p', { class: 'note' }, none)
      : h('ul', { class: 'entries' }, ...entries.slice(0, SHOWN).map((entry) => h('li', {}, ...entry))),
    all > SHOWN
      ? h('p', { class: 'note' }, h('a', { href: addressOf(view) }, `All ${count(all)}`))
      : undefined,
  );
}
