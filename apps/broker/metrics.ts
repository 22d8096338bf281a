/** The broker's own metrics. They are read where they are counted, when Prometheus asks; the hot path only counts. */
import { Counter, Gauge, type Registry } from 'prom-client';

import type { EmbeddedQueue } from './embedded-queue';
import type { MessageQueue, PartitionStatus } from './message-queue';

type Labels = Record<'topic' | 'partition', string>;

/** Per partition; their number is bounded by BROKER_MAX_TOPICS and PARTITIONS_PER_TOPIC. */
export function addQueueMetrics(registry: Registry, queue: Pick<MessageQueue, 'topics'>): void {
  const labelNames = ['topic', 'partition'];
  const forEach = async (visit: (labels: Labels, status: PartitionStatus) => void): Promise<void> => {
    for (const { topic, partitions } of await queue.topics()) {
      for (const status of partitions) visit({ topic, partition: String(status.partition) }, status);
    }
  };
  new Counter({
    name: 'broker_messages_total',
    help: 'Messages by what happened to them: published, delivered, acknowledged, rejected, expired, spilled, stale.',
    labelNames: [...labelNames, 'event'],
    registers: [registry],
    async collect() {
      this.reset();
      await forEach((labels, { counters }) => {
        for (const [event, count] of Object.entries(counters)) this.inc({ ...labels, event }, count);
      });
    },
  });
  new Gauge({
    name: 'broker_queue_messages',
    help: 'Messages by where they are: ready and inFlight are in memory, onDisk is on disk only.',
    labelNames: [...labelNames, 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      await forEach((labels, { ready, inFlight, onDisk }) => {
        this.set({ ...labels, state: 'ready' }, ready);
        this.set({ ...labels, state: 'inFlight' }, inFlight);
        this.set({ ...labels, state: 'onDisk' }, onDisk);
      });
    },
  });
  new Gauge({
    name: 'broker_partition_stopped',
    help: '1 when the disk of the partition failed.',
    labelNames,
    registers: [registry],
    async collect() {
      this.reset();
      await forEach((labels, { stoppedBecause }) => {
        this.set(labels, stoppedBecause === undefined ? 0 : 1);
      });
    },
  });
}

export function addEmbeddedMetrics(registry: Registry, queue: EmbeddedQueue): void {
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
  gauge('broker_disk_used_bytes', 'Disk that the logs take.', () => queue.budget.usedBytes);
  gauge('broker_disk_limit_bytes', 'BROKER_DISK_SIZE.', () => queue.budget.limitBytes);
  gauge(
    'broker_damaged_places',
    'Places in the logs that could not be read since the start.',
    () => queue.damaged,
  );
  gauge(
    'broker_dead_letters_refused',
    'Dead letters that found no room since the start; they are delivered again.',
    () => queue.deadLettersRefused,
  );
}
