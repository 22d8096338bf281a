/**
 * Splits a batch by the brokers that its messages belong to. Within a part, the order is that of the batch.
 */
import { brokerPartition } from './numbering';

export interface BatchMessage {
  readonly key?: string;
  /** In the proxy's numbering until the batch is split, then in the broker's. */
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `choose` is asked for what names no partition: with its key, or once for all that have none. */
export function splitBatch(
  messages: readonly BatchMessage[],
  choose: (key: string | undefined) => number,
): Map<number, BatchMessage[]> {
  const parts = new Map<number, BatchMessage[]>();
  let forUnkeyed: number | undefined;
  for (const message of messages) {
    let ordinal: number;
    let own = message;
    if (message.partition === undefined) {
      ordinal = message.key === undefined ? (forUnkeyed ??= choose(undefined)) : choose(message.key);
    } else {
      const place = brokerPartition(message.partition);
      ordinal = place.ordinal;
      own = { ...message, partition: place.partition };
    }
    const part = parts.get(ordinal);
    if (part === undefined) parts.set(ordinal, [own]);
    else part.push(own);
  }
  return parts;
}
