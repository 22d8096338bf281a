/** Receives from one partition for as long as it is there, whenever there is room and the store is well. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

import type { QueueClient, QueueDelivery } from '../shared/queue/queue-client';

export interface PartitionLoopOptions {
  readonly queue: QueueClient;
  readonly topic: string;
  readonly partition: number;
  readonly visibilityTimeoutMs: number;
  /** Resolves with the number of messages to ask for, reserved; undefined when it is over. */
  readonly admission: () => Promise<number | undefined>;
  /** The messages that came for a reservation; none when the request failed. */
  readonly take: (reserved: number, deliveries: readonly QueueDelivery[]) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/**
 * A long poll, and how long an orderly stop waits for it: polls are not broken off, because messages that are just on
 * their way would be away until their time-out.
 */
const POLL_MS = 1000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

export class PartitionLoop {
  private ended = false;
  public readonly done: Promise<void>;

  public constructor(private readonly options: PartitionLoopOptions) {
    this.done = this.run();
  }

  /** After the poll that is under way. */
  public end(): void {
    this.ended = true;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.ended;) {
      const reserved = await this.options.admission();
      if (reserved === undefined) return;
      const deliveries = await this.receive(reserved);
      await this.options.take(reserved, deliveries ?? []);
      failures = deliveries === undefined ? failures + 1 : 0;
      if (failures > 0) {
        await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2));
      } else {
        await nextTurn();
      }
    }
  }

  /** Undefined when that failed. */
  private async receive(maxMessages: number): Promise<QueueDelivery[] | undefined> {
    const { queue, topic, partition, visibilityTimeoutMs, failed } = this.options;
    // One that ended while it waited for admission asks for nothing.
    if (this.ended) return [];
    try {
      return await queue.receive(topic, { maxMessages, waitMs: POLL_MS, partition, visibilityTimeoutMs });
    } catch (error) {
      failed(error);
      return undefined;
    }
  }
}
