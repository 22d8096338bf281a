/** One alert. */
import { addressOf } from '../address';
import type { Context, Drawn } from '../context';
import { h, joined } from '../dom';
import { seconds } from '../format';
import { severityBadge } from '../parts/badge';
import { codeBlock } from '../parts/code';
import { partyLink } from '../parts/links';
import { missing } from '../parts/missing';
import { facts, pageHead, sheet } from '../parts/page-head';
import { runbookLink } from '../parts/runbook-link';
import { aboutOf } from './alerts';

export function alertView(context: Context, [id = '']: readonly string[]): Drawn {
  const alert = context.alerts.get(id);
  if (alert === undefined) return missing('alert', id);
  return {
    title: alert.alert,
    content: [
      pageHead({
        title: alert.alert,
        trail: { text: 'Alerts', href: addressOf('alerts') },
        lead: alert.summary,
        badges: [severityBadge(alert.severity)],
      }),
      facts([
        ['About', h('span', {}, ...joined(aboutOf(alert).map((name) => partyLink(context, name))))],
        ['Kind', alert.about],
        ['Told to', alert.teams.join(', ')],
        ['Holds for', alert.forSeconds === 0 ? 'fires at once' : seconds(alert.forSeconds)],
        ['Group', alert.group],
        ['Evaluated by', partyLink(context, alert.evaluatedBy)],
        ['Runbook', runbookLink(alert.runbook)],
      ]),
      alert.description === '' ? undefined : h('p', { class: 'prose' }, alert.description),
      sheet('Expression', codeBlock(alert.expr, 'PromQL or LogQL')),
    ],
  };
}
