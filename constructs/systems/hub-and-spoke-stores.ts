/**
 * What the hub keeps: metrics, their cold tier, and by choice logs and traces.
 */
import type { S3Bucket } from '../core/object-store';
import type { Platform } from '../core/platform';
import { Loki } from '../store/loki';
import { Tempo } from '../store/tempo';
import { VictoriaMetrics } from '../store/victoria-metrics';
import type { OtlpStores, VmauthUser } from '../store/vmauth';
import { clusterToken, clusterUser } from './hub-and-spoke-clusters';
import { MONITORING } from './hub-and-spoke-collection';
import type { BucketPurpose } from './hub-and-spoke-outside';
import type { Cluster, HubProps } from './hub-and-spoke-props';
import { coldDemand, metricsDemand, sampleLoad, sentLoad } from './hub-and-spoke-sizing';

type Buckets = (purpose: BucketPurpose) => S3Bucket;

/** Of their CPU requests: room for the queries of the minutes in which another one starts. */
const QUERY_CPU_PERCENT = 70;

export function hubMetrics(
  platform: Platform,
  { metrics, storageClass }: HubProps,
  clusters: readonly Cluster[],
  bucket: Buckets,
  cold: VictoriaMetrics | undefined,
): VictoriaMetrics {
  return new VictoriaMetrics(platform, 'victoria-metrics', {
    ...MONITORING,
    names: { insert: 'vminsert', select: 'vmselect', storage: 'vmstorage' },
    retention: metrics.retention,
    volume: { size: metrics.volume, storageClass },
    demand: metricsDemand(clusters),
    storage: { replicas: metrics.storages },
    query:
      metrics.queryReplicas === undefined
        ? {}
        : { autoscale: { maxReplicas: metrics.queryReplicas, cpuPercent: QUERY_CPU_PERCENT } },
    queryCache: { size: metrics.queryCache, storageClass },
    backup: metrics.backup ? { container: bucket('metrics-backup') } : 'none',
    ...(cold === undefined ? {} : { alsoReads: [cold] }),
  });
}

/** A second storage group, which the same vmselects read: fewer samples, kept for longer. */
export function coldTier(
  platform: Platform,
  { hubs, metrics, storageClass }: HubProps,
  clusters: readonly Cluster[],
): VictoriaMetrics | undefined {
  const tier = hubs.coldTier;
  if (tier === undefined) return undefined;
  return new VictoriaMetrics(platform, 'victoria-metrics-cold', {
    ...MONITORING,
    names: { insert: 'vminsert-cold', select: 'vmselect-cold', storage: 'vmstorage-cold' },
    retention: tier.retention,
    volume: { size: tier.volume, storageClass },
    demand: coldDemand(metricsDemand(clusters), tier.every),
    storage: { replicas: metrics.storages },
    query: 'none',
    // Two copies in two zones; and what is lost with both is the detail of 15 days, not the last 15 days.
    backup: 'none',
  });
}

/** Every cluster may write to the cold tier with the token that it has, and nobody may do anything else there. */
export function coldUsers(
  clusters: readonly Cluster[],
  cold: VictoriaMetrics,
  { coldTier: tier }: HubProps['hubs'],
): Record<string, VmauthUser> {
  return Object.fromEntries(
    clusters.map((cluster) => [
      clusterUser(cluster),
      {
        token: clusterToken(cluster),
        writes: cold.remoteWrite,
        ...(tier === undefined
          ? {}
          : { load: sampleLoad(coldDemand(cluster.workload, tier.every).samplesPerSecond) }),
      },
    ]),
  );
}

export function hubLogs(
  platform: Platform,
  { logs, storageClass }: HubProps,
  clusters: readonly Cluster[],
  bucket: Buckets,
): Loki | undefined {
  if (logs === undefined) return undefined;
  return new Loki(platform, 'loki', {
    ...MONITORING,
    retention: logs.retention,
    schemaFrom: logs.schemaFrom,
    chunks: bucket('logs'),
    volume: { size: logs.volume, storageClass },
    load: sentLoad(clusters, 'logs'),
  });
}

export function hubTraces(
  platform: Platform,
  { traces, storageClass }: HubProps,
  clusters: readonly Cluster[],
  bucket: Buckets,
): Tempo | undefined {
  if (traces === undefined) return undefined;
  return new Tempo(platform, 'tempo', {
    ...MONITORING,
    retention: traces.retention,
    blocks: bucket('traces'),
    volume: { size: traces.volume, storageClass },
    load: sentLoad(clusters, 'traces'),
  });
}

/** The users of the door, and where the logs and traces go of the clusters that send some. */
export function withOtlp(
  users: Readonly<Record<string, VmauthUser>>,
  clusters: readonly Cluster[],
  { logs, traces }: { readonly logs: Loki | undefined; readonly traces: Tempo | undefined },
): Record<string, VmauthUser> {
  const sending = clusters.flatMap((cluster) => {
    const user = users[clusterUser(cluster)];
    if (user === undefined || cluster.sends === undefined) return [];
    const otlp: OtlpStores = {
      ...(cluster.sends.logs === undefined || logs === undefined ? {} : { logs: logs.otlp }),
      ...(cluster.sends.traces === undefined || traces === undefined ? {} : { traces: traces.otlp }),
    };
    return [[clusterUser(cluster), { ...user, otlp }] as const];
  });
  return { ...users, ...Object.fromEntries(sending) };
}

/** What a cluster sends somebody keeps. */
export function checkSent(
  platform: Platform,
  { logs, traces }: HubProps,
  clusters: readonly Cluster[],
): void {
  for (const { name, sends = {} } of clusters) {
    for (const [signal, stream, store] of [
      ['logs', sends.logs, logs],
      ['traces', sends.traces, traces],
    ] as const) {
      if (stream === undefined || store !== undefined) continue;
      platform.report(`clusters/${name}`, {
        property: `sends.${signal}`,
        value: stream,
        rule: `the hub keeps no ${signal}`,
        remedy: `give the hub ${signal}, or let the cluster send none`,
      });
    }
  }
}
