/**
 * The console of `telemetry-local`: pages, and what they ask for. It asks the services with the token, which no browser
 * gets to see, and answers on 127.0.0.1 only.
 */
import { join } from 'node:path';

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';

import { answerInProblems } from '../../../apps/shared/answer-in-problems';
import type { FlowSampler } from '../flow-sampler';
import type { ReviewPages } from '../review-pages';
import type { ServiceClient } from '../service-client';
import type { ServiceDefinition } from '../service-definition';
import type { ServiceProcess } from '../service-process';
import { addSafety } from './safety';
import { addPages } from './static-files';
import { addAccessRoutes } from './routes/access';
import { addEnvironmentRoutes } from './routes/environments';
import { addFlowRoutes } from './routes/flow';
import { addQueueRoutes } from './routes/queue';
import { addReviewRoutes } from './routes/reviews';
import { addTelemetryRoutes } from './routes/telemetry';

export interface ConsoleOptions {
  /** The checkout: pages and packages lie there. */
  readonly root: string;
  /** Where `hyperion synth` has written. */
  readonly outputFolder: string;
  readonly reviews: Pick<ReviewPages, 'pageOf'>;
  readonly adminKeyFile: string;
  readonly definitions: readonly ServiceDefinition[];
  readonly services: readonly Pick<ServiceProcess, 'name' | 'log'>[];
  readonly client: ServiceClient;
  readonly sampler: Pick<FlowSampler, 'status' | 'history'>;
}

const LIMITS = {
  /** No request of a page has more. */
  bodyBytes: 4 * 1024,
  requestTimeoutMs: 10_000,
  connections: 200,
} as const;

export async function createConsole(options: ConsoleOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestTimeoutMs,
    // Streams of open pages must not keep it from closing.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 256 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = LIMITS.connections;
  answerInProblems(app);
  addSafety(app);
  addFlowRoutes(app, options);
  addTelemetryRoutes(app, options);
  addQueueRoutes(app, options);
  addAccessRoutes(app, options);
  await addEnvironmentRoutes(app, options);
  addReviewRoutes(app, options);
  await addPages(app, {
    pages: join(options.root, 'stacks', 'laptop', 'console', 'pages'),
    charts: join(options.root, 'node_modules', 'uplot', 'dist'),
  });
  return app;
}
