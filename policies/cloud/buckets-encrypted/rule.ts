import { isSet } from '../../cel';
import { hasBeside, isAnyOf } from '../expressions';
import type { CloudRule } from '../rule';

const SSE = 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration';

export const bucketsEncrypted: CloudRule = {
  id: 'buckets-encrypted',
  title: 'Buckets are encrypted with a key of the stack',
  severity: 'high',
  reason: 'Who may read a bucket must also be let near its key: one mistake in a policy is not enough.',
  remedy: 'Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and kmsMasterKeyId',
  appliesTo: ['aws:s3/bucket:Bucket'],
  besides: [SSE],
  validations: [
    {
      expression: hasBeside(
        SSE,
        `has(r.props.rules) && r.props.rules.all(e,
          ${isAnyOf('e', 'applyServerSideEncryptionByDefault.sseAlgorithm', ['aws:kms', 'aws:kms:dsse'])} &&
          ${isSet('e', 'applyServerSideEncryptionByDefault.kmsMasterKeyId')})`,
      ),
      message: 'The bucket has no encryption with a key of the stack',
    },
  ],
};
