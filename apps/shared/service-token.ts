/**
 * The token with which the services of the stack know each other.
 */
import { timingSafeEqual } from 'node:crypto';

import type { HttpApp } from './http-app';
import { serviceProblem } from './problem';

/** Every route that is added to `app` after this needs the token. */
export function requireServiceToken(app: HttpApp, token: string): void {
  const expected = Buffer.from(`Bearer ${token}`);
  app.addHook('onRequest', (request, _reply, done) => {
    const { authorization } = request.headers;
    done(
      authorization !== undefined && equals(Buffer.from(authorization), expected)
        ? undefined
        : serviceProblem('unauthorized', 'send the header "Authorization: Bearer <SERVICE_TOKEN>"'),
    );
  });
}

/** In a time that says nothing about where the two differ; the length of a token is no secret. */
function equals(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
