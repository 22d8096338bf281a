import { hasBeside } from '../expressions';
import type { CloudRule } from '../rule';

const POLICY = 'aws:s3/bucketPolicy:BucketPolicy';

export const bucketsTlsOnly: CloudRule = {
  id: 'buckets-tls-only',
  title: 'Buckets answer over TLS only',
  severity: 'high',
  reason: 'S3 still listens on plain HTTP, where a misconfigured client would send logs readable.',
  remedy: 'Add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is false',
  appliesTo: ['aws:s3/bucket:Bucket'],
  besides: [POLICY],
  validations: [
    {
      expression: hasBeside(
        POLICY,
        `r.props.policy.Statement.exists(e, e.Effect == 'Deny' && has(e.Action) && e.Action.exists(a, a == 's3:*') &&
          has(e.Condition) && has(e.Condition.Bool) && 'aws:SecureTransport' in e.Condition.Bool &&
          string(e.Condition.Bool['aws:SecureTransport']) == 'false')`,
      ),
      message: 'The bucket answers without TLS',
    },
  ],
};
