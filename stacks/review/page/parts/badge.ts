/** Words with a sign and a colour: the sign and the word say it all, the colour only helps. */
import type { Effect } from '../../../diff/effects';
import type { Mark } from '../../picture/picture';
import type { ImageEntry } from '../../review-document';
import { h } from '../dom';

type Look = 'none' | 'restart' | 'disruption' | 'risk' | 'added' | 'removed' | 'changed';

export function badge(text: string, look: Look, sign: string): HTMLElement {
  return h('span', { class: `badge is-${look}` }, h('span', { 'aria-hidden': 'true' }, sign), text);
}

const EFFECTS: Readonly<Record<Effect, readonly [Look, string]>> = {
  none: ['none', '○'],
  restart: ['restart', '↻'],
  disruption: ['disruption', '◐'],
  'data at risk': ['risk', '▲'],
};

export function effectBadge(effect: Effect): HTMLElement {
  const [look, sign] = EFFECTS[effect];
  return badge(effect === 'none' ? 'no effect' : effect, look, sign);
}

const MARKS: Readonly<Record<Mark, string>> = { added: '+', removed: '−', changed: '~' };

/** @param text where two environments are compared, nothing was added: it is only in one */
export function markBadge(mark: Mark, text: string = mark): HTMLElement {
  return badge(text, mark, MARKS[mark]);
}

const STATES: Readonly<Record<ImageEntry['state'], readonly [Look, string]>> = {
  supported: ['none', '✓'],
  'ends soon': ['disruption', '◐'],
  'ended, waived': ['disruption', '!'],
  ended: ['risk', '▲'],
};

export function stateBadge(state: ImageEntry['state']): HTMLElement {
  const [look, sign] = STATES[state];
  return badge(state, look, sign);
}

const SEVERITIES: Readonly<Record<string, readonly [Look, string]>> = {
  critical: ['risk', '▲'],
  page: ['risk', '▲'],
  warning: ['disruption', '◐'],
  info: ['restart', 'i'],
};

/** Severities are the environment's own words: what is not known here is shown plainly. */
export function severityBadge(severity: string): HTMLElement {
  const [look, sign] = SEVERITIES[severity] ?? ['none', '○'];
  return badge(severity === '' ? 'none' : severity, look, sign);
}

const SIGNALS = ['logs', 'metrics', 'traces', 'messages'];

function signalTag(signal: string): HTMLElement {
  return h('span', { class: `signal is-${SIGNALS.includes(signal) ? signal : 'other'}` }, signal);
}

export function signalTags(signals: readonly string[]): HTMLElement {
  return h('span', { class: 'signals' }, ...signals.map(signalTag));
}
