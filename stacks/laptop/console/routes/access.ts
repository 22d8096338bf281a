/** How to get at the API without the console: where it is, and a key. */
import { readFile } from 'node:fs/promises';

import type { FastifyInstance } from 'fastify';

import { urlOf } from '../../service-definition';
import type { ConsoleOptions } from '../app';
import { consoleProblem } from '../problems';
import { orUnavailable } from './forward';

/** Long enough for an afternoon's experiments. */
const KEY_LIFE_MS = 24 * 3_600_000;

export function addAccessRoutes(
  app: FastifyInstance,
  { client, definitions, adminKeyFile }: Pick<ConsoleOptions, 'client' | 'definitions' | 'adminKeyFile'>,
): void {
  const api = definitions.find(({ name }) => name === 'api');
  const url = api === undefined ? '' : urlOf(api);
  app.get('/api/access', () => ({ apiUrl: url, docsUrl: `${url}/docs`, adminKeyFile }));
  app.post('/api/keys', async (_request, reply) => {
    const now = Date.now();
    const body = {
      name: `console ${new Date(now).toISOString().slice(0, 19)}Z`,
      role: 'read',
      expiresAt: new Date(now + KEY_LIFE_MS).toISOString(),
    };
    const { key, name, expiresAt } = await orUnavailable(
      client.json<{ key: string; name: string; expiresAt: string }>('api', '/v1/admin/keys', {
        method: 'POST',
        body,
        // The token of the services may only read.
        headers: { 'x-api-key': await adminKey(adminKeyFile) },
      }),
    );
    return reply.code(201).header('cache-control', 'no-store').send({ key, name, expiresAt });
  });
}

/** Read anew each time: whoever takes the file away means it. */
async function adminKey(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    throw consoleProblem(
      'no-admin-key',
      `${path} cannot be read; make keys with the admin key that you have`,
    );
  }
}
