/**
 * Queues of collectors: none (the sender waits for the store) or on the collector's own volume, with the arithmetic
 * between what a queue holds and what its volume must have.
 */
import type { Size } from 'cdk8s';
import type { Component } from '../../core/component';
import { Delivery } from '../../core/delivery';
import { bytesOf, gibibytesFor, quantity } from '../../core/quantity';
import type { VolumeClaim } from '../../core/pod-volumes';
import { QUEUE_DIR } from './collector';
import type { Extensions } from './config';
import type { QueueBatch, Retry, SendingQueue } from './transports';

export interface DiskQueue {
  readonly kind: 'disk';
  /** Telemetry that each replica keeps for each store while that is away: an operator's decision. */
  readonly size: Size;
  readonly storageClass: string;
  /**
   * Volume of each replica.
   * @default what the queues need
   */
  readonly volume?: Size;
}

/** `synchronous`: the processor answers when the store has the data; nothing waits here. */
export type ProcessorQueue = { readonly kind: 'synchronous' } | DiskQueue;

/** The queue's database keeps whole pages in contiguous runs; the rest is room for that, and to write into when full. */
const USABLE_SHARE = 0.7;

const STORAGE = 'file_storage/queue';
const CLAIM = 'queue';

export const QUEUE_EXTENSION: Extensions = {
  [STORAGE]: { directory: `${QUEUE_DIR}/queue`, create_directory: true, fsync: true },
};

/** Pushes of some megabytes: few requests, and well under the stores' limits (Loki and Tempo take 16 MiB). */
const STORE_BATCH: QueueBatch = {
  flush_timeout: '1s',
  sizer: 'bytes',
  min_size: 1_000_000,
  max_size: 4_000_000,
};

export const NO_QUEUE: SendingQueue = { enabled: false };
export const NO_RETRY: Retry = { enabled: false };
/** Until the store is back; what waits is bounded by the queue. */
export const RETRY_FOREVER: Retry = {
  enabled: true,
  initial_interval: '1s',
  max_interval: '30s',
  max_elapsed_time: '0s',
};

export interface DiskQueueOptions {
  /** @default STORE_BATCH */
  readonly batch?: QueueBatch;
  /**
   * Whether a full queue makes its sender wait. Else it is refused at once, so that the ingress can turn to Kafka.
   * @default false
   */
  readonly blockWhenFull?: boolean;
}

export function diskQueue(size: Size, options: DiskQueueOptions = {}): SendingQueue {
  return {
    enabled: true,
    storage: STORAGE,
    sizer: 'bytes',
    queue_size: bytesOf(size),
    block_on_overflow: options.blockWhenFull ?? false,
    batch: options.batch ?? STORE_BATCH,
  };
}

export function sendingQueue(
  queue: ProcessorQueue,
): Pick<{ sending_queue: SendingQueue; retry_on_failure: Retry }, 'sending_queue' | 'retry_on_failure'> {
  return queue.kind === 'disk'
    ? { sending_queue: diskQueue(queue.size), retry_on_failure: RETRY_FOREVER }
    : { sending_queue: NO_QUEUE, retry_on_failure: NO_RETRY };
}

export function deliveryOf(queue: ProcessorQueue, replicas: number): Delivery {
  return queue.kind === 'disk' ? Delivery.diskQueue(queue.size, replicas) : Delivery.synchronous();
}

/** The volume of one replica for queues of these sizes; reports one that is too small for them. */
export function queueClaims(
  component: Component,
  queue: DiskQueue,
  sizes: readonly Size[],
): readonly VolumeClaim[] {
  const needed = gibibytesFor(sizes.reduce((sum, size) => sum + bytesOf(size), 0) / USABLE_SHARE);
  const from = `(${sizes.map(quantity).join(' + ')}) ÷ ${USABLE_SHARE}`;
  if (queue.volume !== undefined && bytesOf(queue.volume) < bytesOf(needed)) {
    component.platform.report(component, {
      property: 'queue.volume',
      value: quantity(queue.volume),
      rule: `the queues of a replica fit on its volume: ${from} = ${quantity(needed)}`,
      remedy: 'enlarge the volume, shrink queue.size, or leave the volume out to have it computed',
    });
  }
  component.derived('queue volume of each replica', quantity(queue.volume ?? needed), from);
  return [{ name: CLAIM, size: queue.volume ?? needed, storageClass: queue.storageClass }];
}
