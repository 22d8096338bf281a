/**
 * Whom a hub and its spokes talk to outside their cluster: each other through the hubs' load balancers, the Kubernetes
 * API, and AWS' services by their private endpoints.
 */
import type { CertificateSecret } from '../core/certificate';
import { cloudRef } from '../core/cloud-ref';
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import type { S3Bucket } from '../core/object-store';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import { TrustedAuthority } from '../secure/trusted-authority';
import type { Vmauth } from '../store/vmauth';
import { clusterToken } from './hub-and-spoke-clusters';
import { MONITORING, type Door, type HubDoors } from './hub-and-spoke-collection';
import { hubHosts, type PlacedHub } from './hub-and-spoke-hosts';
import type { Cluster, Hubs } from './hub-and-spoke-props';
import { HUB_SECRETS } from './hub-and-spoke-secrets';

const HTTPS = { port: 443, tls: true } as const;
/** Where the agent of EKS Pod Identity answers on every node (AWS, "Learn how EKS Pod Identity works"). */
const POD_IDENTITY_AGENT = '169.254.170.23';

/** A hub as another cluster sees it: by its load balancer's names, and by the authority of its zone. */
export function hubFromOutside(
  platform: Platform,
  hubs: Hubs,
  { role, site }: PlacedHub,
  caller: Cluster,
  ca: CertificateSecret,
): HubDoors {
  const hosts = hubHosts(hubs, role);
  const loadBalancer = new External(platform, `hub-${role}`, {
    description: `The ${role} hub's internal load balancer, ${site.region}`,
    cidrs: site.loadBalancer,
    host: hosts.metrics,
  });
  const door = (name: string, host: string): Door => ({
    ca,
    remoteWrite: loadBalancer.listen({
      ...HTTPS,
      name,
      protocol: 'prometheus-remote-write',
      signals: ['metrics'],
      access: 'write',
      path: '/api/v1/write',
      auth: AuthScheme.secret('bearer', [clusterToken(caller)]),
      via: { host },
    }),
  });
  return {
    metrics: door('metrics', hosts.metrics),
    coldMetrics: hubs.coldTier === undefined ? undefined : door('cold-metrics', hosts.coldMetrics),
  };
}

/** The hub as its own cluster sees it: by its Services. */
export function hubFromInside(vmauth: Vmauth, coldVmauth: Vmauth | undefined): HubDoors {
  const door = ({ remoteWrite, trust }: Vmauth): Door => ({ remoteWrite, ca: trust });
  return { metrics: door(vmauth), coldMetrics: coldVmauth && door(coldVmauth) };
}

/** The private authority that signed the load balancers' certificates: no public one signs for such a zone. */
export function zoneAuthority(platform: Platform, { zone }: Hubs): CertificateSecret {
  const authority = new TrustedAuthority(platform, 'zone-ca', {
    ...MONITORING,
    certificate: HUB_SECRETS.zoneAuthority,
    of: `zone ${zone}`,
  });
  return authority.trust;
}

/** The agents of a cluster, as they come to the hub's load balancer. */
export function agentsOf(platform: Platform, { name, cidrs }: Cluster): External {
  return new External(platform, `cluster-${name}`, { description: `Agents of the cluster ${name}`, cidrs });
}

/** People, by the networks that they come from. */
export function people(
  platform: Platform,
  name: string,
  description: string,
  cidrs: readonly string[],
): External {
  return new External(platform, name, { description, cidrs });
}

export type BucketPurpose = 'metrics-backup' | 'logs' | 'traces';

/** Buckets of the hub's region, each used by an identity of its own, which EKS gives to a service account. */
export function s3Buckets(
  platform: Platform,
  region: string,
  privateEndpoints: readonly string[],
): (purpose: BucketPurpose) => S3Bucket {
  let endpoints: { s3: S3Bucket['endpoint']; agent: PodIdentity } | undefined;
  return (purpose) => {
    endpoints ??= { s3: s3Endpoint(platform, region, privateEndpoints), agent: podIdentityAgent(platform) };
    return {
      kind: 's3',
      endpoint: endpoints.s3,
      bucket: cloudRef(platform, `bucket-${purpose}`, `S3 bucket for ${purpose}`),
      region,
      pathStyle: false,
      access: { kind: 'pod-identity', agent: endpoints.agent },
    };
  };
}

type PodIdentity = Endpoint<'coordination', 'pod-identity'>;

function s3Endpoint(platform: Platform, region: string, cidrs: readonly string[]): S3Bucket['endpoint'] {
  const s3 = new External(platform, 's3', {
    description: `Amazon S3, ${region}, by its private endpoint`,
    cidrs,
    host: `s3.${region}.amazonaws.com`,
  });
  return s3.listen({
    ...HTTPS,
    name: 'https',
    protocol: 's3',
    signals: ['objects'],
    access: 'write',
    auth: AuthScheme.workloadIdentity(),
  });
}

function podIdentityAgent(platform: Platform): PodIdentity {
  return new External(platform, 'pod-identity-agent', {
    description: 'EKS Pod Identity Agent of each node, which hands out credentials',
    cidrs: [`${POD_IDENTITY_AGENT}/32`],
    host: POD_IDENTITY_AGENT,
  }).listen({
    name: 'http',
    port: 80,
    protocol: 'pod-identity',
    signals: ['coordination'],
    access: 'control',
  });
}
