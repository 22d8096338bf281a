/**
 * The settings of the broker. The names without the prefix BROKER_ are those of the system's design document.
 */
import { readEnvironment } from '../shared/environment';
import { SERVICE_VARIABLES } from '../shared/service-variables';
import { choice, count, duration, size, text, type Settings } from '../shared/variables';

export const BROKER_VARIABLES = {
  ...SERVICE_VARIABLES,
  BROKER: choice({ description: 'The engine behind the interface', of: ['embedded'], default: 'embedded' }),
  BROKER_DATA_DIR: text({ description: 'The folder of the logs; nobody else may use it', rule: 'a path' }),
  DURABILITY: choice({
    description:
      'What an accepted message survives: nothing, kill -9, or power loss (docs/guides/delivery.md)',
    of: ['memory', 'flush', 'fsync'],
    // Half a batch's cost is no reason to lose accepted messages with every crash.
    default: 'flush',
  }),
  QUEUE_SIZE: count({
    description: 'Messages in memory per partition, ready and in flight',
    min: 1,
    max: 100_000,
    default: '2000',
  }),
  PARTITIONS_PER_TOPIC: count({ description: 'Partitions of each topic', min: 1, max: 64, default: '4' }),
  VISIBILITY_TIMEOUT: duration({
    description: 'How long a delivery may take before the message is delivered again',
    min: '100ms',
    max: '12h',
    default: '30s',
  }),
  BROKER_MAX_ATTEMPTS: count({
    description: 'Deliveries of a message before it is a dead letter',
    min: 1,
    max: 1000,
    // A consumer's own three attempts (RETRY_ATTEMPTS) come on top of each.
    default: '5',
  }),
  BROKER_MEMORY_SIZE: size({
    description: 'Memory for messages, all partitions together; what is over it waits on disk',
    min: '1MiB',
    max: '64GiB',
    // A quarter of the 512 MiB that the design document allows the container at least.
    default: '128MiB',
  }),
  BROKER_DISK_SIZE: size({
    description: 'Disk for messages, all partitions together; when it is used up, publishing is refused',
    min: '1MiB',
    max: '16TiB',
    // Leaves a fifth of a 1 GiB volume to the file system, and to what freeing needs.
    default: '800MiB',
  }),
  BROKER_SEGMENT_SIZE: size({
    description: 'Size of a file of the log; disk is freed in such pieces',
    min: '64KiB',
    max: '1GiB',
    default: '16MiB',
  }),
  BROKER_MAX_MESSAGE_SIZE: size({
    description: 'The largest message, with key and headers',
    min: '1KiB',
    max: '8MiB',
    default: '256KiB',
  }),
  BROKER_MAX_TOPICS: count({
    description: 'Topics; the dead letters of each are one more',
    min: 1,
    max: 10_000,
    default: '100',
  }),
} as const;

export type BrokerSettings = Settings<typeof BROKER_VARIABLES>;

export function readBrokerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): BrokerSettings {
  return readEnvironment(BROKER_VARIABLES, environment, 'BROKER_');
}
