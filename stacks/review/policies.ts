/** Which rules judged a component's objects, and what came of it. */
import { rulesFor } from '../../policies/evaluate';
import { excepts } from '../../policies/exception';
import { formatResource, type Manifest } from '../../policies/manifest';
import { RULES } from '../../policies/rules';
import type { Environment } from '../environment';
import { policyProperty, type Finding } from '../findings';
import type { PolicyEntry } from './review-document';

type Counts = Pick<PolicyEntry, 'judged' | 'broken' | 'excepted'>;

/** In the order of the rules; those that speak of none of the objects are left out. */
export function policyEntries(
  objects: readonly Manifest[],
  { tier, exceptions = [] }: Pick<Environment, 'tier' | 'exceptions'>,
  findings: readonly Finding[],
): PolicyEntry[] {
  const broken = new Set(
    findings.filter(({ source }) => source === 'policies').map(({ property }) => property),
  );
  const counts = new Map<string, Counts>();
  for (const object of objects) {
    const own = exceptions.filter((exception) => excepts(exception, object)).map(({ rule }) => rule);
    const name = formatResource({ kind: object.kind, ...object.metadata });
    for (const { id } of rulesFor(RULES, object, tier)) {
      const known = counts.get(id) ?? { judged: 0, broken: 0, excepted: 0 };
      counts.set(id, {
        judged: known.judged + 1,
        broken: known.broken + Number(broken.has(policyProperty(name, id))),
        excepted: known.excepted + Number(own.includes(id)),
      });
    }
  }
  return RULES.flatMap(({ id, title }) => {
    const found = counts.get(id);
    return found === undefined ? [] : [{ rule: id, asks: title, ...found }];
  });
}
