/**
 * Receiving from several brokers at once. First each is asked for what it has, beginning with another one each time; when
 * nobody has anything, a long poll waits at each of them, and the first that brings messages answers the client.
 *
 * What the other polls bring meanwhile is not lost. A poll whose receiver is gone stays for a moment, and the next receiver
 * of the same kind takes it over (consumers ask again at once); after that it is given up without losing an answer that is
 * under way (`LongPoll`). Messages that come to nobody go to another receiver that waits, or are held for a while, or are given
 * back to their broker, which counts as one of their attempts.
 */
import { BrokerAway, isBrokerFailure, type BrokerFailure } from './brokers/answer';
import type { Broker, Call, Poll } from './brokers/broker';
import type { Brokers } from './brokers/brokers';
import { brokerPartition } from './core/numbering';
import {
  byBroker,
  deliveriesOf,
  fits,
  kindOf,
  refusalOfReceive,
  unknownBroker,
  type Delivery,
  type ReceiveRequest,
} from './deliveries';
import { proxyProblem } from './problems';
import { KeptPolls, type Landed } from './kept-polls';

export interface ReceiverOptions {
  readonly brokers: Brokers;
  readonly slackMs: number;
  readonly settleTimeoutMs: number;
  readonly maxReceivers: number;
  readonly onGivenBack: (count: number) => void;
}

/** How often a receiver looks for brokers that have come back, or have got the topic meanwhile. */
const LOOK_MS = 250;
/** A poll shorter than this is not worth its request. */
const MIN_POLL_MS = 10;
const ROUTE = '/topics/:topic/receive';

/** A client that waits. */
interface Receiver {
  readonly request: ReceiveRequest;
  readonly kind: string;
  readonly deadlineMs: number;
  readonly polls: Set<RunningPoll>;
  /** The last failure of each broker. */
  readonly failures: Map<number, BrokerFailure>;
  answer: (messages: readonly Delivery[]) => void;
}

export interface RunningPoll {
  readonly broker: Broker;
  readonly kind: string;
  readonly poll: Poll;
  receiver: Receiver | undefined;
}

export class Receivers {
  private readonly waiting = new Set<Receiver>();
  private readonly kept: KeptPolls;
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly looking: NodeJS.Timeout;
  private count = 0;
  private isStopping = false;

  public constructor(private readonly options: ReceiverOptions) {
    this.kept = new KeptPolls((landed) => {
      this.giveBack(landed);
    });
    this.looking = setInterval(() => {
      for (const receiver of this.waiting) this.startPolls(receiver);
    }, LOOK_MS);
    this.looking.unref();
  }

  public get waitingCount(): number {
    return this.count;
  }

  /** `signal` aborts when the client hangs up; then it gets nothing. */
  public async receive(request: ReceiveRequest, signal: AbortSignal): Promise<readonly Delivery[]> {
    if (this.count >= this.options.maxReceivers) {
      const detail = `${this.count} clients wait for messages already (PROXY_MAX_RECEIVERS)`;
      throw proxyProblem('too-many-waiting', detail);
    }
    this.count += 1;
    try {
      const kind = kindOf(request);
      const messages = await this.find(request, kind, signal);
      if (!signal.aborted) return messages;
      for (const landed of byBroker(messages)) this.place({ ...landed, request });
      return [];
    } finally {
      this.count -= 1;
    }
  }

  /** Ends all that wait, with nothing. */
  public stopWaiting(): void {
    this.isStopping = true;
    clearInterval(this.looking);
    for (const receiver of this.waiting) receiver.answer([]);
    this.kept.dropAll();
  }

