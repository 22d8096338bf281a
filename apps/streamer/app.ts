/**
 * The streamer's wiring: sources, the way to the queue, the live stream, routes. It promises at-least-once: a row of a file
 * is in the queue or among the rejects before its checkpoint says so, and a 202 says that the queue holds the readings.
 */
import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { createHttpApp, type HttpApp, type HttpAppOptions } from '../shared/http-app';
import { addOperations } from '../shared/operations';
import { QueueClient } from '../shared/queue/queue-client';
import { requireServiceToken } from '../shared/service-token';
import type { StreamerSettings } from './config';
import { LiveStream } from './live/live-stream';
import { StreamerMetrics } from './metrics';
import { Publisher } from './publish/publisher';
import { addReadingsRoute } from './routes/readings';
import { LIMITS } from './routes/schemas';
import { addSourcesRoute } from './routes/sources';
import { addStreamRoute } from './routes/stream';
import { CheckpointStore } from './source/checkpoint-store';
import { FileSource } from './source/file-source';
import { RejectFile } from './source/reject-file';
import type { SourceContext } from './source/source-context';
import { StdinSource } from './source/stdin-source';

export interface StreamerAppOptions extends Pick<HttpAppOptions, 'logTo'> {
  /** Metrics of the process too; one app of a process may. */
  readonly processMetrics: boolean;
  /** Read when STREAMER_SOURCE is -. */
  readonly stdin: Readable;
}

/** Half of what impatient proxies allow a silent connection. */
const HEARTBEAT_MS = 15_000;

export async function createStreamerApp(
  settings: StreamerSettings,
  options: StreamerAppOptions,
): Promise<HttpApp> {
  const checkpoints = await CheckpointStore.open(settings.STREAMER_DATA_DIR);
  const app = await createHttpApp({
    ...options,
    title: 'streamer',
    description: 'Telemetry from CSV files and HTTP into the queue, and as a live stream.',
    settings,
    bodyLimitBytes: LIMITS.bodyBytes,
  });
  const problems = new Set<string>();
  const registry = addOperations(app, {
    ...options,
    notReadyBecause: () => [...problems, ...(source?.notReadyBecause() ?? [])],
  });
  const metrics = new StreamerMetrics(registry);
  const rejects = await RejectFile.open({
    path: join(settings.STREAMER_DATA_DIR, 'rejects.ndjson'),
    maxBytes: settings.STREAMER_REJECT_SIZE,
    report: (problem) => {
      metrics.errors.inc({ type: 'reject-file' });
      app.log.error(problem);
    },
  });
  const live = liveStream(settings, metrics);
  const client = new QueueClient({
    url: settings.QUEUE_URL,
    token: settings.SERVICE_TOKEN,
    timeoutMs: settings.HTTP_TIMEOUT,
    connections: settings.STREAMER_IN_FLIGHT + LIMITS.requests,
  });
  const publisher = new Publisher({
    client,
    topic: settings.QUEUE_TOPIC,
    factor: settings.BACKOFF_FACTOR,
    random: Math.random,
    metrics,
    onPublished: (messages) => {
      live.push(messages);
    },
  });
  const [stopping, stopNow] = [new AbortController(), new AbortController()];
  // Every batch and every wait listens.
  setMaxListeners(0, stopping.signal, stopNow.signal);
  const signals = { stopping: stopping.signal, stopNow: stopNow.signal };
  const context = { settings, publisher, checkpoints, rejects, metrics, log: app.log, ...signals };
  const source = openSource(context, options.stdin);

  let running: Promise<void> | undefined;
  app.addHook('onReady', (done) => {
    running = source?.run().catch((error: unknown) => {
      app.log.error({ err: error }, 'the source ended by a mistake of ours');
      problems.add('the source ended by a mistake; the log says more');
    });
    done();
  });
  let deadline: NodeJS.Timeout | undefined;
  app.addHook('preClose', (done) => {
    stopping.abort();
    live.close();
    deadline = setTimeout(() => {
      stopNow.abort();
    }, settings.STOP_TIMEOUT);
    done();
  });
  app.addHook('onClose', async () => {
    await running;
    clearTimeout(deadline);
    await client.close();
    await rejects.close();
  });

  addGauges(metrics, live, rejects);
  await app.register((secured: HttpApp, _options, done) => {
    requireServiceToken(secured, settings.SERVICE_TOKEN);
    addReadingsRoute(secured, { settings, publisher, metrics, stopNow: stopNow.signal });
    addStreamRoute(secured, live);
    addSourcesRoute(secured, () => ({
      sources: source?.sources ?? [],
      rejectsUnrecorded: rejects.unrecorded,
    }));
    done();
  });
  return app;
}

function openSource(context: SourceContext, stdin: Readable): FileSource | StdinSource | undefined {
  const { STREAMER_SOURCE: path } = context.settings;
  if (path === undefined) return undefined;
  return path === '-' ? new StdinSource(stdin, context) : new FileSource(path, context);
}

function liveStream(settings: StreamerSettings, metrics: StreamerMetrics): LiveStream {
  return new LiveStream({
    maxEvents: settings.STREAMER_STREAM_EVENTS,
    maxBytes: settings.STREAMER_STREAM_SIZE,
    maxClients: settings.STREAMER_STREAM_CLIENTS,
    epoch: randomInt(2 ** 40).toString(36),
    heartbeatMs: HEARTBEAT_MS,
    onDropped: () => {
      metrics.streamDropped.inc();
    },
  });
}

function addGauges(metrics: StreamerMetrics, live: LiveStream, rejects: RejectFile): void {
  metrics.gauge('streamer_stream_clients', 'Clients of the live stream.', () => live.clientCount);
  metrics.gauge(
    'streamer_rejects_unrecorded',
    'Rejected rows since the start that did not get into the file of rejected rows.',
    () => rejects.unrecorded,
  );
}
