/**
 * What is asked for and what comes, in the numbering of the proxy.
 */
import type { Problem } from '../shared/problem';
import { BrokerAway, BrokerRefusal, parseObject, type BrokerFailure, type RawAnswer } from './brokers/answer';
import type { Broker } from './brokers/broker';
import { brokerPartition, proxyPartition, proxyReceipt } from './core/numbering';
import type { Landed } from './kept-polls';
import { proxyProblem } from './problems';
import { refusalOfAll } from './refusals';

export interface ReceiveRequest {
  readonly topic: string;
  readonly maxMessages: number;
  readonly waitMs: number;
  readonly partition?: number | undefined;
  readonly visibilityTimeoutMs?: number | undefined;
}

export interface Delivery {
  receipt: string;
  partition: number;
}

export function unknownBroker(partition: number): Problem {
  const { ordinal } = brokerPartition(partition);
  return proxyProblem(
    'unknown-partition',
    `partition ${partition} would be of broker ${ordinal}, which is not there`,
  );
}

export function kindOf({ topic, maxMessages, partition, visibilityTimeoutMs }: ReceiveRequest): string {
  return [topic, maxMessages, partition ?? '', visibilityTimeoutMs ?? ''].join(' ');
}

export function deliveriesOf({ ordinal }: Broker, { body }: RawAnswer): Delivery[] {
  const { messages } = (parseObject(body) ?? {}) as { readonly messages?: Delivery[] };
  if (messages === undefined) throw new BrokerAway(ordinal, 'an answer without messages');
  for (const message of messages) {
    message.receipt = proxyReceipt(ordinal, message.receipt);
    message.partition = proxyPartition(ordinal, message.partition);
  }
  return messages;
}

/** What an answer holds is of one broker. */
export function byBroker(
  messages: readonly Delivery[],
): { readonly broker: number; readonly messages: readonly Delivery[] }[] {
  const [first] = messages;
  return first === undefined ? [] : [{ broker: brokerPartition(first.partition).ordinal, messages }];
}

export function fits(request: ReceiveRequest, { request: asked, messages }: Landed): boolean {
  return (
    request.topic === asked.topic &&
    request.visibilityTimeoutMs === asked.visibilityTimeoutMs &&
    request.maxMessages >= messages.length &&
    (request.partition === undefined || messages.every(({ partition }) => partition === request.partition))
  );
}

/** Where the topic is unknown, there is nothing; where a broker is away, there may be. */
export function refusalOfReceive(failures: readonly BrokerFailure[]): Problem {
  const others = failures.filter((each) => !(each instanceof BrokerRefusal && each.code === 'unknown-topic'));
  return refusalOfAll(others.length > 0 ? others : failures);
}
