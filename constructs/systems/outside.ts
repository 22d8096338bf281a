/**
 * Whom every system talks to outside its cluster, made the same way: the Kubernetes API and the internet.
 */
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';

/** Addresses that are never the internet's. */
const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];

/** @param cidrs where the API server answers */
export function kubernetesApi(
  platform: Platform,
  cidrs: readonly string[],
): Endpoint<'coordination', 'kubernetes-api'> {
  const kubernetes = new External(platform, 'kubernetes-api', {
    description: 'Kubernetes API server',
    cidrs,
    host: `kubernetes.default.svc.${platform.clusterDomain}`,
  });
  return kubernetes.listen({
    name: 'https',
    port: 443,
    protocol: 'kubernetes-api',
    signals: ['coordination'],
    access: 'control',
    auth: AuthScheme.serviceAccountToken(),
    tls: true,
  });
}

/** @param description what of it is needed, and through which door */
export function internet(platform: Platform, description: string): Endpoint<'web', 'https'> {
  return new External(platform, 'internet', {
    description,
    cidrs: ['0.0.0.0/0'],
    except: PRIVATE_NETWORKS,
  }).listen({
    name: 'https',
    port: 443,
    protocol: 'https',
    signals: ['web'],
    access: 'control',
    tls: true,
  });
}
