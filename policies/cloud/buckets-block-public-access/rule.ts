import { equals, isSet } from '../../cel';
import { hasBeside } from '../expressions';
import type { CloudRule } from '../rule';

const BLOCK = 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock';
const SETTINGS = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];

export const bucketsBlockPublicAccess: CloudRule = {
  id: 'buckets-block-public-access',
  title: 'Buckets block public access',
  severity: 'critical',
  reason: 'One policy or ACL, made by whomever and at whatever time, would publish logs and traces.',
  remedy: 'Add a BucketPublicAccessBlock with all four settings true',
  appliesTo: ['aws:s3/bucket:Bucket'],
  besides: [BLOCK],
  validations: [
    {
      expression: hasBeside(BLOCK, SETTINGS.map((name) => equals('r', `props.${name}`, true)).join(' && ')),
      message: 'The bucket does not block all public access',
    },
    {
      expression: `!${isSet('resource', 'acl')} || resource.acl == 'private'`,
      message: 'The bucket has an ACL that opens it',
    },
  ],
};
