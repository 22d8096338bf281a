/**
 * Brings records to the partitions that have room: one request at a time to each node of Kafka, so that a slow node keeps
 * nobody but its own partitions waiting.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../core/partition';
import type { AssignedPartition } from './assigned-partition';
import { KafkaError, type Bounds, type GroupMember, type PerPartition } from './cluster';

export interface FetcherOptions {
  readonly member: Pick<GroupMember, 'fetch' | 'leaders'>;
  readonly bounds: (topics: readonly string[]) => Promise<PerPartition<Bounds>>;
  readonly clock: Clock;
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly onSuccess: () => void;
  readonly onFailure: (error: unknown) => void;
  /** Kafka's retention took messages before they were read. */
  readonly onLost: (partition: AssignedPartition, count: number) => void;
  /** The partitions have to be opened anew. */
  readonly onBroken: (reason: string) => void;
}

/** As Kafka says it. */
const NO_LEADER = -1;
const RETRY_MS = 500;
/** While a partition has no leader. */
const ASK_AGAIN_MS = 100;
/** Leaders move when nodes come and go; an error is the usual way to hear of it. */
const LEADERS_AGE_MS = 10_000;

export class Fetcher {
  private leaders: PerPartition<number> = new Map();
  private leadersAtMs = Number.NEGATIVE_INFINITY;
  private asking = false;
  private readonly busyNodes = new Set<number>();

  public constructor(private readonly options: FetcherOptions) {}

  public forgetLeaders(): void {
    this.leadersAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Call it whenever something may have changed; it asks nobody twice. */
  public fetch(): void {
    let isOutdated = this.options.clock.steadyMs() - this.leadersAtMs > LEADERS_AGE_MS;
    const byNode = new Map<number, AssignedPartition[]>();
    for (const each of this.options.partitions()) {
      const node = this.leaders.get(each.topic)?.[each.number] ?? NO_LEADER;
      if (node === NO_LEADER) isOutdated = true;
      else if (!this.busyNodes.has(node) && each.isHungry) {
        const group = byNode.get(node);
        if (group === undefined) byNode.set(node, [each]);
        else group.push(each);
      }
    }
    if (isOutdated) void this.findLeaders();
    for (const [node, partitions] of byNode) void this.fetchFrom(node, partitions);
  }

  private async findLeaders(): Promise<void> {
    const topics = [...new Set([...this.options.partitions()].map(({ topic }) => topic))];
    if (this.asking || topics.length === 0) return;
    this.asking = true;
    try {
      this.leaders = await this.options.member.leaders(topics);
      this.leadersAtMs = this.options.clock.steadyMs();
      this.fetch();
      await sleep(ASK_AGAIN_MS);
    } catch (error) {
      this.options.onFailure(error);
      await sleep(RETRY_MS);
    } finally {
      this.asking = false;
    }
  }

  private async fetchFrom(node: number, partitions: readonly AssignedPartition[]): Promise<void> {
    this.busyNodes.add(node);
    const { member, onSuccess, onFailure } = this.options;
    try {
      const results = await member.fetch(
        node,
        partitions.map(({ topic, number, log }) => ({ topic, partition: number, offset: log.nextOffset })),
      );
      onSuccess();
      for (const each of partitions) {
        const found = results.find(
          ({ topic, partition }) => topic === each.topic && partition === each.number,
        );
        // One that was taken away meanwhile takes no more.
        if (found !== undefined) each.log.feed(found);
        each.queue.tick();
      }
    } catch (error) {
      this.forgetLeaders();
      onFailure(error);
      if (error instanceof KafkaError && error.kind === 'out-of-range')
        await this.goOnWherePossible(partitions);
      else await sleep(RETRY_MS);
    } finally {
      this.busyNodes.delete(node);
    }
    this.fetch();
  }

  private async goOnWherePossible(partitions: readonly AssignedPartition[]): Promise<void> {
    try {
      const bounds = await this.options.bounds([...new Set(partitions.map(({ topic }) => topic))]);
      for (const each of partitions) {
        const { first, end } = bounds.get(each.topic)?.[each.number] ?? { first: 0, end: 0 };
        const lost = each.log.skipTo(first);
        if (lost > 0) this.options.onLost(each, lost);
        if (each.log.nextOffset > end) {
          this.options.onBroken(`${each.topic}/${each.number} ends at ${end}, before what was read of it`);
        }
      }
    } catch (error) {
      this.options.onFailure(error);
      await sleep(RETRY_MS);
    }
  }
}
