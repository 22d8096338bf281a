/**
 * What the declared workloads of all clusters ask of the hub's stores.
 */
import type { Duration } from 'cdk8s';
import type { Stream } from '../core/declared-workload';
import type { Load } from '../core/delivery';
import type { MetricsDemand } from '../store/victoria-metrics-sizing';
import type { Cluster, ClusterWorkload } from './hub-and-spoke-props';

/** Model parameter, vmagent's own: a sample in a compressed block of remote write. */
const BYTES_PER_SAMPLE = 10;

export function sampleLoad(samplesPerSecond: number): Load {
  return { eventsPerSecond: samplesPerSecond, bytesPerSecond: samplesPerSecond * BYTES_PER_SAMPLE };
}

/** All clusters together. */
export function metricsDemand(clusters: readonly { readonly workload: ClusterWorkload }[]): MetricsDemand {
  const sum = (of: (workload: ClusterWorkload) => number): number =>
    clusters.reduce((total, { workload }) => total + of(workload), 0);
  return {
    activeSeries: sum(({ activeSeries }) => activeSeries),
    samplesPerSecond: sum(({ samplesPerSecond }) => samplesPerSecond),
  };
}

/** The same series, one sample of each in `every`. */
export function coldDemand({ activeSeries }: MetricsDemand, every: Duration): MetricsDemand {
  return { activeSeries, samplesPerSecond: Math.ceil(activeSeries / every.toSeconds()) };
}

/** What the clusters' own agents send; nothing where none sends any. */
export function sentLoad(clusters: readonly Cluster[], signal: 'logs' | 'traces'): Load {
  const streams = clusters.flatMap(({ sends }) => sends?.[signal] ?? []);
  const sum = (of: (stream: Stream) => number): number =>
    streams.reduce((total, stream) => total + of(stream), 0);
  return {
    eventsPerSecond: sum(({ perSecond }) => perSecond),
    bytesPerSecond: sum(({ perSecond, bytesEach }) => perSecond * bytesEach),
  };
}
