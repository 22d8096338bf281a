/**
 * Publishing: to the broker of the key, or of the partition, or in turn. What is not answered with 202 may be held in part,
 * as with a broker.
 */
import type { Problem } from '../shared/problem';
import {
  BrokerAway,
  BrokerRefusal,
  isBrokerFailure,
  parseObject,
  type BrokerFailure,
  type RawAnswer,
} from './brokers/answer';
import type { Broker, Call } from './brokers/broker';
import type { Brokers } from './brokers/brokers';
import { brokerPartition, proxyPartition } from './core/numbering';
import { brokerOfKey } from './core/rendezvous';
import { splitBatch, type BatchMessage } from './core/split-batch';
import { unknownBroker } from './deliveries';
import { refusalOfAll, type ClientAnswer } from './refusals';

export interface PublisherOptions {
  readonly brokers: Brokers;
  readonly timeoutMs: number;
  /** To the next broker, when one does not take a message. */
  readonly failover: boolean;
  /** Whether a batch is one that a broker would read. */
  readonly isBatch: (value: unknown) => value is { readonly messages: readonly BatchMessage[] };
  readonly onFailover: (from: Broker) => void;
}

interface Range {
  readonly partition: number;
  readonly firstOffset: number;
  readonly count: number;
}

type Body = Pick<Call, 'body' | 'contentType'>;

/** The least that another try gets; below it, there is none. */
const MIN_TRY_MS = 50;
const ROUTE = '/topics/:topic/messages';

export class Publisher {
  public constructor(private readonly options: PublisherOptions) {}

  /** One message; `query` is the client's own, from its question mark on. */
  public async publishText(
    topic: string,
    message: { readonly key?: string; readonly partition?: number },
    query: string,
    body: Buffer,
  ): Promise<ClientAnswer> {
    const content: Body = { contentType: 'text/plain', body };
    const deadlineMs = this.deadline();
    if (message.partition === undefined) {
      return this.passOn(`/topics/${topic}/messages${query}`, message.key, content, deadlineMs);
    }
    const { ordinal, partition } = brokerPartition(message.partition);
    const key = message.key === undefined ? '' : `key=${encodeURIComponent(message.key)}&`;
    const path = `/topics/${topic}/messages?${key}partition=${partition}`;
    const broker = this.options.brokers.get(ordinal);
    if (broker === undefined) throw unknownBroker(message.partition);
    return passedOn(ordinal, await this.tryInOrder([broker], path, content, deadlineMs));
  }

  public async publishBatch(topic: string, bytes: Buffer): Promise<ClientAnswer> {
    const { brokers } = this.options;
    const path = `/topics/${topic}/messages`;
    const content: Body = { contentType: 'application/json', body: bytes };
    const deadlineMs = this.deadline();
    // One broker, whose numbers are ours: what is in the batch makes no difference.
    if (brokers.all.length === 1 && brokers.ordinals[0] === 0) {
      return this.passOn(path, undefined, content, deadlineMs);
    }
    const batch = parseObject(bytes);
    // A broker says best what is wrong with it.
    if (!this.options.isBatch(batch)) return this.passOn(path, undefined, content, deadlineMs);
    const { messages } = batch;
    const parts = splitBatch(messages, (key) => this.choose(key, NONE)?.ordinal ?? -1);
    const isWhole = parts.size === 1 && messages.every(({ partition }) => partition === undefined);
    const ranges = await this.publishParts(path, parts, [], deadlineMs, isWhole ? bytes : undefined);
    const accepted = messages.length;
    return {
      status: 202,
      contentType: 'application/json; charset=utf-8',
      body: JSON.stringify({ accepted, ranges }),
    };
  }

  /** The client's bytes to one broker, and its answer back. */
  private async passOn(
    path: string,
    key: string | undefined,
    body: Body,
    deadlineMs: number,
  ): Promise<ClientAnswer> {
    const { brokers } = this.options;
    const first = this.firstChoice(key);
    if (first !== undefined) {
      const answer = await this.try(first, path, body, deadlineMs, brokers.all.length > 1).catch(
        (error: unknown) => {
          if (!this.mayGoOn(error) || !this.options.failover) throw refusalOf(error);
          this.options.onFailover(first);
          return error;
        },
      );
      if (!(answer instanceof Error)) return passedOn(first.ordinal, answer as RawAnswer);
      const rest = brokers.forMessage(key).filter((broker) => broker !== first);
      const next = await this.tryInOrder(rest, path, body, deadlineMs, [answer as BrokerFailure]);
      return passedOn(next.ordinal, next);
    }
    const next = await this.tryInOrder(this.candidates(key), path, body, deadlineMs);
    return passedOn(next.ordinal, next);
  }

  /** What goes well is nearly everything, and needs no list. */
  private firstChoice(key: string | undefined): Broker | undefined {
    const { brokers } = this.options;
    const first = key === undefined ? undefined : brokers.get(brokerOfKey(key, brokers.ordinals) ?? -1);
    return first?.takesMessages === true ? first : undefined;
  }

  private candidates(key: string | undefined): Broker[] {
    const { brokers, failover } = this.options;
    return key === undefined || failover ? brokers.forMessage(key) : brokers.byPreference(key).slice(0, 1);
  }

