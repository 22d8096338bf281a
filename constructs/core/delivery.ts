/**
 * What happens to data on a connection while its far end is away. Part of every connection, because the platform's
 * guarantee follows from it (see `outage-budget.ts`).
 */
import type { Size } from 'cdk8s';
import type { AnyEndpoint } from './endpoint';

export type Delivery =
  /**
   * The sender answers only after the receiver has taken the data; a refusal travels back to whoever sent it, or, with
   * a fallback, the data goes there instead.
   */
  | { readonly kind: 'synchronous'; readonly fallback?: AnyEndpoint }
  /**
   * Held in the sender's memory: lost when the sender dies. `mayDrop`: a copy that is dropped when the queue is full,
   * so that whoever feeds the sender never waits for this receiver.
   */
  | { readonly kind: 'memory-queue'; readonly size: Size; readonly mayDrop?: boolean }
  /**
   * Held on the sender's volume: survives its death. `size` is for each of the sender's replicas. `whenFull`: whether a
   * full queue makes the sender refuse what comes in, so that it waits further up, or the newest data is lost.
   */
  | {
      readonly kind: 'disk-queue';
      readonly size: Size;
      readonly replicas: number;
      readonly whenFull: 'refuses' | 'loses';
    };

export const Delivery = {
  synchronous: (fallback?: AnyEndpoint): Delivery =>
    fallback === undefined ? { kind: 'synchronous' } : { kind: 'synchronous', fallback },
  memoryQueue: (size: Size): Delivery => ({ kind: 'memory-queue', size }),
  bestEffort: (size: Size): Delivery => ({ kind: 'memory-queue', size, mayDrop: true }),
  diskQueue: (size: Size, replicas: number, whenFull: 'refuses' | 'loses' = 'refuses'): Delivery => ({
    kind: 'disk-queue',
    size,
    replicas,
    whenFull,
  }),
};

/** What a server keeps for consumers that are away (a topic). */
export interface Queue {
  /** Payload that fits, all partitions together, each copy counted once. */
  readonly capacity: Size;
  /** How long it is kept even if there is room. @default until a consumer has taken it */
  readonly retentionSeconds?: number;
}

/** How much flows over a connection at the declared workload. */
export interface Load {
  readonly eventsPerSecond: number;
  /** Bytes in queues and on the wire, before compression. */
  readonly bytesPerSecond: number;
}

export function scaleLoad(load: Load, factor: number): Load {
  return { eventsPerSecond: load.eventsPerSecond * factor, bytesPerSecond: load.bytesPerSecond * factor };
}
