/**
 * A container (bucket) in an object store outside the cluster, with the identity that may use it.
 */
import type { Endpoint } from './endpoint';

export interface BlobContainer {
  readonly endpoint: Endpoint<'objects', 'azure-blob'>;
  /** Storage account, usually a cloud reference. */
  readonly account: string;
  readonly container: string;
  /** Client ID of the Azure identity that may read and write exactly this container. */
  readonly clientId: string;
}
