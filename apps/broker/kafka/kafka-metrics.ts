/** Metrics of the engine over Kafka; the client library's own are not offered. */
import { Gauge, type Registry } from 'prom-client';

import type { KafkaQueue } from './kafka-queue';

export function addKafkaMetrics(registry: Registry, queue: KafkaQueue): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('broker_memory_used_bytes', 'Memory that messages take.', () => queue.memory.usedBytes);
  gauge('broker_memory_limit_bytes', 'BROKER_MEMORY_SIZE.', () => queue.memory.limitBytes);
  gauge('broker_kafka_unavailable', '1 when Kafka did not answer the last time.', () =>
    queue.notReadyBecause().length > 0 ? 1 : 0,
  );
  gauge(
    'broker_kafka_lost_messages',
    'Messages since the start that Kafka’s retention deleted before they were read.',
    () => queue.lost,
  );
  gauge(
    'broker_dead_letters_refused',
    'Dead letters that Kafka did not take since the start; they are delivered again.',
    () => queue.deadLettersRefused,
  );
}
