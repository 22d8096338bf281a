import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateCloud } from '../../../policies/cloud/evaluate';
import type { CloudRule } from '../../../policies/cloud/rule';
import { CLOUD_RULES } from '../../../policies/cloud/rules';
import { RULES } from '../../../policies/rules';
import { CLOUD_FOLDER, examplesOf, type Example } from './examples';
import { inputsOf } from './provider-schema';

/** In a tier where the rule applies. */
function messagesFor(rule: CloudRule, { resource, stack }: Example): string[] {
  return evaluateCloud([rule], stack, { tier: rule.onlyIn?.[0] ?? 'dev' })
    .filter((finding) => finding.resource.name === resource.name)
    .map(({ message }) => message);
}

function expressionsOf({ matchConditions = [], variables = [], validations }: CloudRule): string[] {
  return [...matchConditions, ...variables, ...validations].map(({ expression }) => expression);
}

describe('the list of rules', () => {
  test('is the list of folders', () => {
    const folders = readdirSync(CLOUD_FOLDER).filter((name) =>
      existsSync(join(CLOUD_FOLDER, name, 'rule.ts')),
    );
    expect(CLOUD_RULES.map(({ id }) => id).sort()).toEqual(folders.sort());
    expect(CLOUD_RULES.length).toBeGreaterThanOrEqual(25);
  });

  test('speaks about both clouds', () => {
    const about = (cloud: string) =>
      CLOUD_RULES.filter(({ appliesTo }) => appliesTo.some((type) => type.startsWith(`${cloud}:`)));
    expect(about('aws').length).toBeGreaterThanOrEqual(20);
    expect(about('azure-native').length).toBeGreaterThanOrEqual(20);
  });

  test('shares no name with the rules about Kubernetes: both are policies of one pack', () => {
    const names = [...RULES, ...CLOUD_RULES].map(({ id }) => id);
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  });
});

describe.each(CLOUD_RULES.map((rule) => ({ id: rule.id, rule })))('$id', ({ rule }) => {
  const examples = { good: examplesOf(rule, 'good'), bad: examplesOf(rule, 'bad') };

  test('is written for people', () => {
    expect(rule.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.reason).toMatch(/^[A-Z].*[.]$/);
    const sentencesWithoutFullStop = [rule.title, rule.remedy, ...rule.validations.map((v) => v.message)];
    for (const sentence of sentencesWithoutFullStop) expect(sentence).toMatch(/^[A-Z].*[^.]$/);
  });

  test('keeps to the part of CEL that every engine has', () => {
    for (const expression of expressionsOf(rule)) expect(expression).not.toMatch(/\?\.|\[\?/);
  });

  test('names types and properties that the providers have', () => {
    for (const type of [...rule.appliesTo, ...(rule.besides ?? [])]) {
      expect({ type, inputs: inputsOf(type).length }).not.toEqual({ type, inputs: 0 });
    }
    for (const { type, props } of [...examples.good, ...examples.bad].flatMap(({ stack }) => stack)) {
      expect({ type, unknown: Object.keys(props).filter((name) => !inputsOf(type).includes(name)) }).toEqual({
        type,
        unknown: [],
      });
    }
  });

  test('reads properties that one of its types has', () => {
    const known = new Set(rule.appliesTo.flatMap(inputsOf));
    const read = expressionsOf(rule).flatMap((expression) =>
      [...expression.matchAll(/\bresource[.]([A-Za-z0-9]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(read.filter((name) => !known.has(name))).toEqual([]);
  });

  test('accepts its good examples', () => {
    expect(examples.good).not.toHaveLength(0);
    for (const example of examples.good) {
      expect({ example: example.name, messages: messagesFor(rule, example) }).toEqual({
        example: example.name,
        messages: [],
      });
    }
  });

  test('refuses each bad example, and each of its messages is shown by one', () => {
    const shown = new Set<string>();
    for (const example of examples.bad) {
      const messages = messagesFor(rule, example);
      messages.forEach((message) => shown.add(message));
      expect({ example: example.name, refused: messages.length > 0 }).toEqual({
        example: example.name,
        refused: true,
      });
    }
    expect([...shown].sort()).toEqual(rule.validations.map(({ message }) => message).sort());
  });

  test('has examples of resources that it speaks about only, and of what it looks at besides', () => {
    const all = [...examples.good, ...examples.bad];
    expect(rule.appliesTo).toEqual(expect.arrayContaining(all.map(({ resource }) => resource.type)));
    const besides = all.flatMap(({ resource, stack }) => stack.filter((other) => other !== resource));
    expect(rule.besides ?? []).toEqual(expect.arrayContaining(besides.map(({ type }) => type)));
  });
});
