/**
 * The settings of the broker. The names without the prefix BROKER_ are those of the system's design document.
 */
import { readEnvironment } from '../shared/environment';
import { SERVICE_VARIABLES } from '../shared/service-variables';
import { choice, count, duration, optional, secret, size, text, type Settings } from '../shared/variables';

export const BROKER_VARIABLES = {
  ...SERVICE_VARIABLES,
  BROKER: choice({
    description: 'The engine behind the interface',
    of: ['embedded', 'kafka'],
    default: 'embedded',
  }),
  BROKER_DATA_DIR: optional(
    text({
      description: 'The folder of the logs; nobody else may use it (BROKER=embedded)',
      rule: 'a path',
    }),
  ),
  DURABILITY: choice({
    description:
      'What an accepted message survives: nothing, kill -9, or power loss (BROKER=embedded; docs/guides/delivery.md)',
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
  PARTITIONS_PER_TOPIC: count({
    description: 'Partitions of each topic that is made',
    min: 1,
    max: 64,
    default: '4',
  }),
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
  BROKER_KAFKA_BOOTSTRAP: optional(
    text({
      description: 'Where Kafka is found (BROKER=kafka)',
      pattern: '^[A-Za-z0-9.-]+:[0-9]{1,5}(,[A-Za-z0-9.-]+:[0-9]{1,5})*$',
      rule: 'host:port, several with commas between them',
    }),
  ),
  BROKER_KAFKA_GROUP: text({
    description: 'The consumer group that all broker processes share; it holds what is acknowledged',
    pattern: '^[A-Za-z0-9._-]{1,200}$',
    rule: 'letters, digits, dots, hyphens and underscores',
    default: 'msg-queue',
  }),
  BROKER_KAFKA_USERNAME: optional(
    text({ description: 'The user at Kafka; together with BROKER_KAFKA_PASSWORD', rule: 'a name' }),
  ),
  BROKER_KAFKA_PASSWORD: optional(
    secret({ description: 'The password at Kafka; together with BROKER_KAFKA_USERNAME', minLength: 1 }),
  ),
  BROKER_KAFKA_MECHANISM: choice({
    description: 'How the password is shown; PLAIN only over TLS, or where nobody listens',
    of: ['SCRAM-SHA-512', 'PLAIN'],
    default: 'SCRAM-SHA-512',
  }),
  BROKER_KAFKA_CA_FILE: optional(
    text({ description: 'Who may sign the certificates of Kafka, PEM; turns TLS on', rule: 'a path' }),
  ),
  BROKER_KAFKA_REPLICATION: count({
    description: 'Copies of each topic that is made; with three or more, two have to have a message',
    min: 1,
    max: 9,
    // What Kafka's own documentation recommends; one broker alone needs 1.
    default: '3',
  }),
} as const;

export type BrokerSettings = Settings<typeof BROKER_VARIABLES>;

export function readBrokerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): BrokerSettings {
  return readEnvironment(BROKER_VARIABLES, environment, 'BROKER_', [
    { variable: 'BROKER', is: 'embedded', needs: ['BROKER_DATA_DIR'] },
    { variable: 'BROKER', is: 'kafka', needs: ['BROKER_KAFKA_BOOTSTRAP'] },
    { variable: 'BROKER_KAFKA_USERNAME', needs: ['BROKER_KAFKA_PASSWORD'] },
    { variable: 'BROKER_KAFKA_PASSWORD', needs: ['BROKER_KAFKA_USERNAME'] },
  ]);
}
