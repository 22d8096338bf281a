/** To an alert's runbook. Only web addresses become links: what a rule says is not to be trusted with `javascript:`. */
import { h } from '../dom';

export function runbookLink(runbook: string | null): Node {
  if (runbook === null || runbook === '') return document.createTextNode('none');
  if (!/^https?:\/\//.test(runbook)) return h('code', {}, runbook);
  return h('a', { href: runbook, rel: 'noreferrer', target: '_blank' }, 'open ↗');
}
