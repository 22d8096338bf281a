/**
 * What a browser is told, and whom the console answers. Another site's page can make a browser send requests to 127.0.0.1,
 * and by a name of its own that points there it could even read the answers: so the Host has to be ours.
 */
import type { FastifyInstance } from 'fastify';

import { consoleProblem } from './problems';

const OUR_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
} as const;

export function addSafety(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(HEADERS);
    const { host = '' } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (!OUR_HOST.test(host)) {
      done(consoleProblem('wrong-host', 'open it as http://127.0.0.1 with its port'));
    } else if (request.method !== 'GET' && request.method !== 'HEAD' && site === 'cross-site') {
      done(consoleProblem('wrong-host', 'a page of another site has nothing to change here'));
    } else done();
  });
}
