/** What happens to data on a connection while its far end is away, in a few words. */
import { humanBytes } from '../constructs/core/quantity';
import type { GraphDelivery } from './graph-document';

export function deliveryText(delivery: GraphDelivery): string {
  switch (delivery.kind) {
    case 'synchronous':
      return delivery.fallback === undefined ? 'synchronous' : `synchronous, else to ${delivery.fallback}`;
    case 'memory-queue':
      return `memory queue of ${humanBytes(delivery.sizeBytes)}${delivery.mayDrop ? ', may drop' : ''}`;
    case 'disk-queue':
      return `disk queue of ${delivery.replicas} × ${humanBytes(delivery.sizeBytes)}, ${delivery.whenFull} what does not fit`;
  }
}
