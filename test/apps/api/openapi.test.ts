/** The OpenAPI document and its page. That answers are as it says is checked with every answer of every test (api-client.ts). */
import { closeApis, startApi } from './api-client';

afterEach(closeApis);

test('it is OpenAPI 3.1, and describes every operation and every answer', async () => {
  const { app } = await startApi();
  const document = (await app.inject('/openapi.json')).json<{
    openapi: string;
    components: { securitySchemes: object };
    paths: Record<string, Record<string, Operation>>;
  }>();
  interface Operation {
    readonly operationId?: string;
    readonly summary?: string;
    readonly tags?: string[];
    readonly security?: object[];
    readonly responses: Record<string, { readonly description: string; readonly content?: object }>;
  }
  expect(document.openapi).toBe('3.1.0');
  expect(document.components.securitySchemes).toEqual({
    apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    bearer: { type: 'http', scheme: 'bearer' },
  });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
  expect(operations).toHaveLength(14);
  for (const { path, operation } of operations) {
    const isOpen = operation.tags?.includes('operations') === true;
    expect(operation.summary).toMatch(/\w/);
    expect(operation.security).toEqual(isOpen ? undefined : [{ apiKey: [] }, { bearer: [] }]);
    expect(path.startsWith('/v1/')).toBe(!isOpen);
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      if (!isOpen) expect(description).not.toBe('Default Response');
      expect(content === undefined).toBe(status === '304');
    }
    if (!isOpen)
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '429']));
  }
  const ids = operations.flatMap(({ operation }) => operation.operationId ?? []);
  expect(new Set(ids).size).toBe(11);
});

test('Swagger UI comes from here alone', async () => {
  const { get, ask } = await startApi();
  const page = await ask('GET', '/docs/', { key: undefined });
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  expect(assets.length).toBeGreaterThan(4);
  for (const path of assets) {
    expect(path).toMatch(/^\.\/static\//);
    const asset = await get(`/docs${path.slice(1)}`);
    expect(asset.status).toBe(200);
    expect(asset.headers['content-security-policy']).toMatch(/^default-src 'none'/);
  }
  expect((await get('/docs/json')).body.openapi).toBe('3.1.0');
});
