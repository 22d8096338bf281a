/** What a legend switches on and off: signals by colour, and the two kinds of lines in the background. */
import type { PictureLine } from '../../picture/picture';

export const SWITCHES = ['logs', 'metrics', 'traces', 'messages', 'other', 'services', 'scrapes'] as const;
export type Switch = (typeof SWITCHES)[number];

export const SWITCH_TITLES: Readonly<Record<Switch, string>> = {
  logs: 'Logs',
  metrics: 'Metrics',
  traces: 'Traces',
  messages: 'Messages',
  other: 'Queries, alerts, state',
  services: 'Services',
  scrapes: 'Scrapes',
};

const COLOURED: readonly string[] = ['logs', 'metrics', 'traces', 'messages'];

/** The strands of a line: one for each signal that has a colour, or else one. */
export function strandsOf({ group, signals }: PictureLine): readonly Switch[] {
  if (group === 'scrapes' || group === 'services') return [group];
  const coloured = SWITCHES.filter((name) => COLOURED.includes(name) && signals.includes(name));
  return coloured.length === 0 ? ['other'] : coloured;
}
