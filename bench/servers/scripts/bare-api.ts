/** One route of the API on Fastify alone: `bare-api.ts <compiled tree> <folder of the store>`. No keys, limits or metrics. */
import Fastify from 'fastify';

import type { SampleRow as RowSchema, toSampleRow as ToSampleRow } from '../../../apps/api/routes/sample-row';
import type { openReader as OpenReader } from '../../../apps/shared/store/open-store';
import type { StoreSettings } from '../../../apps/shared/store/store-variables';
import { loadBuilt } from '../../load/built';

const [build = '', folder = ''] = process.argv.slice(2);
const { openReader } = loadBuilt(build, 'apps/shared/store/open-store') as { openReader: typeof OpenReader };
const { toSampleRow, SampleRow } = loadBuilt(build, 'apps/api/routes/sample-row') as {
  toSampleRow: typeof ToSampleRow;
  SampleRow: typeof RowSchema;
};

async function main(): Promise<void> {
  const reader = await openReader({
    STORE: 'embedded',
    STORE_DATA_DIR: folder,
    STORE_TIMEOUT: 10_000,
  } as StoreSettings);
  const app = Fastify();
  const response = {
    200: {
      type: 'object',
      properties: {
        data: { type: 'array', items: SampleRow },
        end: { type: 'object', properties: { rows: { type: 'integer' }, more: { type: 'boolean' } } },
      },
    },
  };
  app.get<{ Querystring: { metric: string } }>('/v1/latest', { schema: { response } }, async ({ query }) => {
    const found = await reader.latest({ metric: query.metric }, 1001, new AbortController().signal);
    const data = found.map(toSampleRow);
    return { data, end: { rows: data.length, more: false } };
  });
  process.stdout.write(`listening at ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
}

void main();
