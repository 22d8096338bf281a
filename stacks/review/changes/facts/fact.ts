/**
 * One thing that a reviewer wants to know, with what is needed to tell it either way: as a change of one environment, or
 * as a difference between two.
 */
import type { Effect } from '../../../diff/effects';
import type { Baseline, Synthesised } from '../baseline';
import type { Changes, Topic } from '../changes';
import type { Graphs } from '../graphs';

export interface Fact {
  readonly topic: Topic;
  readonly effect: Effect;
  /** Address in the page. */
  readonly link: string;
  /** As a change: a sentence without a full stop. */
  readonly change: string;
  /** As a difference between two environments: of what, and how much in each; `none` where there is none. */
  readonly subject: string;
  readonly before: string;
  readonly after: string;
  /** The changes that it tells, as `object path` (`fieldKey`) or an object's identifier. */
  readonly covers: readonly string[];
}

/** Everything that facts are read off. */
export interface Compared {
  readonly changes: Omit<Changes, 'headlines'>;
  readonly baseline: Baseline;
  readonly synthesis: Synthesised;
  /** Undefined where the base has none. */
  readonly graphs: Graphs | undefined;
}

export const NONE = 'none';

export function fieldKey(object: string, path: string): string {
  return `${object} ${path}`;
}

/** The first few, and how many more. */
export function firstOf(names: readonly string[], count = 4): string {
  const shown = names.slice(0, count).join(', ');
  return names.length <= count ? shown : `${shown} and ${names.length - count} more`;
}

/** `1 pod`, `3 pods`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
