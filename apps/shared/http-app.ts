/**
 * The HTTP server of a service: Fastify with schemas by TypeBox, limits on all that a client may send or hold, answers
 * in the one shape of problems, OpenAPI from the routes, and the routes that every service has.
 */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

import swagger from '@fastify/swagger';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';

import { answerInProblems, refuseBrokenRequest } from './answer-in-problems';
import type { SERVICE_VARIABLES } from './service-variables';
import { addTracing } from './tracing';
import type { Settings } from './variables';

export type ServiceSettings = Settings<typeof SERVICE_VARIABLES>;

export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface HttpAppOptions {
  readonly title: string;
  readonly description: string;
  readonly settings: ServiceSettings;
  readonly bodyLimitBytes: number;
  /** Where log lines go instead of standard output. */
  readonly logTo?: { write(line: string): void };
}

const LIMITS = {
  /** Headers of ours are small; Node's own default, said aloud. */
  headersBytes: 16 * 1024,
  /** A client that has sent its headers is served; one that dawdles over them holds a socket. */
  headersTimeoutMs: 10_000,
  /** How often the time-outs are looked at; Node's default of 30 s would make them a joke. */
  checkingIntervalMs: 1000,
  /** Longer than the 60 s after which most load balancers close an idle connection, so that we are not the first. */
  keepAliveTimeoutMs: 75_000,
  /** A socket on which nothing moves, in either direction: a client that does not read its answer. */
  idleSocketTimeoutMs: 120_000,
  connections: 10_000,
} as const;

export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const { settings } = options;
  const app = Fastify({
    logger: {
      level: settings.LOG_LEVEL,
      // Requests are counted, not logged, and bodies never are; this guards what an error might bring along.
      redact: ['req.headers.authorization', 'headers.authorization'],
      ...(options.logTo === undefined ? {} : { stream: options.logTo }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    // Requests are not logged, so that none needs a logger of its own; what goes wrong is logged with its route.
    childLoggerFactory: (logger) => logger,
    bodyLimit: options.bodyLimitBytes,
    forceCloseConnections: 'idle',
    serverFactory: (handler) => createServer(handler, settings),
    clientErrorHandler: refuseBrokenRequest,
    routerOptions: { maxParamLength: 256 },
  } satisfies FastifyServerOptions).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  answerInProblems(app);
  addTracing(app, settings, options.title);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: options.title, description: options.description, version: '1' },
      components: { securitySchemes: { serviceToken: { type: 'http', scheme: 'bearer' } } },
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}

function createServer(handler: Parameters<typeof createHttpServer>[1], settings: ServiceSettings): Server {
  const options = {
    maxHeaderSize: LIMITS.headersBytes,
    requestTimeout: settings.HTTP_TIMEOUT,
    headersTimeout: Math.min(LIMITS.headersTimeoutMs, settings.HTTP_TIMEOUT),
    connectionsCheckingInterval: LIMITS.checkingIntervalMs,
    keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
  };
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = settings;
  const server =
    certFile === undefined || keyFile === undefined
      ? createHttpServer(options, handler)
      : createHttpsServer(
          { ...options, cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' },
          handler,
        );
  server.maxConnections = LIMITS.connections;
  server.setTimeout(LIMITS.idleSocketTimeoutMs);
  return server;
}
