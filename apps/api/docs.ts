/** Swagger UI at /docs: all of it comes from here, and the browser is told to take nothing from elsewhere. */
import swaggerUi from '@fastify/swagger-ui';

import type { HttpApp } from '../shared/http-app';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sets styles of elements from its scripts.
  "style-src 'self' 'unsafe-inline'",
  // Its icons are data.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export async function addDocs(app: HttpApp): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    validatorUrl: false,
    uiConfig: {
      // A key is asked for again after a reload: it is not left in the browser.
      persistAuthorization: false,
      deepLinking: false,
    },
  });
}
