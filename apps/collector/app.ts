/** The collector's wiring: queue, store, routes, metrics. What is promised is in docs/guides/delivery.md. */
import { createHttpApp, type HttpApp, type HttpAppOptions } from '../shared/http-app';
import { addOperations } from '../shared/operations';
import { QueueClient } from '../shared/queue/queue-client';
import { requireServiceToken } from '../shared/service-token';
import { openWriter } from '../shared/store/open-store';
import type { TelemetryWriter } from '../shared/store/telemetry-store';
import { Collector } from './collector';
import type { CollectorSettings } from './config';
import { addCollectorGauges, createMetrics, type CollectorMetrics } from './metrics';
import { addStatusRoute } from './routes/status';
import { StoreGate } from './store-gate';

export interface CollectorAppOptions extends Pick<HttpAppOptions, 'logTo'> {
  /** Metrics of the process too; one app of a process may. */
  readonly processMetrics: boolean;
  /** Instead of the one that the settings mean. */
  readonly writer?: TelemetryWriter;
}

/** A long poll holds a connection, and a queue has 1,024 partitions at most; they are opened as they are needed. */
const QUEUE_CONNECTIONS = 1024 + 16;
/** It has no body of its own to take. */
const BODY_LIMIT_BYTES = 1024;

export async function createCollectorApp(
  settings: CollectorSettings,
  options: CollectorAppOptions,
): Promise<HttpApp> {
  const app = await createHttpApp({
    ...options,
    title: 'collector',
    description: 'Takes readings from the queue and puts them into the store.',
    settings,
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
  const writer =
    options.writer ??
    (await openWriter(settings, (error) => {
      app.log.error({ err: error }, 'the store could not remove what is too old');
    }));
  const queue = new QueueClient({
    url: settings.QUEUE_URL,
    token: settings.SERVICE_TOKEN,
    timeoutMs: settings.HTTP_TIMEOUT,
    connections: QUEUE_CONNECTIONS,
  });
  const registry = addOperations(app, { ...options, notReadyBecause: () => collector.notReadyBecause() });
  const observe = createMetrics(registry, reportsTo(app));
  const collector = new Collector(settings, { queue, gate: gateTo(writer, settings, observe), observe });
  addCollectorGauges(registry, collector);
  app.addHook('onReady', (done) => {
    collector.start();
    done();
  });
  app.addHook('onClose', async () => {
    await collector.stop();
    await queue.close();
    await writer.close();
  });
  await app.register((secured: HttpApp, _options, done) => {
    requireServiceToken(secured, settings.SERVICE_TOKEN);
    addStatusRoute(secured, collector);
    done();
  });
  return app;
}

function gateTo(writer: TelemetryWriter, settings: CollectorSettings, observe: CollectorMetrics): StoreGate {
  return new StoreGate(writer, {
    attempts: settings.RETRY_ATTEMPTS,
    backoffFactor: settings.BACKOFF_FACTOR,
    timeoutMs: settings.STORE_TIMEOUT,
    breakerFailures: settings.COLLECTOR_BREAKER_FAILURES,
    breakerWaitMs: settings.COLLECTOR_BREAKER_WAIT,
    observe,
  });
}

function reportsTo({ log }: HttpApp): Parameters<typeof createMetrics>[1] {
  return {
    breakerChanged: (state, because) => {
      if (state === 'open')
        log.error({ because }, 'the store does not answer as it should: nothing is received');
      else log.info({ state }, 'the circuit breaker before the store has changed');
    },
    queueFailed: (what, error) => {
      log.warn({ err: error }, `the queue could not be asked: ${what}`);
    },
    unsettled: (count, error) => {
      log.warn({ err: error, count }, 'messages could not be settled, and will be delivered again');
    },
    deadLettered: (reason, count) => {
      log.warn({ reason, count }, 'messages became dead letters');
    },
  };
}
