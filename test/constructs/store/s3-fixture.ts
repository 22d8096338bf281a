/**
 * Buckets as the two kinds of platform have them: of Ceph beside the stores, with keys in a Secret; of AWS, as a role.
 */
import { AuthScheme } from '../../../constructs/core/credential';
import type { S3Bucket } from '../../../constructs/core/object-store';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { manifests } from '../core/fixture';

/**
 * @param claim name of the `ObjectBucketClaim`, whose Secret has its keys
 */
export function cephBucket(
  platform: Platform,
  claim: string,
  at: { readonly host: string; readonly port: number } = { host: 'rgw.example.com', port: 80 },
): S3Bucket {
  const gateway = new External(platform, platform.claimName(`rgw-${claim}`), {
    description: 'Ceph object gateway',
    cidrs: ['10.9.0.0/28'],
    host: at.host,
  });
  return {
    kind: 's3',
    endpoint: gateway.listen({
      name: 'http',
      port: at.port,
      protocol: 's3',
      signals: ['objects'],
      access: 'write',
      auth: AuthScheme.accessKey(),
    }),
    bucket: claim,
    region: 'us-east-1',
    pathStyle: true,
    access: {
      kind: 'keys',
      accessKeyId: { secretName: claim, key: 'AWS_ACCESS_KEY_ID' },
      secretAccessKey: { secretName: claim, key: 'AWS_SECRET_ACCESS_KEY' },
    },
  };
}

export function awsBucket(platform: Platform, purpose: string): S3Bucket {
  const s3 = new External(platform, 's3', {
    description: 'Amazon S3',
    cidrs: ['10.9.1.0/28'],
    host: 's3.eu-central-1.amazonaws.com',
  });
  const agent = new External(platform, 'pod-identity-agent', {
    description: 'EKS Pod Identity agent',
    cidrs: ['169.254.170.23/32'],
    host: '169.254.170.23',
  });
  return {
    kind: 's3',
    endpoint: s3.listen({
      name: 'https',
      port: 443,
      protocol: 's3',
      signals: ['objects'],
      access: 'write',
      auth: AuthScheme.workloadIdentity(),
      tls: true,
    }),
    bucket: `\${cloud:bucket-${purpose}}`,
    region: 'eu-central-1',
    pathStyle: false,
    access: {
      kind: 'pod-identity',
      agent: agent.listen({
        name: 'http',
        port: 80,
        protocol: 'pod-identity',
        signals: ['coordination'],
        access: 'control',
      }),
    },
  };
}

/** Who connects to which port outside, sorted. */
export function outwardConnections(platform: Platform): string[] {
  const lines = platform.graph.connections
    .filter(({ to }) => to.protocol === 's3' || to.protocol === 'pod-identity')
    .map(({ from, to, credential }) => `${from.id} → ${to.hostPort} ${credential?.kind ?? 'anybody'}`);
  return [...new Set(lines)].sort();
}

/** Environment variables of a synthesised container: their values, or where those come from. */
export function envOf(
  object: { readonly spec?: Record<string, unknown> },
  container = 0,
): Readonly<Record<string, string>> {
  const spec = object.spec as
    { readonly template: { readonly spec: { readonly containers: readonly Container[] } } } | undefined;
  const env = spec?.template.spec.containers[container]?.env ?? [];
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const key = valueFrom?.secretKeyRef;
      return [name, value ?? (key === undefined ? 'the pod' : `${key.name}/${key.key}`)];
    }),
  );
}

/** Whoever has the keys of a bucket, sorted. */
export function workloadsWithKeys(platform: Platform): string[] {
  return manifests(platform)
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .filter((object) => 'AWS_SECRET_ACCESS_KEY' in envOf(object))
    .map(({ metadata }) => metadata.name)
    .sort();
}

interface Container {
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
}
