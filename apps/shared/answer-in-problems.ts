/**
 * Turns whatever goes wrong with a request into a problem. What is our mistake is logged, and told to nobody.
 */
import type { Socket } from 'node:net';

import { Type, type TSchema } from '@sinclair/typebox';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply } from 'fastify';

import {
  Problem,
  problemBody,
  PROBLEM_MEDIA_TYPE,
  SERVICE_PROBLEMS,
  serviceProblem,
  type ProblemTable,
} from './problem';

/** Fastify's own refusals; those of its errors that are not here are ours. */
const FRAMEWORK_ERRORS: Readonly<Record<string, keyof typeof SERVICE_PROBLEMS>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-body',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-body',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-body',
  FST_ERR_BAD_URL: 'invalid-request',
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'invalid-request',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid-request',
};

export function answerInProblems(app: Pick<FastifyInstance, 'setErrorHandler' | 'setNotFoundHandler'>): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = asProblem(error);
    if (problem.code === 'internal-error') {
      const { method, routeOptions } = request;
      request.log.error({ err: error, method, route: routeOptions.url }, 'a request failed');
    }
    return send(reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    send(reply, serviceProblem('unknown-route', `${request.method} ${request.url.split('?')[0] ?? ''}`)),
  );
}

/** For requests that are no HTTP, or that took too long: there is no reply object yet. */
export function refuseBrokenRequest(
  this: { readonly log: FastifyBaseLogger },
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? serviceProblem('request-timeout', 'headers and body have to arrive within the time-out')
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? serviceProblem('headers-too-large', 'the headers have to fit into 16 KiB')
        : serviceProblem('invalid-request', 'this is no HTTP/1.1 request');
  const body = JSON.stringify(problemBody(problem));
  socket.end(
    `HTTP/1.1 ${problem.kind.status} ${problem.kind.title}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The answers of a route that are problems, for its schema; a status may stand for several. */
export function problemResponses<T extends ProblemTable>(
  table: T,
  codes: readonly Extract<keyof T, string>[],
): Record<number, TSchema> {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const status = table[code]?.status ?? 500;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      { description: names.join(', '), content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema(names) } } },
    ]),
  ) as unknown as Record<number, TSchema>;
}

function problemSchema(codes: readonly string[]): TSchema {
  return Type.Object(
    {
      type: Type.String(),
      code: Type.String({ description: codes.join(', ') }),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.String(),
    },
    { additionalProperties: true },
  );
}

function asProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (error.validation !== undefined) {
    const faults = error.validation
      .slice(0, 10)
      .map(
        ({ instancePath, message }) => `${error.validationContext ?? ''}${instancePath}: ${message ?? ''}`,
      );
    return serviceProblem('invalid-request', faults.join('; '));
  }
  const code = FRAMEWORK_ERRORS[error.code];
  if (code !== undefined) return serviceProblem(code, error.message);
  if (error instanceof SyntaxError) return serviceProblem('malformed-body', 'the body is no JSON');
  return serviceProblem('internal-error', 'the log of the service says more');
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  const { retryAfterS } = problem.kind;
  if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
  if (problem.kind.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.kind.status).type(PROBLEM_MEDIA_TYPE).send(problemBody(problem));
}
