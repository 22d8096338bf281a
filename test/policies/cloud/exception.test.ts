import { checkCloudExceptions, type CloudException } from '../../../policies/cloud/exception';
import { CLOUD_RULES } from '../../../policies/cloud/rules';

const TODAY = '2026-07-31';
const EXCEPTION: CloudException = {
  rule: 'key-rotation',
  resource: { type: 'aws:kms/key:Key', name: 'hub-infra-key' },
  reason: 'its material is imported, which KMS does not rotate',
  owner: 'platform',
};
const PATH = 'exception of aws:kms/key:Key hub-infra-key from key-rotation';
const problems = (...exceptions: CloudException[]) => checkCloudExceptions(exceptions, CLOUD_RULES, TODAY);

test('says nothing about a good one', () => {
  expect(problems(EXCEPTION, { ...EXCEPTION, rule: 'tags', expires: '2026-08-01' })).toEqual([]);
});

test('a rule that is not there', () => {
  expect(problems({ ...EXCEPTION, rule: 'key-rotations' })).toEqual([
    {
      path: 'exception of aws:kms/key:Key hub-infra-key from key-rotations',
      property: 'rule',
      value: 'key-rotations',
      rule: 'an exception names a rule of policies/cloud/rules.ts',
      remedy: 'Correct the name, or remove the exception if the rule is gone',
    },
  ]);
});

test('a type that the rule does not judge', () => {
  const resource = { type: 'aws:s3/bucket:Bucket', name: 'logs' };
  expect(problems({ ...EXCEPTION, resource })).toEqual([
    {
      path: 'exception of aws:s3/bucket:Bucket logs from key-rotation',
      property: 'resource',
      value: resource,
      rule: 'key-rotation judges aws:kms/key:Key',
      remedy: 'Name the resource that is refused',
    },
  ]);
});

test('no reason, no owner, and its day has come: all told at once', () => {
  expect(problems({ ...EXCEPTION, reason: '', owner: ' ', expires: TODAY })).toEqual([
    {
      path: PATH,
      property: 'reason',
      value: '',
      rule: 'an exception says why',
      remedy: 'Say why the object cannot keep the rule',
    },
    {
      path: PATH,
      property: 'owner',
      value: ' ',
      rule: 'somebody answers for an exception',
      remedy: 'Name the team that answers for it',
    },
    expect.objectContaining({ path: PATH, property: 'expires', value: TODAY }),
  ]);
});

test('the same twice', () => {
  expect(problems(EXCEPTION, { ...EXCEPTION, reason: 'another' })).toEqual([
    {
      path: PATH,
      property: 'resource',
      value: EXCEPTION.resource,
      rule: 'a resource is excepted from a rule once',
      remedy: 'Remove one of the two exceptions',
    },
  ]);
});
