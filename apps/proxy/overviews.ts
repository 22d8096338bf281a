/** What there is, over all brokers: topics with their partitions, dead letters. Brokers that are away are named. */
import { BrokerRefusal, isBrokerFailure, parseObject, type BrokerFailure } from './brokers/answer';
import type { Brokers } from './brokers/brokers';
import { proxyPartition } from './core/numbering';
import { proxyProblem } from './problems';
import { refusalOfAll } from './refusals';

export interface PartitionView {
  readonly partition: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly onDisk: number;
  readonly stoppedBecause?: string;
}

export interface TopicView {
  readonly topic: string;
  readonly partitions: PartitionView[];
}

export interface LetterView {
  readonly partition: number;
  readonly offset: number;
  readonly attempts: number;
  readonly publishedAtMs: number;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** Named in the answer when there are any. */
export interface Away {
  readonly brokersAway?: { readonly broker: number; readonly why: string }[];
}

interface Gathered<T> {
  readonly answers: { readonly ordinal: number; readonly value: T }[];
  readonly failures: BrokerFailure[];
}

export class Overviews {
  public constructor(
    private readonly brokers: Brokers,
    private readonly timeoutMs: number,
  ) {}

  public async topics(): Promise<{ topics: TopicView[] } & Away> {
    const gathered = await this.gather<{ topics: TopicView[] }>('/topics', '/topics');
    if (gathered.answers.length === 0) throw refusalOfAll(gathered.failures);
    const merged = new Map<string, PartitionView[]>();
    for (const { ordinal, value } of gathered.answers) {
      for (const { topic, partitions } of value.topics) {
        const own = partitions.map((each) => ({
          ...each,
          partition: proxyPartition(ordinal, each.partition),
        }));
        merged.set(topic, [...(merged.get(topic) ?? []), ...own]);
      }
    }
    const topics = [...merged]
      .map(([topic, partitions]) => ({ topic, partitions }))
      .sort((a, b) => (a.topic < b.topic ? -1 : 1));
    return { topics, ...awayOf(gathered) };
  }

  public async topic(name: string): Promise<TopicView & Away> {
    const { topics, ...away } = await this.topics();
    const topic = topics.find((each) => each.topic === name);
    if (topic !== undefined) return { ...topic, ...away };
    if (away.brokersAway === undefined) throw proxyProblem('unknown-topic', `there is no topic ${name}`);
    const who = away.brokersAway.map(({ why }) => why).join('; ');
    throw proxyProblem('broker-away', `no other broker has a topic ${name}: ${who}`, { ...away });
  }

  /** The oldest of all brokers. */
  public async deadLetters(topic: string, limit: number): Promise<{ messages: LetterView[] } & Away> {
    const path = `/topics/${topic}/dead-letters`;
    const gathered = await this.gather<{ messages: LetterView[] }>(
      '/topics/:topic/dead-letters',
      `${path}?limit=${limit}`,
    );
    if (gathered.answers.length === 0) {
      const away = gathered.failures.filter((each) => !isUnknownTopic(each));
      throw refusalOfAll(away.length > 0 ? away : gathered.failures);
    }
    const messages = gathered.answers
      .flatMap(({ ordinal, value }) =>
        value.messages.map((each) => ({ ...each, partition: proxyPartition(ordinal, each.partition) })),
      )
      .sort((a, b) => a.publishedAtMs - b.publishedAtMs)
      .slice(0, limit);
    return { messages, ...awayOf(gathered) };
  }

  private async gather<T>(route: string, path: string): Promise<Gathered<T>> {
    const answers: { ordinal: number; value: T }[] = [];
    const failures: BrokerFailure[] = [];
    await Promise.all(
      this.brokers.all.map(async (broker) => {
        try {
          const call = {
            operation: 'overview',
            method: 'GET',
            route,
            path,
            timeoutMs: this.timeoutMs,
          } as const;
          const { body } = await broker.call(call);
          answers.push({ ordinal: broker.ordinal, value: parseObject(body) as T });
        } catch (error) {
          if (!isBrokerFailure(error)) throw error;
          failures.push(error);
        }
      }),
    );
    answers.sort((a, b) => a.ordinal - b.ordinal);
    failures.sort((a, b) => a.ordinal - b.ordinal);
    return { answers, failures };
  }
}

function isUnknownTopic(failure: BrokerFailure): boolean {
  return failure instanceof BrokerRefusal && failure.code === 'unknown-topic';
}

function awayOf({ failures }: Gathered<unknown>): Away {
  const away = failures.filter((each) => !isUnknownTopic(each));
  if (away.length === 0) return {};
  return { brokersAway: away.map(({ ordinal, message }) => ({ broker: ordinal, why: message })) };
}
