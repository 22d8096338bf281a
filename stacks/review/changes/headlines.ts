/**
 * What a reviewer wants to know first: facts as sentences, gravest first. Whatever is grave and no fact tells has a
 * sentence of its own, so that nothing grave is left out.
 */
import { EFFECTS, type Effect } from '../../diff/effects';
import { addressOf } from '../page/address';
import type { ChangedObject, Headline, Topic } from './changes';
import { accessFacts } from './facts/access-facts';
import { dataFacts } from './facts/data-facts';
import { counted, fieldKey, firstOf, type Compared, type Fact } from './facts/fact';
import { flowFacts } from './facts/flow-facts';
import { loadFacts } from './facts/load-facts';
import { sizeFacts } from './facts/size-facts';
import { versionFacts } from './facts/version-facts';

const TOPICS: readonly Topic[] = [
  'service',
  'load',
  'access',
  'data',
  'guarantees',
  'components',
  'versions',
  'exceptions',
  'sizes',
];

export function headlines(changes: Compared['changes'], rest: Omit<Compared, 'changes'>): Headline[] {
  const compared = { changes, ...rest };
  const facts = [
    ...dataFacts(compared),
    ...loadFacts(compared),
    ...flowFacts(compared),
    ...accessFacts(compared),
    ...versionFacts(compared),
    ...sizeFacts(compared),
  ];
  return changes.kind === 'compare' ? differences(compared, facts) : happenings(compared, facts);
}

/** Between two environments: by topic, each with both values. */
function differences({ baseline, synthesis }: Compared, facts: readonly Fact[]): Headline[] {
  return facts
    .map(({ topic, link, subject, before, after }): Headline => ({
      topic,
      effect: 'none',
      link,
      text: `${subject}: ${before} in ${baseline.label}, ${after} in ${synthesis.environment}`,
    }))
    .sort((a, b) => TOPICS.indexOf(a.topic) - TOPICS.indexOf(b.topic));
}

function happenings({ changes }: Compared, facts: readonly Fact[]): Headline[] {
  const covered = new Set(facts.flatMap(({ covers }) => covers));
  const told = facts
    .filter((fact) => !isToldAlready(fact, facts))
    .map(({ topic, effect, link, change }): Headline => ({ topic, effect, link, text: change }));
  const untold = changes.objects.flatMap((object) => untoldHeadlines(object, covered));
  return [...told, ...untold, ...restartHeadline(changes.objects)].sort(
    (a, b) => rank(b.effect) - rank(a.effect) || TOPICS.indexOf(a.topic) - TOPICS.indexOf(b.topic),
  );
}

function rank(effect: Effect): number {
  return EFFECTS.indexOf(effect);
}

/** More replicas follow from more load, whose fact has them: once is enough. */
function isToldAlready(fact: Fact, facts: readonly Fact[]): boolean {
  if (fact.topic !== 'sizes' || fact.effect !== 'none' || fact.covers.length === 0) return false;
  return facts.some(
    (other) => other.topic === 'load' && fact.covers.every((key) => other.covers.includes(key)),
  );
}

/** What is graver than a restart and in no fact. */
function untoldHeadlines(object: ChangedObject, covered: ReadonlySet<string>): Headline[] {
  const isGrave = (effect: Effect): boolean => rank(effect) > rank('restart');
  if (!isGrave(object.effect) || covered.has(object.id)) return [];
  const headline = (effect: Effect, text: string): Headline => ({
    topic: effect === 'data at risk' ? 'data' : 'service',
    effect,
    link: addressOf('changes', object.id),
    text,
  });
  if (object.change === 'removed') return [headline(object.effect, `${object.id} is removed: ${object.why}`)];
  const untold = object.fields.filter(
    ({ effect, path }) => isGrave(effect) && !covered.has(fieldKey(object.id, path)),
  );
  const gravest = untold.reduce<(typeof untold)[number] | undefined>(
    (worst, field) => (worst === undefined || rank(field.effect) > rank(worst.effect) ? field : worst),
    undefined,
  );
  return gravest === undefined
    ? []
    : [headline(gravest.effect, `${object.id}: ${gravest.why} (${gravest.path})`)];
}

function restartHeadline(objects: readonly ChangedObject[]): Headline[] {
  const restarted = objects.filter(({ fields }) => fields.some(({ effect }) => effect === 'restart'));
  if (restarted.length === 0) return [];
  const names = restarted.map(({ id }) => id.split('/').at(-1) ?? id);
  return [
    {
      topic: 'service',
      effect: 'restart',
      link: addressOf('changes'),
      text: `${counted(restarted.length, 'workload')} restart${restarted.length === 1 ? 's' : ''}, pod by pod: ${firstOf(names, 8)}`,
    },
  ];
}
