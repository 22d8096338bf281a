/**
 * Truths over the changes of all environments: nothing changed is no change, and the way back mirrors the way there.
 */
import fc from 'fast-check';
import {
  baselineOf,
  graphOf,
  type Baseline,
  type ComparedObject,
} from '../../../stacks/review/changes/baseline';
import type { Changes } from '../../../stacks/review/changes/changes';
import { changesSince } from '../../../stacks/review/changes/changes-since';
import { nameOf } from '../../../stacks/diff/semantic-diff';
import { EFFECTS } from '../../../stacks/diff/effects';
import { synthesise, type Synthesis } from '../../../stacks/synthesis';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';
import { afterPullRequest, beforePullRequest } from './pull-request-environments';

const RUNS = 8;
/** Syntheses of large environments, on a machine that does other things too. */
const LIMIT_MS = 120_000;

function baselineFrom(
  synthesis: Synthesis,
  objects: readonly ComparedObject[] = synthesis.objects,
): Baseline {
  return {
    kind: 'against',
    label: 'git:main',
    environment: synthesis.environment,
    objects,
    graph: graphOf(synthesis),
  };
}

test.each(ENVIRONMENT_NAMES)(
  '%s against itself: nothing',
  (name) => {
    const synthesis = synthesisOf(name);
    const { headlines, objects, components, connections, amounts, guarantees, effect } = changesSince(
      baselineFrom(synthesis),
      synthesis,
    );
    expect([headlines, objects, components, connections, amounts, guarantees]).toEqual([
      [],
      [],
      [],
      [],
      [],
      [],
    ]);
    expect(effect).toBe('none');
  },
  LIMIT_MS,
);

test.each(ENVIRONMENT_NAMES)(
  '%s: an identifier names one object',
  (name) => {
    const names = synthesisOf(name).objects.map(({ object }) => nameOf(object));
    expect(new Set(names).size).toBe(names.length);
  },
  LIMIT_MS,
);

/** Identifiers that came, went and changed. */
function moves({ objects, connections, components }: Changes, change: string): string[] {
  return [
    ...objects.filter((one) => one.change === change).map(({ id }) => id),
    ...connections.filter((one) => one.change === change).map(({ id }) => id),
    ...components.filter((one) => one.change === change).map(({ name }) => name),
  ].sort();
}

function expectMirror(there: Changes, back: Changes): void {
  expect(moves(back, 'removed')).toEqual(moves(there, 'added'));
  expect(moves(back, 'added')).toEqual(moves(there, 'removed'));
  expect(moves(back, 'changed')).toEqual(moves(there, 'changed'));
  const turned = there.amounts.map(({ before, after, ...amount }) => ({
    ...amount,
    before: after,
    after: before,
  }));
  const byName = (changes: Changes['amounts']): Map<string, object> =>
    new Map(changes.map((amount) => [`${amount.component} ${amount.what}`, amount]));
  expect(byName(back.amounts)).toEqual(byName(turned));
}

/** Whatever is graver than a restart is told in a headline as grave as itself, which leads there. */
function expectTold({ objects, headlines }: Changes): void {
  const ranks = headlines.map(({ effect }) => EFFECTS.indexOf(effect));
  expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
  const grave = objects.filter(({ effect }) => EFFECTS.indexOf(effect) > EFFECTS.indexOf('restart'));
  for (const { effect } of grave) expect(headlines.map((headline) => headline.effect)).toContain(effect);
  expect(new Set(headlines.map(({ text }) => text)).size).toBe(headlines.length);
}

test(
  'some objects more or less: mirrored, and told',
  () => {
    const synthesis = synthesisOf('hub-dev');
    const count = synthesis.objects.length;
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(count - 1)), fc.uniqueArray(fc.nat(count - 1)), (some, others) => {
        const without = (left: readonly number[]): Synthesis => ({
          ...synthesis,
          objects: synthesis.objects.filter((_, index) => !left.includes(index)),
        });
        const [a, b] = [without(some), without(others)];
        const [there, back] = [changesSince(baselineFrom(a), b), changesSince(baselineFrom(b), a)];
        expectMirror(there, back);
        expectTold(there);
        expectTold(back);
      }),
      { numRuns: RUNS, seed: 8 },
    );
  },
  LIMIT_MS,
);

test(
  'the pull request there and back: mirrored, and told',
  () => {
    const [before, after] = [beforePullRequest(), afterPullRequest()].map((environment) =>
      synthesise(environment.build(), { exceptions: environment.exceptions ?? [] }),
    );
    if (before === undefined || after === undefined) throw new Error('two environments are two syntheses');
    const [there, back] = [
      changesSince(baselineFrom(before), after),
      changesSince(baselineFrom(after), before),
    ];
    expectMirror(there, back);
    expectTold(there);
    expectTold(back);
  },
  LIMIT_MS,
);

test(
  'two systems that have nothing in common',
  () => {
    const other = synthesisOf('anton');
    const changes = changesSince(baselineOf('hub-dev', beforePullRequest()), other);
    expect(changes.effect).toBe('none');
    expect(changes.headlines.filter(({ effect }) => effect !== 'none')).toEqual([]);
    expect(moves(changes, 'added')).toContain('alloy');
    expect(moves(changes, 'removed')).toContain('otel-ingress');
  },
  LIMIT_MS,
);
