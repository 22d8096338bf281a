/**
 * A bucket in an object store outside the platform, and how a workload may use it. Each store's own configuration says it
 * in its own words; what they share stands here: the identity, the keys, the way there.
 */
import type { IConstruct } from 'constructs';
import { connect } from './connect';
import type { EnvSource } from './container-spec';
import type { Endpoint } from './endpoint';
import type { Party } from './party';
import type { SecretKey } from './secrets';
import type { IdentityProps } from './service-identity';

export type ObjectBucket = BlobContainer | S3Bucket;

export interface BlobContainer {
  readonly kind: 'azure-blob';
  readonly endpoint: Endpoint<'objects', 'azure-blob'>;
  /** Storage account, usually a cloud reference. */
  readonly account: string;
  readonly container: string;
  /** Client ID of the Azure identity that may read and write exactly this container. */
  readonly clientId: string;
}

export interface S3Bucket {
  readonly kind: 's3';
  readonly endpoint: Endpoint<'objects', 's3'>;
  /** Its name, for a bucket of a cloud usually a cloud reference. */
  readonly bucket: string;
  /** As signatures name it; a store outside AWS takes any. */
  readonly region: string;
  /** Whether the bucket stands in the path rather than in the host name: what stores outside AWS want. */
  readonly pathStyle: boolean;
  readonly access: S3Access;
}

export type S3Access =
  /** EKS Pod Identity: the service account's role, handed out by an agent on the node. */
  | { readonly kind: 'pod-identity'; readonly agent: Endpoint<'coordination', 'pod-identity'> }
  /** A pair of keys in a Secret of the workload's namespace, e.g. what Rook makes for an `ObjectBucketClaim`. */
  | { readonly kind: 'keys'; readonly accessKeyId: SecretKey; readonly secretAccessKey: SecretKey };

/** For `identity` of the workload that uses the bucket. */
export function bucketIdentity(bucket: ObjectBucket): IdentityProps {
  return bucket.kind === 'azure-blob' ? { azureClientId: bucket.clientId } : {};
}

/** Keys, under the names by which every AWS client library looks for them. */
export function bucketEnv(bucket: ObjectBucket): Readonly<Record<string, EnvSource>> {
  if (bucket.kind === 'azure-blob' || bucket.access.kind === 'pod-identity') return {};
  return {
    AWS_ACCESS_KEY_ID: { secret: bucket.access.accessKeyId },
    AWS_SECRET_ACCESS_KEY: { secret: bucket.access.secretAccessKey },
  };
}

/** Records the connections that using the bucket takes: to the store, and to whoever hands out credentials for it. */
export function connectBucket(from: Party & IConstruct, bucket: ObjectBucket, purpose: string): void {
  const keys = bucket.kind === 's3' && bucket.access.kind === 'keys';
  connect(from, bucket.endpoint, {
    signals: ['objects'],
    purpose,
    credential: { kind: keys ? 'access-key' : 'workload-identity' },
  });
  if (bucket.kind === 's3' && bucket.access.kind === 'pod-identity') {
    connect(from, bucket.access.agent, {
      signals: ['coordination'],
      purpose: 'credentials of its role',
    });
  }
}
