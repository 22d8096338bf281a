/**
 * Taking an endpoint records a connection in the flow graph; that is what opens the network and what every
 * derivation reads.
 */
import type { IConstruct } from 'constructs';
import type { Credential } from './credential';
import { Delivery, type Load } from './delivery';
import type { Endpoint, Signal } from './endpoint';
import type { Party } from './party';
import { Platform } from './platform';

export interface ConnectOptions<S extends Signal> {
  readonly signals: readonly S[];
  /** Why the connection exists, in a few words. */
  readonly purpose: string;
  /**
   * What happens to data while the far end is away.
   * @default synchronous: refused, so that the sender keeps it
   */
  readonly delivery?: Delivery;
  /** @default none */
  readonly credential?: Credential;
  /** Declared load; give it on every telemetry connection that carries data in normal operation. */
  readonly load?: Load;
}

export function connect<S extends Signal>(
  from: Party & IConstruct,
  endpoint: Endpoint<S>,
  options: ConnectOptions<S>,
): void {
  Platform.of(from).graph.addConnection({
    from,
    to: endpoint,
    signals: options.signals,
    delivery: options.delivery ?? Delivery.synchronous(),
    credential: options.credential,
    load: options.load,
    purpose: options.purpose,
  });
}
