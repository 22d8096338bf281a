/** Who may ask what, and how often. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { HttpApp } from '../../shared/http-app';
import type { Problem } from '../../shared/problem';
import type { ApiMetrics } from '../metrics';
import { apiProblem } from '../problems';
import type { Role } from './api-key';
import type { Finding, Identity, KeyRing } from './key-ring';
import type { RateLimits } from './rate-limits';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined when nobody said so, and at routes for everyone. */
    identity: Identity | undefined;
  }
}

/** Probes and Prometheus come as often as they like, and from one address. */
const UNLIMITED = new Set(['/health', '/ready', '/metrics']);

const REFUSAL = {
  unknown: ['unauthorized', 'the key is not known'],
  expired: ['expired-key', 'ask for a new one'],
  revoked: ['revoked-key', 'ask for a new one'],
} as const;

/**
 * For all routes of `app`: finds out who asks, refuses wrong keys, and counts. No answer is kept or guessed at, unless its route
 * says otherwise.
 */
export function addGuard(app: HttpApp, keys: KeyRing, limits: RateLimits, metrics: ApiMetrics): void {
  app.decorateRequest('identity', undefined);
  const refusalOf = (request: FastifyRequest, reply: FastifyReply): Problem | undefined => {
    const key = presentedKey(request);
    const finding: Finding | undefined = key === undefined ? undefined : keys.find(key);
    if (typeof finding === 'object') request.identity = finding;
    const tooMuch =
      request.identity?.isService === true ? undefined : limits.check(request, reply, request.identity);
    if (tooMuch !== undefined || typeof finding !== 'string') return tooMuch;
    metrics.wrongKeys.inc({ reason: finding });
    const [code, detail] = REFUSAL[finding];
    return limits.checkFailure(request, reply) ?? apiProblem(code, detail);
  };
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    done(UNLIMITED.has(request.routeOptions.url ?? '') ? undefined : refusalOf(request, reply));
  });
}

/** Every route that is added to `app` after this needs a key with this role; an admin may all. */
export function requireRole(app: HttpApp, role: Role): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { identity } = request;
    if (identity === undefined) {
      done(apiProblem('unauthorized', 'send the header "X-API-Key: <key>" or "Authorization: Bearer <key>"'));
    } else if (identity.role !== role && identity.role !== 'admin') {
      done(
        apiProblem(
          'forbidden',
          `this needs the role ${role}; the key "${identity.name}" has ${identity.role}`,
        ),
      );
    } else done();
  });
}

function presentedKey(request: FastifyRequest): string | undefined {
  const { 'x-api-key': key, authorization } = request.headers;
  if (typeof key === 'string') return key;
  // What is no bearer token is a wrong key, too.
  return authorization === undefined ? undefined : authorization.replace(/^Bearer +/i, '');
}
