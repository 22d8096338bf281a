/**
 * The telemetry that an environment declares: what queues, topics, replicas and volumes are computed from.
 */
import type { Load } from './delivery';
import type { Telemetry } from './endpoint';

export interface Stream {
  /** Events (spans, log records, samples) each second, at the peak that the platform must carry. */
  readonly perSecond: number;
  /** Average size of one event as OTLP protobuf, before compression, in bytes. */
  readonly bytesEach: number;
}

export interface DeclaredWorkload {
  readonly traces: Stream;
  readonly logs: Stream;
  readonly metrics: Stream;
  /** Metric series that receive samples within one hour. */
  readonly activeSeries: number;
}

export function loadOf(workload: DeclaredWorkload, signal: Telemetry): Load {
  const { perSecond, bytesEach } = workload[signal];
  return { eventsPerSecond: perSecond, bytesPerSecond: perSecond * bytesEach };
}
