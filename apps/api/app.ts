/**
 * The API's wiring: keys, limits, queries, documentation. What it reads from is handed in.
 */
import cors from '@fastify/cors';

import { createHttpApp, type HttpApp, type HttpAppOptions } from '../shared/http-app';
import { addOperations } from '../shared/operations';
import { Problem } from '../shared/problem';
import type { TelemetryReader } from '../shared/store/telemetry-store';
import { addGuard, requireRole } from './access/guard';
import { KeyRing, type KeyRingOptions } from './access/key-ring';
import { RateLimits } from './access/rate-limits';
import { Cursors } from './answers/cursor';
import type { ApiSettings } from './config';
import { addDocs } from './docs';
import { createApiMetrics } from './metrics';
import { completeDocument, DESCRIPTION } from './openapi';
import { QueryRunner } from './queries/query-runner';
import { StoreWatch } from './queries/store-watch';
import type { QueryContext } from './routes/context';
import { addCountRoute } from './routes/count';
import { addDevicesRoute } from './routes/devices';
import { addGapsRoute } from './routes/gaps';
import { addKeyRoutes } from './routes/keys';
import { addLatestRoute } from './routes/latest';
import { addMetricsRoute } from './routes/metrics';
import { addSamplesRoute } from './routes/samples';
import { addTopRoute } from './routes/top';
import { addWindowsRoute } from './routes/windows';

export interface ApiAppOptions
  extends Pick<HttpAppOptions, 'logTo'>, Pick<KeyRingOptions, 'reloadIntervalMs'> {
  /** Closed with the app. */
  readonly reader: TelemetryReader;
  /** Metrics of the process too; one app of a process may. */
  readonly processMetrics: boolean;
}

export async function createApiApp(settings: ApiSettings, options: ApiAppOptions): Promise<HttpApp> {
  const { reader } = options;
  const app = await createHttpApp({
    ...options,
    title: 'Telemetry API',
    description: DESCRIPTION,
    settings,
    bodyLimitBytes: settings.API_BODY_SIZE,
  });
  const keys = await openKeys(app, settings, options);
  const watch = new StoreWatch(reader);
  const registry = addOperations(app, { ...options, notReadyBecause: () => watch.notReadyBecause() });
  const metrics = createApiMetrics(registry, {
    runningQueries: () => queries.runningQueries,
    keys: () => keys.list().length,
  });
  const queries = new QueryRunner(reader, settings, metrics);
  app.addHook('onReady', () => watch.start());
  app.addHook('onClose', async () => {
    watch.stop();
    queries.close();
    await keys.close();
    await reader.close();
  });
  app.addHook('onError', (_request, _reply, error, done) => {
    metrics.problems.inc({ code: error instanceof Problem ? error.code : error.code || 'internal-error' });
    done();
  });

  await addCors(app, settings);
  addGuard(app, keys, new RateLimits(settings), metrics);
  await addDocs(app);
  await addRoutes(app, keys, { settings, queries, metrics, cursors: new Cursors(settings) });
  completeDocument(app);
  return app;
}

function openKeys(app: HttpApp, settings: ApiSettings, options: ApiAppOptions): Promise<KeyRing> {
  const { reloadIntervalMs } = options;
  return KeyRing.open({
    ...settings,
    ...(reloadIntervalMs === undefined ? {} : { reloadIntervalMs }),
    report: {
      info: (about, what) => {
        app.log.info(about, what);
      },
      error: (about, what) => {
        app.log.error(about, what);
      },
    },
  });
}

async function addCors(app: HttpApp, { API_CORS_ORIGINS: origins }: ApiSettings): Promise<void> {
  if (origins === undefined) return;
  await app.register(cors, {
    origin: origins.split(','),
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ['X-API-Key', 'Authorization', 'Content-Type', 'If-None-Match'],
    exposedHeaders: [
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'ETag',
      'Next-Cursor',
    ],
    maxAge: 600,
  });
}

async function addRoutes(app: HttpApp, keys: KeyRing, context: QueryContext): Promise<void> {
  await app.register((secured: HttpApp, _options, done) => {
    requireRole(secured, 'read');
    addDevicesRoute(secured, context);
    addMetricsRoute(secured, context);
    addLatestRoute(secured, context);
    addSamplesRoute(secured, context);
    addWindowsRoute(secured, context);
    addTopRoute(secured, context);
    addGapsRoute(secured, context);
    addCountRoute(secured, context);
    done();
  });
  await app.register((secured: HttpApp, _options, done) => {
    requireRole(secured, 'admin');
    addKeyRoutes(secured, keys);
    done();
  });
}
