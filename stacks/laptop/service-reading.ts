/** What the console takes from one look at a service's /ready and /metrics. Pure. */
import { parseMetrics, sumOf } from './prometheus-text';
import { TOPIC } from './service-definition';

export interface ServiceReading {
  /** Undefined when it did not answer. */
  readonly atMs: number | undefined;
  readonly isReady: boolean;
  readonly reasons: readonly string[];
  /** They only rise, until the service starts anew. Those that a service does not have are 0. */
  readonly counters: {
    readonly cpuSeconds: number;
    readonly requests: number;
    readonly read: number;
    readonly published: number;
    readonly rejected: number;
    readonly delivered: number;
    readonly acknowledged: number;
    readonly spilled: number;
    readonly queries: number;
  };
  readonly memoryBytes: number | undefined;
  /** How late the service's timers are, 99 % of the time. */
  readonly loopP99Ms: number | undefined;
}

export const NOTHING_READ: ServiceReading = {
  atMs: undefined,
  isReady: false,
  reasons: ['it does not answer'],
  counters: {
    cpuSeconds: 0,
    requests: 0,
    read: 0,
    published: 0,
    rejected: 0,
    delivered: 0,
    acknowledged: 0,
    spilled: 0,
    queries: 0,
  },
  memoryBytes: undefined,
  loopP99Ms: undefined,
};

/** Those who look at the service are no traffic. */
const LOOKED_AT = new Set(['/health', '/ready', '/metrics']);

export function serviceReading(
  atMs: number,
  reasons: readonly string[],
  isReady: boolean,
  metricsText: string,
): ServiceReading {
  const samples = parseMetrics(metricsText);
  const rows = (outcome: string): number => sumOf(samples, 'streamer_rows_total', { outcome });
  const messages = (event: string): number =>
    sumOf(samples, 'broker_messages_total', { topic: TOPIC, event });
  const gauge = (name: string): number | undefined => samples.find((sample) => sample.name === name)?.value;
  const loopSeconds = gauge('nodejs_eventloop_lag_p99_seconds');
  return {
    atMs,
    isReady,
    reasons,
    counters: {
      cpuSeconds: sumOf(samples, 'process_cpu_seconds_total'),
      requests: sumOf(
        samples.filter(({ labels }) => !LOOKED_AT.has(labels.route ?? '')),
        'http_request_duration_seconds_count',
      ),
      read: rows('read'),
      published: rows('published'),
      rejected: rows('rejected'),
      delivered: messages('delivered'),
      acknowledged: messages('acknowledged'),
      spilled: messages('spilled'),
      queries: sumOf(samples, 'api_queries_total'),
    },
    memoryBytes: gauge('process_resident_memory_bytes'),
    loopP99Ms: loopSeconds === undefined ? undefined : loopSeconds * 1000,
  };
}