  public async close(): Promise<void> {
    this.stopWaiting();
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  private async find(
    request: ReceiveRequest,
    kind: string,
    signal: AbortSignal,
  ): Promise<readonly Delivery[]> {
    const held = this.kept.takeLanded(request);
    if (held !== undefined) return held.messages;
    const failures = new Map<number, BrokerFailure>();
    const deadlineMs = performance.now() + request.waitMs;
    const brokers = this.brokersFor(request);
    if (brokers.length === 0 && request.partition !== undefined) throw unknownBroker(request.partition);
    for (const broker of brokers) {
      // Where a poll waits, there was nothing until now.
      if (this.kept.has(kind, broker)) continue;
      try {
        const messages = await this.ask(broker, request);
        if (messages.length > 0) return messages;
      } catch (error) {
        if (!isBrokerFailure(error)) throw error;
        failures.set(broker.ordinal, error);
      }
      if (signal.aborted) return [];
    }
    const landed = this.kept.takeLanded(request);
    if (landed !== undefined) return landed.messages;
    if (failures.size === brokers.length) throw refusalOfReceive([...failures.values()]);
    if (request.waitMs === 0 || this.isStopping) return [];
    return this.wait({ request, kind, deadlineMs, failures }, signal);
  }

  private wait(
    what: Pick<Receiver, 'request' | 'kind' | 'deadlineMs' | 'failures'>,
    signal: AbortSignal,
  ): Promise<readonly Delivery[]> {
    return new Promise((resolve, reject) => {
      const receiver: Receiver = {
        ...what,
        polls: new Set(),
        answer: (messages) => {
          if (!this.waiting.delete(receiver)) return;
          clearTimeout(timer);
          signal.removeEventListener('abort', hangUp);
          for (const poll of receiver.polls) this.release(poll, signal.aborted);
          if (messages.length === 0 && this.hasFailedEverywhere(receiver) && !this.isStopping) {
            reject(refusalOfReceive([...receiver.failures.values()]));
          } else resolve(messages);
        },
      };
      const hangUp = (): void => {
        receiver.answer([]);
      };
      const timer = setTimeout(hangUp, Math.max(0, what.deadlineMs - performance.now()));
      signal.addEventListener('abort', hangUp);
      this.waiting.add(receiver);
      if (signal.aborted) hangUp();
      else this.startPolls(receiver);
    });
  }

  private hasFailedEverywhere({ request, failures }: Receiver): boolean {
    return this.brokersFor(request).every(({ ordinal }) => failures.has(ordinal));
  }

  /** At each broker where the receiver has none. */
  private startPolls(receiver: Receiver): void {
    const leftMs = Math.floor(receiver.deadlineMs - performance.now());
    if (leftMs < MIN_POLL_MS) return;
    for (const broker of this.brokersFor(receiver.request)) {
      if ([...receiver.polls].some((poll) => poll.broker === broker)) continue;
      const kept = this.kept.takeOver(receiver.kind, broker);
      const poll = kept ?? this.startPoll(receiver, broker, leftMs);
      poll.receiver = receiver;
      receiver.polls.add(poll);
    }
  }

  private startPoll({ request, kind }: Receiver, broker: Broker, waitMs: number): RunningPoll {
    const running: RunningPoll = {
      broker,
      kind,
      poll: broker.poll(this.call(request, waitMs)),
      receiver: undefined,
    };
    const done = running.poll.answer
      .then((answer) => deliveriesOf(broker, answer))
      .then(
        (messages) => {
          this.landed(running, request, messages);
        },
        (error: unknown) => {
          this.failed(running, error);
        },
      )
      .finally(() => this.underWay.delete(done));
    this.underWay.add(done);
    return running;
  }

  private landed(running: RunningPoll, request: ReceiveRequest, messages: readonly Delivery[]): void {
    const { broker, receiver } = running;
    this.kept.forget(running);
    receiver?.polls.delete(running);
    receiver?.failures.delete(broker.ordinal);
    if (messages.length > 0) {
      if (receiver === undefined) this.place({ broker: broker.ordinal, request, messages });
      else receiver.answer(messages);
    }
    // Another poll at this broker begins at the next look: one that answers at once with nothing, because it stops, must not
    // be asked in a circle.
  }

  private failed(running: RunningPoll, error: unknown): void {
    const { broker, receiver } = running;
    this.kept.forget(running);
    receiver?.polls.delete(running);
    // It is asked again at the next look.
    const failure = isBrokerFailure(error) ? error : new BrokerAway(broker.ordinal, String(error));
    if (receiver === undefined) return;
    receiver.failures.set(broker.ordinal, failure);
    if (this.hasFailedEverywhere(receiver)) receiver.answer([]);
  }

  /** Its receiver has its answer. */
  private release(running: RunningPoll, isHungUp: boolean): void {
    running.receiver = undefined;
    if (isHungUp || this.isStopping) running.poll.cancel();
    else this.kept.keep(running);
  }

  /** Messages that come to nobody. */
  private place(landed: Landed): void {
    for (const receiver of this.waiting) {
      if (!fits(receiver.request, landed)) continue;
      receiver.answer(landed.messages);
      return;
    }
    if (this.isStopping) this.giveBack(landed);
    else this.kept.hold(landed);
  }

  private giveBack({ broker: ordinal, request, messages }: Landed): void {
    this.options.onGivenBack(messages.length);
    const receipts = messages.map(({ receipt }) => receipt.slice(receipt.indexOf('.') + 1));
    const done = (
      this.options.brokers.get(ordinal)?.call({
        operation: 'settle',
        method: 'POST',
        route: '/topics/:topic/reject',
        path: `/topics/${request.topic}/reject`,
        contentType: 'application/json',
        body: JSON.stringify({ receipts, reason: 'the client hung up before it got the message' }),
        timeoutMs: this.options.settleTimeoutMs,
      }) ?? Promise.resolve()
    )
      // Then they come again after their time-out.
      .catch(() => undefined)
      .finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  private async ask(broker: Broker, request: ReceiveRequest): Promise<Delivery[]> {
    return deliveriesOf(broker, await broker.call(this.call(request, 0)));
  }

  private call(
    { topic, maxMessages, partition, visibilityTimeoutMs }: ReceiveRequest,
    waitMs: number,
  ): Call & { readonly body: string } {
    const own = partition === undefined ? undefined : brokerPartition(partition).partition;
    return {
      operation: 'receive',
      method: 'POST',
      route: ROUTE,
      path: `/topics/${topic}/receive`,
      contentType: 'application/json',
      body: JSON.stringify({ maxMessages, waitMs, partition: own, visibilityTimeoutMs }),
      timeoutMs: waitMs + this.options.slackMs,
    };
  }

  private brokersFor({ partition }: ReceiveRequest): Broker[] {
    if (partition === undefined) return this.options.brokers.inTurn();
    const { ordinal } = brokerPartition(partition);
    const broker = this.options.brokers.get(ordinal);
    return broker === undefined ? [] : [broker];
  }
}
