/**
 * Whom every system talks to outside its cluster, made the same way: the Kubernetes API and the internet.
 */
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import { INTERNET } from '../core/internet';
import { External } from '../core/party';
import type { Platform } from '../core/platform';

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
    ...INTERNET,
  }).listen({
    name: 'https',
    port: 443,
    protocol: 'https',
    signals: ['web'],
    access: 'control',
    tls: true,
  });
}
