import { evaluateCloud } from '../../../policies/cloud/evaluate';
import type { CloudException } from '../../../policies/cloud/exception';
import type { CloudResource, CloudRule } from '../../../policies/cloud/rule';

const RULE: CloudRule = {
  id: 'rotated',
  title: 'Keys are rotated',
  severity: 'medium',
  reason: 'Old keys are known.',
  remedy: 'Set enableKeyRotation to true',
  appliesTo: ['aws:kms/key:Key'],
  validations: [{ expression: 'resource.enableKeyRotation', message: 'The key is not rotated' }],
};
const BESIDE: CloudRule = {
  ...RULE,
  id: 'has-alias',
  besides: ['aws:kms/alias:Alias'],
  validations: [
    {
      expression: 'resources.exists(r, r.dependsOn.exists(d, d == urn) && r.props.name != "")',
      message: 'The key has no alias',
    },
  ],
};

function key(name: string, props: CloudResource['props'] = { enableKeyRotation: false }): CloudResource {
  return { type: 'aws:kms/key:Key', name, props, urn: `urn:${name}` };
}

test('a finding says which resource, what is wrong, and what to do', () => {
  expect(evaluateCloud([RULE], [key('stack')], { tier: 'prod' })).toEqual([
    {
      rule: 'rotated',
      severity: 'medium',
      resource: { type: 'aws:kms/key:Key', name: 'stack', urn: 'urn:stack' },
      message: 'The key is not rotated',
      remedy: 'Set enableKeyRotation to true',
    },
  ]);
});

test('findings come worst first, then by rule and resource, whatever the order of the resources', () => {
  const critical: CloudRule = { ...RULE, id: 'z-critical', severity: 'critical' };
  const resources = [key('b'), key('a')];
  const findings = evaluateCloud([RULE, critical], resources, { tier: 'prod' });
  expect(findings.map(({ rule, resource }) => `${rule} ${resource.name}`)).toEqual([
    'z-critical a',
    'z-critical b',
    'rotated a',
    'rotated b',
  ]);
  expect(evaluateCloud([critical, RULE], resources.toReversed(), { tier: 'prod' })).toEqual(findings);
});

test('a rule for production is silent elsewhere', () => {
  const forProduction: CloudRule = { ...RULE, onlyIn: ['prod'] };
  expect(evaluateCloud([forProduction], [key('stack')], { tier: 'dev' })).toEqual([]);
  expect(evaluateCloud([forProduction], [key('stack')], { tier: 'prod' })).toHaveLength(1);
});

test('resources of other types are not judged', () => {
  expect(
    evaluateCloud([RULE], [{ ...key('stack'), type: 'aws:s3/bucket:Bucket' }], { tier: 'prod' }),
  ).toEqual([]);
});

test("one of Azure's types is the same with an API version", () => {
  const rule: CloudRule = { ...RULE, appliesTo: ['azure-native:keyvault:Vault'] };
  const vault = { ...key('vault'), type: 'azure-native:keyvault/v20240401preview:Vault' };
  expect(evaluateCloud([rule], [vault], { tier: 'prod' })).toHaveLength(1);
});

describe('a rule that looks at the rest of the stack', () => {
  const alias = (props: CloudResource['props'], dependsOn: readonly string[]): CloudResource => ({
    type: 'aws:kms/alias:Alias',
    name: 'alias',
    props,
    dependsOn,
  });
  const names = (...others: CloudResource[]) =>
    evaluateCloud([BESIDE], [key('stack'), ...others], { tier: 'prod' }).map(({ resource }) => resource.name);

  test.each([
    ['nothing is there', [], ['stack']],
    ['it is there', [alias({ name: 'a' }, ['urn:stack'])], []],
    ['it belongs to another', [alias({ name: 'a' }, ['urn:other'])], ['stack']],
    ['it depends on nothing', [alias({ name: 'a' }, [])], ['stack']],
    [
      'it is of a type that the rule does not name',
      [{ ...alias({ name: 'a' }, ['urn:stack']), type: 'x' }],
      ['stack'],
    ],
  ])('%s', (_, others, expected) => {
    expect(names(...others)).toEqual(expected);
  });
});

describe('exceptions', () => {
  const exception: CloudException = {
    rule: 'rotated',
    resource: { type: 'aws:kms/key:Key', name: 'stack' },
    reason: 'imported key material',
    owner: 'platform',
  };

  test('one covers one rule and one resource', () => {
    const other: CloudRule = { ...RULE, id: 'other' };
    const findings = evaluateCloud([RULE, other], [key('stack'), key('stack-two')], {
      tier: 'prod',
      exceptions: [exception],
    });
    expect(findings.map(({ rule, resource }) => `${rule} ${resource.name}`)).toEqual([
      'other stack',
      'other stack-two',
      'rotated stack-two',
    ]);
  });
});

describe('what texts hold', () => {
  const message = (expression: string, props: CloudResource['props']) =>
    evaluateCloud([{ ...RULE, validations: [{ expression, message: 'M' }] }], [key('k', props)], {
      tier: 'dev',
    }).map((finding) => finding.message);

  test('an IAM document is data, with lists everywhere, written as text or not', () => {
    const document = { Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } };
    const holds = `resource.policy.Statement.all(s, s.Action == ['s3:GetObject'] && s.Resource == ['*'])`;
    expect(message(holds, { policy: document })).toEqual([]);
    expect(message(holds, { policy: JSON.stringify(document) })).toEqual([]);
    expect(message(holds.replace('policy', 'assumeRolePolicy'), { assumeRolePolicy: document })).toEqual([]);
  });

  test('what is no document stays what it is', () => {
    expect(message(`resource.policy == 'not { a document'`, { policy: 'not { a document' })).toEqual([]);
  });

  test('user data is decoded when it is encoded', () => {
    const userData = Buffer.from('echo hello, instance!').toString('base64');
    expect(message(`resource.userData == 'echo hello, instance!'`, { userData })).toEqual([]);
    expect(message(`resource.userData == 'echo hello'`, { userData: 'echo hello' })).toEqual([]);
  });
});
