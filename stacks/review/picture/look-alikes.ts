/**
 * External parties with the same connections, drawn as one: 200 clusters say no more than one box with their number.
 */
import { compareText } from '../../compare-text';
import type { Way } from './ways';

export interface Group {
  /** Unlike any party's name. */
  readonly id: string;
  /** e.g. `200 clusters`. */
  readonly subtitle: string;
  readonly members: readonly string[];
}

/** Fewer are drawn one by one: a reader counts them at a glance. */
const FEWEST = 5;

/** @param differs what else keeps two of them apart, e.g. the mark of a change */
export function lookAlikes(
  names: readonly string[],
  ways: readonly Way[],
  differs: (name: string) => string,
): Group[] {
  const byLooks = new Map<string, string[]>();
  for (const name of [...names].sort(compareText)) {
    const looks = [differs(name), ...looksOf(name, ways)].join('\n');
    byLooks.set(looks, [...(byLooks.get(looks) ?? []), name]);
  }
  const groups = [...byLooks.values()].filter((members) => members.length >= FEWEST);
  const taken = new Set<string>();
  return groups.map((members) => {
    const prefix = commonPrefix(members);
    let id = `${prefix}*`;
    for (let count = 2; taken.has(id); count += 1) id = `${prefix}* (${count})`;
    taken.add(id);
    const noun = prefix === '' ? 'alike' : `${prefix.replace(/-$/, '')}s`;
    return { id, subtitle: `${members.length} ${noun}`, members };
  });
}

function looksOf(name: string, ways: readonly Way[]): string[] {
  return ways
    .filter(({ from, to }) => from === name || to === name)
    .map(({ from, to, dialledBy, kind, signals, protocol, port, mark }) =>
      [
        from === name ? `to ${to}` : `from ${from}`,
        dialledBy === name ? 'dials' : 'is dialled',
        kind,
        signals.join('+'),
        protocol,
        port,
        mark ?? '',
      ].join(' '),
    )
    .sort(compareText);
}

/** Whole words of it, e.g. `cluster-`. */
function commonPrefix([first = '', ...rest]: readonly string[]): string {
  const words = first.split(/(?<=-)/);
  let prefix = '';
  for (const word of words.slice(0, -1)) {
    if (!rest.every((name) => name.startsWith(prefix + word))) break;
    prefix += word;
  }
  return prefix;
}
