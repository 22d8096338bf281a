/**
 * Long polls: receivers that wait until their topic has messages, their time is over, or their client is gone.
 */
import type { ReceiveOptions } from './message-queue';
import { brokerProblem } from './problems';
import type { Received, Topic, Waiter } from './topic';

/** Each holds a connection. */
const MAX_WAITING = 2000;

export class WaitingRoom {
  private count = 0;

  public wait(
    topic: Topic,
    options: ReceiveOptions & { readonly visibilityTimeoutMs: number },
  ): Promise<readonly Received[]> {
    if (this.count >= MAX_WAITING) {
      throw brokerProblem('too-many-waiting', `${this.count} clients wait for messages already`);
    }
    const { maxCount, partition, visibilityTimeoutMs, signal, waitMs } = options;
    if (signal.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      const answer = (messages: readonly Received[]): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        topic.waiters.delete(waiter);
        this.count -= 1;
        resolve(messages);
      };
      const giveUp = (): void => {
        answer([]);
      };
      const waiter: Waiter = { maxCount, partition, visibilityTimeoutMs, answer };
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp);
      topic.waiters.add(waiter);
      this.count += 1;
    });
  }
}