  private choose(key: string | undefined, without: ReadonlySet<number>): Broker | undefined {
    const first = this.firstChoice(key);
    if (first !== undefined && without.size === 0) return first;
    return this.candidates(key).find(({ ordinal }) => !without.has(ordinal));
  }

  /** As with a broker, all parts have ended before the client may send again. */
  private async publishParts(
    path: string,
    parts: ReadonlyMap<number, readonly BatchMessage[]>,
    failures: readonly BrokerFailure[],
    deadlineMs: number,
    bytes?: Buffer,
  ): Promise<Range[]> {
    const results = await Promise.allSettled(
      [...parts].map(([ordinal, part]) => this.publishPart(path, ordinal, part, failures, deadlineMs, bytes)),
    );
    const refused = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    if (refused.length > 0) throw worst(refused);
    return results.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  }

  /** `failures` are those of the brokers that were tried before. */
  private async publishPart(
    path: string,
    ordinal: number,
    messages: readonly BatchMessage[],
    failures: readonly BrokerFailure[],
    deadlineMs: number,
    bytes: Buffer | undefined,
  ): Promise<Range[]> {
    const { brokers } = this.options;
    const broker = brokers.get(ordinal);
    const placed = messages.find(({ partition }) => partition !== undefined);
    if (broker === undefined) {
      throw placed?.partition === undefined
        ? refusalOfAll(failures)
        : unknownBroker(proxyPartition(ordinal, placed.partition));
    }
    const content: Body = { contentType: 'application/json', body: bytes ?? JSON.stringify({ messages }) };
    try {
      const hasNext = failures.length + 1 < brokers.all.length;
      return rangesOf(ordinal, await this.try(broker, path, content, deadlineMs, hasNext));
    } catch (error) {
      if (!this.mayGoOn(error)) throw refusalOf(error);
      const all = [...failures, error as BrokerFailure];
      const without = new Set(all.map((failure) => failure.ordinal));
      const isLast = messages.some(({ key }) => this.choose(key, without) === undefined);
      // What names its partition can go nowhere else.
      if (isLast || placed !== undefined || performance.now() + MIN_TRY_MS > deadlineMs)
        throw refusalOfAll(all);
      this.options.onFailover(broker);
      const parts = splitBatch(messages, (key) => this.choose(key, without)?.ordinal ?? -1);
      return this.publishParts(path, parts, all, deadlineMs);
    }
  }

  private async tryInOrder(
    brokers: readonly Broker[],
    path: string,
    body: Body,
    deadlineMs: number,
    failures: BrokerFailure[] = [],
  ): Promise<RawAnswer & { readonly ordinal: number }> {
    for (const [at, broker] of brokers.entries()) {
      const hasNext = at + 1 < brokers.length;
      try {
        return { ...(await this.try(broker, path, body, deadlineMs, hasNext)), ordinal: broker.ordinal };
      } catch (error) {
        if (!this.mayGoOn(error)) throw refusalOf(error);
        failures.push(error as BrokerFailure);
        if (performance.now() + MIN_TRY_MS > deadlineMs) break;
        if (hasNext) this.options.onFailover(broker);
      }
    }
    throw refusalOfAll(failures);
  }

  private try(
    broker: Broker,
    path: string,
    body: Body,
    deadlineMs: number,
    hasNext: boolean,
  ): Promise<RawAnswer> {
    const leftMs = Math.max(MIN_TRY_MS, deadlineMs - performance.now());
    // Half of what is left, so that a broker that is silent leaves time for another.
    const timeoutMs = Math.ceil(hasNext && this.options.failover ? leftMs / 2 : leftMs);
    return broker.call({ operation: 'publish', method: 'POST', route: ROUTE, path, ...body, timeoutMs });
  }

  private mayGoOn(error: unknown): boolean {
    return error instanceof BrokerAway || (error instanceof BrokerRefusal && error.isOfThisBroker);
  }

  private deadline(): number {
    return performance.now() + this.options.timeoutMs;
  }
}

const NONE: ReadonlySet<number> = new Set();

function passedOn(ordinal: number, answer: RawAnswer): ClientAnswer {
  const { status, contentType, body } = answer;
  // As text, for node:http then writes head and body in one piece.
  if (ordinal === 0) return { status, contentType, body: body.toString() };
  const accepted = parseObject(body);
  return { status, contentType, body: JSON.stringify({ ...accepted, ranges: rangesOf(ordinal, answer) }) };
}

function rangesOf(ordinal: number, { body }: RawAnswer): Range[] {
  const { ranges } = (parseObject(body) ?? {}) as { readonly ranges?: readonly Range[] };
  if (ranges === undefined) throw refusalOf(new BrokerAway(ordinal, 'a 202 that says nothing'));
  return ranges.map((range) => ({ ...range, partition: proxyPartition(ordinal, range.partition) }));
}

function refusalOf(error: unknown): unknown {
  return isBrokerFailure(error) ? refusalOfAll([error]) : error;
}

/** What the client has to mend stands before what may do later. */
function worst(failures: readonly unknown[]): unknown {
  const status = (error: unknown): number => (error as Partial<Problem>).kind?.status ?? 500;
  return failures.reduce((a, b) => (status(b) < status(a) ? b : a));
}
