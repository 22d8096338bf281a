/**
 * Whom Hyperion talks to outside the cluster: Azure's services by their private endpoints, the Kubernetes API, and the
 * internet where nothing else serves.
 */
import { AuthScheme } from '../core/credential';
import { cloudRef } from '../core/cloud-ref';
import type { Endpoint } from '../core/endpoint';
import type { BlobContainer } from '../core/object-store';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import { Task } from '../core/task';
import { Workload } from '../core/workload';
import type { HyperionProps } from './hyperion-props';
import { internet, kubernetesApi } from './outside';

export interface HyperionOutside {
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  readonly internet: Endpoint<'web', 'https'>;
  /** A container for the purpose, in a storage account of its own, used by an identity of its own. */
  blob(purpose: 'logs' | 'traces' | 'metrics-backup'): BlobContainer;
}

export function hyperionOutside(platform: Platform, props: HyperionProps): HyperionOutside {
  addTokenService(platform, props.network.entraId);
  return {
    kubernetesApi: kubernetesApi(platform, [props.network.kubernetesApi]),
    internet: internet(platform, 'Registries and plug-in catalogues, through the Azure Firewall'),
    blob: (purpose) => blobContainer(platform, purpose, props.network.privateEndpoints),
  };
}

/** A pod with an Azure identity exchanges its service-account token for one of Entra ID before it may use anything. */
function addTokenService(platform: Platform, cidrs: readonly string[]): void {
  const entraId = new External(platform, 'entra-id', {
    description: 'Microsoft Entra ID, which issues tokens to workload identities',
    cidrs,
    host: 'login.microsoftonline.com',
  });
  const tokens = entraId.listen({
    name: 'https',
    port: 443,
    protocol: 'https',
    signals: ['coordination'],
    access: 'control',
    tls: true,
  });
  platform.whenComplete(() => {
    for (const party of platform.graph.parties) {
      if (!(party instanceof Workload || party instanceof Task)) continue;
      if (party.spec.identity?.azureClientId === undefined) continue;
      party.connect(tokens, { signals: ['coordination'], purpose: 'tokens of its workload identity' });
    }
  });
}

function blobContainer(platform: Platform, purpose: string, privateEndpoints: string): BlobContainer {
  const account = cloudRef(platform, `storage-${purpose}-account`, `storage account for ${purpose}`);
  const store = new External(platform, `blob-${purpose}`, {
    description: `Azure Blob Storage: ${purpose}`,
    cidrs: [privateEndpoints],
    host: `${account}.blob.core.windows.net`,
  });
  return {
    kind: 'azure-blob',
    endpoint: store.listen({
      name: 'https',
      port: 443,
      protocol: 'azure-blob',
      signals: ['objects'],
      access: 'write',
      auth: AuthScheme.workloadIdentity(),
      tls: true,
    }),
    account,
    container: purpose,
    clientId: cloudRef(
      platform,
      `identity-${purpose}-client-id`,
      `client ID of the identity that may use the ${purpose} container`,
    ),
  };
}
