/** A message that the collector holds, from receiving to settling. */
import type { QueueDelivery } from '../shared/queue/queue-client';
import type { Reading } from '../shared/telemetry/reading';

export interface HeldMessage {
  readonly receipt: string;
  readonly partition: number;
  readonly attempts: number;
  readonly key: string | undefined;
  readonly headers: QueueDelivery['headers'];
  readonly reading: Reading;
  readonly bytes: number;
  /** When its time-out began, by a clock that nobody sets. */
  extendedAtMs: number;
  /** Its time-out passed: the queue gives it to someone again. */
  isLost: boolean;
}
