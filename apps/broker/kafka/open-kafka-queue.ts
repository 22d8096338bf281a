/** The engine over Kafka, from the broker's settings. */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { BrokerSettings } from '../config';
import type { ReaderEvent } from './group-reader';
import { KafkaQueue } from './kafka-queue';
import { PlatformaticCluster } from './platformatic-cluster';

/** Does not wait for Kafka: a broker that starts before it is not ready, and goes on asking. */
export async function openKafkaQueue(
  settings: BrokerSettings,
  report: (event: ReaderEvent) => void,
): Promise<KafkaQueue> {
  const {
    BROKER_KAFKA_BOOTSTRAP: bootstrap = '',
    BROKER_KAFKA_USERNAME: username,
    BROKER_KAFKA_PASSWORD: password,
    BROKER_KAFKA_MECHANISM: mechanism,
    BROKER_KAFKA_CA_FILE: authoritiesFile,
  } = settings;
  const cluster = await PlatformaticCluster.connect({
    bootstrap: bootstrap.split(','),
    group: settings.BROKER_KAFKA_GROUP,
    login: username === undefined || password === undefined ? undefined : { mechanism, username, password },
    authorities: authoritiesFile === undefined ? undefined : await readFile(authoritiesFile),
    replication: settings.BROKER_KAFKA_REPLICATION,
    maxMessageBytes: settings.BROKER_MAX_MESSAGE_SIZE,
  });
  return new KafkaQueue({
    cluster,
    clock: { wallMs: () => Date.now(), steadyMs: () => performance.now() },
    epoch: randomInt(2 ** 40).toString(36),
    queueSize: settings.QUEUE_SIZE,
    partitionsPerTopic: settings.PARTITIONS_PER_TOPIC,
    visibilityTimeoutMs: settings.VISIBILITY_TIMEOUT,
    maxAttempts: settings.BROKER_MAX_ATTEMPTS,
    memoryBytes: settings.BROKER_MEMORY_SIZE,
    maxTopics: settings.BROKER_MAX_TOPICS,
    report,
  });
}
