/** The settings of the collector. The names without the prefix COLLECTOR_ are those of the system's design document. */
import { QUEUE_CLIENT_VARIABLES, RETRY_VARIABLES } from '../shared/client-variables';
import { readEnvironment } from '../shared/environment';
import { SERVICE_VARIABLES } from '../shared/service-variables';
import { STORE_REQUIREMENTS, STORE_VARIABLES } from '../shared/store/store-variables';
import { count, duration, optional, size, type Settings } from '../shared/variables';

export const COLLECTOR_VARIABLES = {
  ...SERVICE_VARIABLES,
  ...QUEUE_CLIENT_VARIABLES,
  ...RETRY_VARIABLES,
  ...STORE_VARIABLES,
  COLLECTOR_BATCH_SIZE: count({
    description: 'Readings in one write at most',
    min: 1,
    max: 50_000,
    // What InfluxDB's makers found best.
    default: '5000',
  }),
  COLLECTOR_BATCH_WAIT: duration({
    description: 'How long the first reading of a batch waits for others',
    min: '1ms',
    max: '1s',
    default: '500ms',
  }),
  COLLECTOR_WRITES: count({
    description: 'Writes under way at a time',
    min: 1,
    max: 16,
    // The next batch is encoded while the store is busy with the one before.
    default: '2',
  }),
  COLLECTOR_MAX_MESSAGES: optional(
    count({
      description:
        'Messages that it holds at most, from receiving to acknowledging; not set: the batches under way and two more. ' +
        'What is held must be written, or its time-out extended, before COLLECTOR_VISIBILITY_TIMEOUT passes',
      min: 1,
      max: 1_000_000,
    }),
  ),
  COLLECTOR_MEMORY_SIZE: size({
    description: 'Bodies of messages in memory; when it is over it, nothing more is received',
    min: '1MiB',
    max: '16GiB',
    // An eighth of the 512 MiB that the design document allows the container at least: read, they take twice that.
    default: '64MiB',
  }),
  COLLECTOR_VISIBILITY_TIMEOUT: duration({
    description:
      'After what time without a sign of the collector its messages go to another; it extends in time',
    min: '1s',
    max: '12h',
    default: '30s',
  }),
  COLLECTOR_DISCOVERY_INTERVAL: duration({
    description: 'How often it looks for partitions, and at their depths',
    min: '100ms',
    max: '10m',
    default: '5s',
  }),
  COLLECTOR_BREAKER_FAILURES: count({
    description: 'Failures of the store in a row after which the circuit breaker opens',
    min: 1,
    max: 1000,
    // More than the attempts of one batch (RETRY_ATTEMPTS), so that one unlucky batch does not stop everything.
    default: '5',
  }),
  COLLECTOR_BREAKER_WAIT: duration({
    description: 'How long the open breaker waits before it tries again; doubles, up to 16 times as much',
    min: '10ms',
    max: '10m',
    default: '1s',
  }),
} as const;

export type CollectorSettings = Settings<typeof COLLECTOR_VARIABLES>;

export function readCollectorSettings(
  environment: Readonly<Record<string, string | undefined>>,
): CollectorSettings {
  return readEnvironment(COLLECTOR_VARIABLES, environment, 'COLLECTOR_', STORE_REQUIREMENTS);
}
