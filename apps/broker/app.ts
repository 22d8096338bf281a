/**
 * The broker's wiring: engine, routes, metrics. What is promised to those who publish is in docs/guides/delivery.md.
 */
import { randomInt } from 'node:crypto';

import type { Registry } from 'prom-client';

import { createHttpApp, type HttpApp, type HttpAppOptions } from '../shared/http-app';
import { addOperations } from '../shared/operations';
import { LIMITS } from '../shared/queue/interface';
import { requireServiceToken } from '../shared/service-token';
import type { BrokerSettings } from './config';
import { EmbeddedQueue } from './embedded-queue';
import { addKafkaMetrics } from './kafka/kafka-metrics';
import { openKafkaQueue } from './kafka/open-kafka-queue';
import type { MessageQueue } from './message-queue';
import { addEmbeddedMetrics, addQueueMetrics } from './metrics';
import { addPublishRoute } from './routes/publish';
import { addReceiptRoutes } from './routes/receipts';
import { addReceiveRoute } from './routes/receive';
import { addTopicRoutes } from './routes/topics';
import { FolderLock } from './storage/folder-lock';
import { NodeDisk } from './storage/node-disk';

export interface BrokerAppOptions extends Pick<HttpAppOptions, 'logTo'> {
  /** Metrics of the process too; one app of a process may. */
  readonly processMetrics: boolean;
}

export async function createBrokerApp(settings: BrokerSettings, options: BrokerAppOptions): Promise<HttpApp> {
  const app = await createHttpApp({
    ...options,
    title: 'msg-queue',
    description: 'Topics and partitions with receipts, time-outs and dead letters, over HTTP.',
    settings,
    bodyLimitBytes: LIMITS.bodyBytes,
  });
  const { queue, close, addMetrics } = await openEngine(settings, app);
  app.addHook('preClose', (done) => {
    queue.stopWaiting();
    done();
  });
  app.addHook('onClose', close);

  const registry = addOperations(app, { ...options, notReadyBecause: () => queue.notReadyBecause() });
  addMetrics(registry);
  await app.register((secured: HttpApp, _options, done) => {
    requireServiceToken(secured, settings.SERVICE_TOKEN);
    addPublishRoute(secured, queue, settings);
    addReceiveRoute(secured, queue);
    addReceiptRoutes(secured, queue);
    addTopicRoutes(secured, queue);
    done();
  });
  return app;
}

interface Engine {
  readonly queue: MessageQueue;
  readonly addMetrics: (registry: Registry) => void;
  readonly close: () => Promise<void>;
}

function openEngine(settings: BrokerSettings, app: HttpApp): Promise<Engine> {
  return settings.BROKER === 'kafka' ? openKafka(settings, app) : openEmbedded(settings, app);
}

async function openKafka(settings: BrokerSettings, app: HttpApp): Promise<Engine> {
  const queue = await openKafkaQueue(settings, (event) => {
    if (event.kind === 'lost') app.log.error(event, 'Kafka deleted messages before they were read');
    else app.log.warn(event, 'Kafka does not do it now');
  });
  return {
    queue,
    addMetrics: (registry) => {
      addQueueMetrics(registry, { topics: () => Promise.resolve(queue.localTopics()) });
      addKafkaMetrics(registry, queue);
    },
    close: () => queue.close(),
  };
}

async function openEmbedded(settings: BrokerSettings, app: HttpApp): Promise<Engine> {
  // The settings are refused when it is missing.
  const { BROKER_DATA_DIR: folder = '' } = settings;
  const lock = await FolderLock.take(folder);
  const queue = await openEmbeddedQueue(settings, folder, app);
  return {
    queue,
    addMetrics: (registry) => {
      addQueueMetrics(registry, queue);
      addEmbeddedMetrics(registry, queue);
    },
    close: async () => {
      await queue.close();
      await lock.release();
    },
  };
}

function openEmbeddedQueue(settings: BrokerSettings, folder: string, app: HttpApp): Promise<EmbeddedQueue> {
  return EmbeddedQueue.open({
    disk: new NodeDisk(folder),
    clock: { wallMs: () => Date.now(), steadyMs: () => performance.now() },
    epoch: randomInt(2 ** 40).toString(36),
    durability: settings.DURABILITY,
    queueSize: settings.QUEUE_SIZE,
    partitionsPerTopic: settings.PARTITIONS_PER_TOPIC,
    visibilityTimeoutMs: settings.VISIBILITY_TIMEOUT,
    maxAttempts: settings.BROKER_MAX_ATTEMPTS,
    memoryBytes: settings.BROKER_MEMORY_SIZE,
    diskBytes: settings.BROKER_DISK_SIZE,
    segmentBytes: settings.BROKER_SEGMENT_SIZE,
    maxTopics: settings.BROKER_MAX_TOPICS,
    report: (finding) => {
      // A record that a crash left unfinished was promised to nobody.
      if (finding.kind === 'unfinished') app.log.info(finding, 'an unfinished record was cut off');
      else app.log.error(finding, 'a damaged place in a log was put aside');
    },
  });
}
