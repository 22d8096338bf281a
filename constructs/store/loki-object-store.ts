/**
 * How Loki says where a bucket is and what it presents there: the clients that it calls `azure` and `s3`, each under its
 * own name wherever Loki takes a store. Of the two that it has for each cloud it is the older: the newer one
 * (`use_thanos_objstore`) is off by default in 3.7.
 */
import type { Component } from '../core/component';
import { bucketEnv, type ObjectBucket, type S3Access, type S3Bucket } from '../core/object-store';
import type { LokiContainerProps } from './loki-container';

type KeysAccess = Extract<S3Access, { kind: 'keys' }>;

/** The pair of variables in which the keys of the rules' bucket stand, where the chunks' keys have the usual names. */
const RULES_KEYS = { id: 'LOKI_RULES_ACCESS_KEY_ID', secret: 'LOKI_RULES_SECRET_ACCESS_KEY' } as const;

/** Loki's name for the kind of store, in the schema and for delete requests. */
export function lokiStoreType(bucket: ObjectBucket): 'azure' | 's3' {
  return bucket.kind === 'azure-blob' ? 'azure' : 's3';
}

export function lokiStore(bucket: ObjectBucket) {
  if (bucket.kind === 's3') return { s3: s3Store(bucket) };
  return {
    azure: {
      container_name: bucket.container,
      account_name: bucket.account,
      use_federated_token: true,
    },
  };
}

/** The ruler's own store, in which the keys stand by name when they are not those of the chunks' bucket. */
export function lokiRulesStore(rules: ObjectBucket, chunks: ObjectBucket) {
  const type = lokiStoreType(rules);
  if (rules.kind === 'azure-blob' || ownKeys(rules, chunks) === undefined)
    return { type, ...lokiStore(rules) };
  const keys = { access_key_id: `\${${RULES_KEYS.id}}`, secret_access_key: `\${${RULES_KEYS.secret}}` };
  return { type, s3: { ...s3Store(rules), ...keys } };
}

/** What a Loki that uses both needs: without keys in its file it looks for them where every AWS program does. */
export function lokiStoreAccess(
  chunks: ObjectBucket,
  rules: ObjectBucket | undefined,
): Required<Pick<LokiContainerProps, 'env' | 'args'>> {
  const own = rules === undefined ? undefined : ownKeys(rules, chunks);
  if (own === undefined) return { env: bucketEnv(chunks), args: [] };
  return {
    env: {
      ...bucketEnv(chunks),
      [RULES_KEYS.id]: { secret: own.accessKeyId },
      [RULES_KEYS.secret]: { secret: own.secretAccessKey },
    },
    args: ['-config.expand-env=true'],
  };
}

/** One identity reads both: the pods have one client ID, and keys in the environment go before an agent's. */
export function checkRulesAccess(scope: Component, chunks: ObjectBucket, rules: ObjectBucket): void {
  const [forChunks, forRules] = [chunks, rules].map(identityOf);
  if (forRules === undefined || forRules === forChunks) return;
  scope.platform.report(scope, {
    property: 'ruler',
    value: forRules,
    rule: `one pod reads chunks and rules, and it reads the chunks as ${forChunks ?? 'the holder of their keys'}`,
    remedy: 'let that identity read and write the bucket of the rules too',
  });
}

/** As whom, where that is not said by keys of the bucket's own. */
function identityOf(bucket: ObjectBucket): string | undefined {
  if (bucket.kind === 'azure-blob') return bucket.clientId;
  return bucket.access.kind === 'keys' ? undefined : 'the role of its service account';
}

/** Rook makes a user for each `ObjectBucketClaim`: two buckets, two pairs of keys. */
function ownKeys(rules: ObjectBucket, chunks: ObjectBucket): KeysAccess | undefined {
  if (rules.kind === 'azure-blob' || rules.access.kind !== 'keys') return undefined;
  if (chunks.kind === 'azure-blob' || chunks.access.kind !== 'keys') return rules.access;
  return rules.access.accessKeyId.secretName === chunks.access.accessKeyId.secretName
    ? undefined
    : rules.access;
}

function s3Store(bucket: S3Bucket) {
  return {
    bucketnames: bucket.bucket,
    // With its scheme: the keys `insecure` and `s3` (a URL with the keys inside) are not needed then.
    endpoint: bucket.endpoint.url,
    region: bucket.region,
    s3forcepathstyle: bucket.pathStyle,
  };
}
