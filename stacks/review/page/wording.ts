/** How differences are spoken of: a change has a before and an after, two environments have names. Free of the DOM. */
import type { Changes } from '../changes/changes';
import type { Mark } from '../picture/picture';

export interface Wording {
  /** Of the page with the differences. */
  readonly title: string;
  readonly lead: string;
  /** Heads of columns. */
  readonly before: string;
  readonly after: string;
  readonly marks: Readonly<Record<Mark, string>>;
  /** Where nothing differs. */
  readonly same: string;
}

export function wordingOf(environment: string, { kind, base }: Pick<Changes, 'kind' | 'base'>): Wording {
  if (kind === 'compare') {
    return {
      title: `${environment} compared to ${base}`,
      lead: `What differs between two environments that both stand: nothing happens to either. Removed is what only ${base} has, added what only ${environment} has.`,
      before: base,
      after: environment,
      marks: { added: `only in ${environment}`, removed: `only in ${base}`, changed: 'differs' },
      same: `${environment} and ${base} do not differ.`,
    };
  }
  return {
    title: 'Changes',
    lead: `What this state does to ${environment}, compared with ${base}.`,
    before: 'Before',
    after: 'After',
    marks: { added: 'added', removed: 'removed', changed: 'changed' },
    same: `Nothing differs from ${base}.`,
  };
}
