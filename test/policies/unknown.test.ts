/**
 * In a preview, what only the cloud knows is unknown: no rule may refuse a resource for it, and none may need it to find what
 * is wrong anyway.
 */
import { evaluateCloud } from '../../policies/cloud/evaluate';
import type { CloudRule } from '../../policies/cloud/rule';
import { CLOUD_RULES } from '../../policies/cloud/rules';
import { evaluate } from '../../policies/evaluate';
import type { Manifest } from '../../policies/manifest';
import type { Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';
import { examplesOf as cloudExamplesOf } from './cloud/examples';
import { examplesOf } from './examples';

/** As Pulumi's engine writes an unknown text. */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** The value once for each of its parts, with that part unknown. */
function withUnknownParts(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [UNKNOWN];
  const fields = Object.entries(value);
  return [
    UNKNOWN,
    ...fields.flatMap(([name, field]) =>
      withUnknownParts(field).map((part) =>
        Array.isArray(value)
          ? value.map((element: unknown) => (element === field ? part : element))
          : { ...value, [name]: part },
      ),
    ),
  ];
}

const tierOf = ({ onlyIn }: Rule | CloudRule) => onlyIn?.[0] ?? 'dev';

test.each(CLOUD_RULES.map((rule) => ({ id: rule.id, rule })))(
  '$id refuses nothing for what is unknown',
  ({ rule }) => {
    for (const { resource, stack } of cloudExamplesOf(rule, 'good')) {
      for (const judged of stack) {
        for (const props of withUnknownParts(judged.props).filter((part) => part !== UNKNOWN)) {
          const changed = stack.map((one) =>
            one === judged ? { ...one, props: props as typeof one.props } : one,
          );
          const findings = evaluateCloud([rule], changed, { tier: tierOf(rule) });
          expect({
            props,
            findings: findings.filter(({ resource: { name } }) => name === resource.name),
          }).toEqual({
            props,
            findings: [],
          });
        }
      }
    }
  },
);

test.each(RULES.map((rule) => ({ id: rule.id, rule })))(
  '$id refuses no object for what is unknown',
  ({ rule }) => {
    for (const { apiVersion, kind, metadata, ...rest } of examplesOf(rule, 'good')) {
      for (const changed of withUnknownParts(rest).filter((part) => part !== UNKNOWN)) {
        const object = { apiVersion, kind, metadata, ...(changed as object) } as Manifest;
        const findings = evaluate([rule], [object], { tier: tierOf(rule), exceptions: [] });
        expect({ object, findings }).toEqual({ object, findings: [] });
      }
    }
  },
);

describe('what is wrong whatever the unknown value may be', () => {
  const rule = (expression: string): CloudRule => ({
    id: 'r',
    title: 'T',
    severity: 'low',
    reason: 'R.',
    remedy: 'Mend it',
    appliesTo: ['aws:kms/key:Key'],
    validations: [{ expression, message: 'M' }],
  });
  const isRefused = (expression: string) =>
    evaluateCloud(
      [rule(expression)],
      [
        {
          type: 'aws:kms/key:Key',
          name: 'k',
          props: { u: UNKNOWN, no: false, yes: true, list: ['a', UNKNOWN] },
        },
      ],
      { tier: 'dev' },
    ).length > 0;

  test.each([
    ['resource.no && resource.u == "x"', true],
    ['resource.u == "x" && resource.no', true],
    ['resource.u == "x" && resource.yes', false],
    ['resource.u == "x" || resource.no', false],
    ['resource.u.deeper == "x"', false],
    ['has(resource.u)', false],
    ['!has(resource.u)', true],
    ['"b" in resource.list', false],
    ['resource.absent == "x"', true],
  ])('%s', (expression, refused) => {
    expect(isRefused(expression)).toBe(refused);
  });
});
