/**
 * One bucket (S3) for each purpose, for its users alone: private, encrypted with the stack's key, over TLS only.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as s3 from '@pulumi/aws/s3';
import type { Input, Output } from '@pulumi/pulumi';
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';
import type { Keys } from './keys';

export const ObjectStorageSettings = Type.Object(
  {
    /** How long a deleted or overwritten backup can still be had. */
    deletedBackupDays: Type.Integer(),
  },
  { additionalProperties: false },
);
export type ObjectStorageSettings = Static<typeof ObjectStorageSettings>;

interface ObjectStores {
  /** Names, by purpose. */
  readonly buckets: Readonly<Record<string, Output<string>>>;
}

/** Names of buckets are shared by all accounts of AWS: ours ends with the account's number. */
export function bucketName(environment: string, purpose: string, accountId: string): string {
  return `${environment}-${purpose}-${accountId}`;
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function makeObjectStorage(
  outer: AwsContext,
  keys: Keys,
  demand: CloudDemand,
  settings: ObjectStorageSettings,
): ObjectStores {
  const context = inLayer(outer, 'ObjectStorage');
  const made = demand.objectStores.map(
    ({ purpose }) => [purpose, makeBucket(context, purpose, keys, settings)] as const,
  );
  return { buckets: Object.fromEntries(made) };
}

function makeBucket(
  context: AwsContext,
  purpose: string,
  keys: Keys,
  settings: ObjectStorageSettings,
): Output<string> {
  const { environment, accountId, tier, options } = context;
  const part = `bucket-${purpose}`;
  const name = context.name(part);
  const prod = tier === 'prod';
  const bucket = new s3.Bucket(
    name,
    {
      bucket: bucketName(environment, purpose, accountId),
      // What is left in a bucket of development does not stop `destroy`.
      forceDestroy: !prod,
      tags: context.named(part),
    },
    { ...options, protect: prod, retainOnDelete: prod },
  );
  closeBucket(context, name, bucket, bucketName(environment, purpose, accountId));
  encryptBucket(context, name, bucket, keys.dataArn);
  if (isBackup(purpose)) keepVersions(context, name, bucket);
  new s3.BucketLifecycleConfiguration(
    name,
    { bucket: bucket.bucket, rules: lifecycleRules(purpose, settings) },
    options,
  );
  return bucket.bucket;
}

/** Loki and Tempo delete by their own retention, and a version of each deleted object would be kept and paid for. */
function isBackup(purpose: string): boolean {
  return purpose.endsWith('-backup');
}

function closeBucket(context: AwsContext, name: string, { bucket }: s3.Bucket, fullName: string): void {
  const { options } = context;
  const closed = new s3.BucketPublicAccessBlock(
    name,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  );
  // The owner of the bucket owns every object, and access lists, the old second way in, are off.
  new s3.BucketOwnershipControls(name, { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } }, options);
  new s3.BucketPolicy(
    name,
    { bucket, policy: policyJson(bucketStatements(bucketArn(fullName))) },
    // S3 refuses two changes of a bucket's access at once.
    { ...options, dependsOn: [closed] },
  );
}

/** Takes away only: who may come in is said at their roles. */
export function bucketStatements(arn: string): readonly Statement[] {
  const deny = (sid: string, conditions: Statement['conditions']): Statement => ({
    sid,
    effect: 'Deny',
    principals: 'anyone',
    actions: ['s3:*'],
    resources: [arn, `${arn}/*`],
    ...(conditions === undefined ? {} : { conditions }),
  });
  return [
    deny('DenyPlainText', { Bool: { 'aws:SecureTransport': 'false' } }),
    deny('DenyOldTls', { NumericLessThan: { 's3:TlsVersion': '1.2' } }),
  ];
}

function encryptBucket(
  context: AwsContext,
  name: string,
  { bucket }: s3.Bucket,
  keyArn: Input<string>,
): void {
  new s3.BucketServerSideEncryptionConfiguration(
    name,
    {
      bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
          // One call to KMS for many objects rather than one for each.
          bucketKeyEnabled: true,
        },
      ],
    },
    context.options,
  );
}

function keepVersions(context: AwsContext, name: string, { bucket }: s3.Bucket): void {
  new s3.BucketVersioning(name, { bucket, versioningConfiguration: { status: 'Enabled' } }, context.options);
}

/** Uploads in parts that nobody finished are paid for and never seen; the longest takes hours. */
const UNFINISHED_UPLOAD_DAYS = 7;

function lifecycleRules(purpose: string, { deletedBackupDays }: ObjectStorageSettings) {
  const uploads = {
    id: 'unfinished-uploads',
    status: 'Enabled',
    filter: { prefix: '' },
    abortIncompleteMultipartUpload: { daysAfterInitiation: UNFINISHED_UPLOAD_DAYS },
  };
  if (!isBackup(purpose)) return [uploads];
  // Only of what its owner deleted already: a current object never expires.
  const deleted = {
    id: 'deleted-backups',
    status: 'Enabled',
    filter: { prefix: '' },
    noncurrentVersionExpiration: { noncurrentDays: deletedBackupDays },
    expiration: { expiredObjectDeleteMarker: true },
  };
  return [uploads, deleted];
}

/** S3, "General purpose bucket naming rules". */
const NAME_MAX = 63;
const DELETED_DAYS_MAX = 365;

export function checkObjectStorage(
  { environment, objectStores, tier }: Pick<CloudDemand, 'environment' | 'objectStores' | 'tier'>,
  accountId: string,
  { deletedBackupDays }: ObjectStorageSettings,
  path: string,
): readonly SettingProblem[] {
  const least = tier === 'prod' ? 7 : 1;
  const days: SettingProblem[] =
    deletedBackupDays >= least && deletedBackupDays <= DELETED_DAYS_MAX
      ? []
      : [
          {
            path,
            property: 'deletedBackupDays',
            value: deletedBackupDays,
            rule: `a deleted backup can be had for ${least} to ${DELETED_DAYS_MAX} days: an attacker's or a mistake's deletion is noticed within days`,
            remedy: `set ${Math.max(least, 14)} or so`,
          },
        ];
  const names = objectStores.flatMap(({ purpose }) => {
    const bucket = bucketName(environment, purpose, accountId);
    const tooLong: SettingProblem = {
      path,
      property: `name of the bucket for ${purpose}`,
      value: bucket,
      rule: `a bucket's name has at most ${NAME_MAX} characters; this one has ${bucket.length}`,
      remedy: 'shorten the name of the environment or of the purpose',
    };
    return bucket.length > NAME_MAX ? [tooLong] : [];
  });
  return [...days, ...names];
}
