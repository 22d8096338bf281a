/**
 * What a VictoriaMetrics cluster promises and what its parts can bear, checked at synthesis.
 */
import type { Duration, Size } from 'cdk8s';
import type { Component } from '../core/component';
import { bytesOf, humanBytes } from '../core/quantity';
import type { StorageGroup } from './victoria-metrics-parts';
import { diskArithmetic, diskBytesNeeded, type StorageDemand } from './victoria-metrics-sizing';

/** Beyond these the documentation of the hub's design expects other bottlenecks: network, query complexity, disks. */
const MOST_REPLICAS = { insert: 10, query: 10, storage: 20 } as const;
const DAY_SECONDS = 86_400;

export type ClusterPart = keyof typeof MOST_REPLICAS;

export interface ClusterPlan {
  readonly retention: Duration;
  readonly volume: Size;
  readonly demand: StorageDemand;
  readonly replicas: Readonly<Record<ClusterPart, number>>;
  /** @default the queries' part has as many as it has */
  readonly mostQueryReplicas: number | undefined;
}

export function checkCluster(scope: Component, plan: ClusterPlan): void {
  const { demand, replicas } = plan;
  if (demand.retentionSeconds < DAY_SECONDS) {
    scope.platform.report(scope, {
      property: 'retention',
      value: plan.retention.toHumanString(),
      rule: 'vmstorage keeps samples for at least a day',
      remedy: 'give 24 hours or more',
    });
  }
  checkReplicas(scope, plan);
  if (replicas.storage < demand.replicationFactor) {
    scope.platform.report(scope, {
      property: 'replicationFactor',
      value: demand.replicationFactor,
      rule: `copies lie on different vmstorages, and there are ${replicas.storage}`,
      remedy: `run at least ${2 * demand.replicationFactor - 1} vmstorages, or keep fewer copies`,
    });
  }
  const has = bytesOf(plan.volume) * replicas.storage;
  const needs = diskBytesNeeded(demand);
  if (has >= needs) return;
  scope.platform.report(scope, {
    property: 'volume.size',
    value: `${replicas.storage} × ${humanBytes(bytesOf(plan.volume))} = ${humanBytes(has)}`,
    rule: `${diskArithmetic(demand)} = ${humanBytes(needs)} has to fit`,
    remedy: `give each of the ${replicas.storage} volumes ${humanBytes(Math.ceil(needs / replicas.storage))} or more, or keep samples for a shorter time`,
  });
}

function checkReplicas(scope: Component, { replicas, mostQueryReplicas }: ClusterPlan): void {
  const counted: [property: string, part: ClusterPart, count: number][] = [
    ['insert.replicas', 'insert', replicas.insert],
    ['query.replicas', 'query', replicas.query],
    ['query.autoscale.maxReplicas', 'query', mostQueryReplicas ?? 0],
    ['storage.replicas', 'storage', replicas.storage],
  ];
  for (const [property, part, count] of counted) {
    if (count <= MOST_REPLICAS[part]) continue;
    scope.platform.report(scope, {
      property,
      value: count,
      rule: `at most ${MOST_REPLICAS[part]}: beyond it the bottleneck is elsewhere`,
      remedy: 'give each replica more resources, or split the store',
    });
  }
}

/**
 * Of each interval the newest sample stays. A longer interval in the other group that is no multiple keeps samples that
 * the reader's own interval would drop, and a query over both sees a series jump between two grids.
 */
export function checkDedup(
  scope: Component,
  own: Duration,
  other: Pick<StorageGroup, 'name' | 'dedupInterval'>,
): void {
  const [ownMillis, otherMillis] = [own.toMilliseconds(), other.dedupInterval.toMilliseconds()];
  if (otherMillis % ownMillis === 0) return;
  scope.platform.report(scope, {
    property: 'alsoReads',
    value: `${other.name}: dedupInterval ${otherMillis} ms`,
    rule: `what ${other.name} keeps is part of what a deduplication over ${ownMillis} ms keeps only when its interval is a multiple`,
    remedy: `use the same dedupInterval, or a multiple of ${ownMillis} ms`,
  });
}
