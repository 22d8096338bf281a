import { readdirSync } from 'node:fs';
import { evaluate } from '../../policies/evaluate';
import { formatResource, type Manifest } from '../../policies/manifest';
import type { Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';
import { examplesOf, POLICIES_FOLDER } from './examples';

/** In a tier where the rule applies. */
function messagesFor(rule: Rule, object: Manifest): string[] {
  const tier = rule.onlyIn?.[0] ?? 'dev';
  return evaluate([rule], [object], { tier, exceptions: [] }).map(({ message }) => message);
}

function expressionsOf({ matchConditions = [], variables = [], validations }: Rule): string[] {
  return [...matchConditions, ...variables, ...validations].map(({ expression }) => expression);
}

describe('the list of rules', () => {
  test('is the list of folders', () => {
    const folders = readdirSync(POLICIES_FOLDER, { withFileTypes: true })
      // `cloud` has rules of its own, one level below.
      .filter((entry) => entry.isDirectory() && entry.name !== 'cloud')
      .map(({ name }) => name);
    expect(RULES.map(({ id }) => id).sort()).toEqual(folders.sort());
    expect(RULES.length).toBeGreaterThanOrEqual(24);
  });

  test('gives a variable one meaning in all rules', () => {
    const meanings = new Map<string, Set<string>>();
    for (const { name, expression } of RULES.flatMap(({ variables }) => variables ?? [])) {
      meanings.set(name, new Set(meanings.get(name)).add(expression));
    }
    expect([...meanings].filter(([, expressions]) => expressions.size > 1)).toEqual([]);
  });
});

describe.each(RULES.map((rule) => ({ id: rule.id, rule })))('$id', ({ rule }) => {
  test('is written for people', () => {
    expect(rule.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.reason).toMatch(/^[A-Z].*[.]$/);
    const sentencesWithoutFullStop = [rule.title, rule.remedy, ...rule.validations.map((v) => v.message)];
    for (const sentence of sentencesWithoutFullStop) expect(sentence).toMatch(/^[A-Z].*[^.]$/);
  });

  test('keeps to the part of CEL that every engine has', () => {
    for (const expression of expressionsOf(rule)) {
      expect(expression).not.toMatch(/\?\.|\[\?/);
      expect(expression).not.toMatch(
        /\b(quantity|url|ip|cidr|sets|format|optional|oldObject|request|authorizer)[.(]/,
      );
    }
  });

  test('has match conditions that use no variables, which clusters do not know yet there', () => {
    for (const { expression } of rule.matchConditions ?? []) expect(expression).not.toContain('variables.');
  });

  test('accepts its good examples', () => {
    const good = examplesOf(rule, 'good');
    expect(good).not.toHaveLength(0);
    for (const object of good) {
      expect({ object: nameOf(object), messages: messagesFor(rule, object) }).toEqual({
        object: nameOf(object),
        messages: [],
      });
    }
  });

  test('refuses each bad example, and each of its messages is shown by one', () => {
    const own = rule.validations.map(({ message }) => message);
    const shown = new Set<string>();
    for (const object of examplesOf(rule, 'bad')) {
      const messages = messagesFor(rule, object);
      messages.forEach((message) => shown.add(message));
      expect({ object: nameOf(object), refused: messages.length > 0 }).toEqual({
        object: nameOf(object),
        refused: true,
      });
    }
    expect([...shown].sort()).toEqual(own.sort());
  });

  test('has examples of objects that it speaks about only', () => {
    const kinds = [...examplesOf(rule, 'good'), ...examplesOf(rule, 'bad')].map(({ kind }) => kind);
    expect(rule.appliesTo).toEqual(expect.arrayContaining(kinds));
  });
});

test('a rule about pods finds them wherever they are carried', () => {
  const rule = RULES.find(({ id }) => id === 'run-as-non-root');
  const kinds = (verdict: 'good' | 'bad') => rule && examplesOf(rule, verdict).map(({ kind }) => kind);
  const carriers = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];
  expect(kinds('good')).toEqual(carriers);
  expect(kinds('bad')).toEqual(carriers);
});

function nameOf(object: Manifest): string {
  return formatResource({ kind: object.kind, ...object.metadata });
}
