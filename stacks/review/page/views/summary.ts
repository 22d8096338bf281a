/** The start: what a reviewer must know in five minutes, gravest first. */
import type { Changes } from '../../changes/changes';
import type { ReviewDocument } from '../../review-document';
import { addressOf } from '../address';
import type { Context, Drawn } from '../context';
import { h, type Child } from '../dom';
import { amount, bytes, count, counted, cpu, difference, seconds, type AmountUnit } from '../format';
import { flowView as picture } from '../flow/flow-view';
import { pageHead, sheet } from '../parts/page-head';
import { wordingOf } from '../wording';
import { amountsTable, guaranteesTable } from './changed-amounts';
import { findingsTable } from './findings';
import { headlines } from './headlines';
import { notable } from './notable';

const UNMADE =
  'Nothing could be made of this environment: its model does not fit together. What is wrong stands below.';

export function summaryView(context: Context): Drawn {
  const { review } = context;
  const { changes, environment, describe, unmade } = review;
  if (unmade)
    return {
      title: environment,
      content: [pageHead({ title: environment, lead: UNMADE }), findingsTable(context)],
    };
  return {
    title: environment,
    content: [
      pageHead({
        title: environment,
        lead: describe,
      }),
      figures(review),
      ...(changes === undefined ? [] : changed(context, changes)),
      sheet(
        changes === undefined ? 'How telemetry flows' : 'How telemetry flows, with what differs marked',
        picture(review, { open: context.open }),
      ),
      notable(context),
    ],
  };
}

function changed(context: Context, changes: Changes): readonly (Node | undefined)[] {
  const { environment } = context.review;
  const wording = wordingOf(environment, changes);
  const title = changes.kind === 'compare' ? wording.title : `What changes, against ${changes.base}`;
  const { objects, amounts, guarantees } = changes;
  if (objects.length === 0 && changes.headlines.length === 0) {
    return [sheet(title, h('p', {}, wording.same))];
  }
  return [
    sheet(
      title,
      changes.notCompared === undefined ? undefined : h('p', { class: 'note' }, changes.notCompared),
      headlines(changes),
      h(
        'p',
        { class: 'note' },
        h(
          'a',
          { href: addressOf('changes') },
          `All ${counted(objects.length, 'object')} that ${objects.length === 1 ? 'differs' : 'differ'}`,
        ),
      ),
    ),
    amounts.length === 0 ? undefined : sheet('Amounts', amountsTable(context, amounts)),
    guarantees.length === 0 ? undefined : sheet('Guarantees', guaranteesTable(context, guarantees, wording)),
  ];
}

/** The large numbers; where something is compared, with what comes or goes. */
function figures({ totals, changes, components, survivesOutageSeconds }: ReviewDocument): HTMLElement {
  const delta = (what: AmountUnit): string | undefined => {
    const total = changes?.amounts.find((entry) => entry.component === 'total' && entry.what === what);
    return total === undefined ? undefined : difference(total.before, total.after, what);
  };
  return h(
    'dl',
    { class: 'figures' },
    figure('Components', count(components.length)),
    figure('Pods', amount(totals.pods, 'pods'), delta('pods')),
    figure('CPU', cpu(totals.cpuMillis), delta('cpu')),
    figure('Memory', bytes(totals.memoryBytes), delta('memory')),
    figure('Volumes', bytes(totals.volumeBytes), delta('volumes')),
    figure('Survives an outage of', seconds(survivesOutageSeconds)),
  );
}

function figure(name: string, text: string, delta?: string): HTMLElement {
  const [value = '', ...unit] = text.split(' ');
  const parts: Child[] = [value, unit.length === 0 ? undefined : h('small', {}, unit.join(' '))];
  return h(
    'div',
    { class: delta === undefined ? undefined : 'look' },
    h('dt', {}, name),
    h('dd', {}, ...parts),
    delta === undefined ? undefined : h('dd', { class: 'delta' }, delta),
  );
}
