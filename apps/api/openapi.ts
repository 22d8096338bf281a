/** What the routes cannot say of themselves: how to show a key, and what all answers have in common. */
import type { HttpApp } from '../shared/http-app';

export const DESCRIPTION = `Reads the telemetry that the collector has stored.

**Keys.** Send \`X-API-Key: <key>\` or \`Authorization: Bearer <key>\`. A key has a role: \`read\` for telemetry, \`admin\` for \
that and for keys.

**Limits.** The headers \`RateLimit-*\` say what is left; 429 comes with \`Retry-After\`.

**Formats.** JSON, CSV and NDJSON, by \`format=\` or \`Accept\`. JSON and NDJSON end with \`end\`; an answer without it was cut \
off, and its connection was closed before the last chunk (curl: exit code 18). CSV has no such mark, so rely on the latter.

**Pages.** \`end.next\` is the cursor of the next page (CSV: the header or trailer field \`Next-Cursor\`).

**Refusals** are problem details (RFC 9457); rely on \`code\` and \`status\`.`;

const SECURITY_SCHEMES = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  bearer: { type: 'http', scheme: 'bearer' },
} as const;

const TAGS = [
  { name: 'telemetry', description: 'Needs a key' },
  { name: 'keys', description: 'Need a key with the role admin' },
  { name: 'operations', description: 'For probes and Prometheus; open' },
];

/** It has no schema that Fastify could serialise with. */
const METRICS_TEXT = {
  description: 'The text format of Prometheus',
  content: { 'text/plain': { schema: { type: 'string' } } },
};

interface Operation {
  security?: object;
  responses: object;
}

/** The document is made once; what is added here stays in it. */
export function completeDocument(app: HttpApp): void {
  app.addHook('onReady', (done) => {
    const document = app.swagger() as unknown as {
      components: object;
      tags: object;
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    document.components = { ...document.components, securitySchemes: SECURITY_SCHEMES };
    document.tags = TAGS;
    // `addRoutes` puts all of them, and nothing else, behind a role.
    const secured = Object.entries(document.paths).filter(([path]) => path.startsWith('/v1/'));
    for (const operation of secured.flatMap(([, operations]) => Object.values(operations))) {
      operation.security = [{ apiKey: [] }, { bearer: [] }];
    }
    const scrape = document.paths['/metrics']?.get;
    if (scrape !== undefined) scrape.responses = { 200: METRICS_TEXT };
    done();
  });
}
