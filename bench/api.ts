/** The API with everything on, against Fastify alone with the same query and answer. */
import { rmSync } from 'node:fs';

import type { openWriter as OpenWriter } from '../apps/shared/store/open-store';
import type { StoreSettings } from '../apps/shared/store/store-variables';
import type { Reading } from '../apps/shared/telemetry/reading';
import { loadBuilt } from './load/built';
import { measureRows } from './lazy-row';
import type { Row } from './row';
import { BUILD, scratchFolder, startScript, startService } from './servers/service';

const METRIC = 'DCGM_FI_DEV_GPU_UTIL';
const GPUS = 50;
const KEY = 'key-of-the-benchmarks-0123456789';
/** Below API_MAX_QUERIES, so that nothing is refused. */
const CONCURRENCY = 16;

export async function* apiRows(): AsyncGenerator<Row> {
  const store = scratchFolder('store');
  try {
    yield* measureRows([
      {
        head: {
          id: 'api-plugins',
          title: 'API, everything on ÷ Fastify with the same query',
          goal: { atLeast: 0.85 },
        },
        rest: async () => {
          await fill(store);
          const common = {
            workload: 'request',
            target: { path: `/v1/latest?metric=${METRIC}`, concurrency: CONCURRENCY },
          };
          return {
            items: 'requests',
            a: {
              ...common,
              program: 'API',
              server: async (cores) => {
                const server = await startService(cores, {
                  name: 'api',
                  variables: (folder) => variables(folder, store),
                });
                return { ...server, token: KEY };
              },
            },
            b: {
              ...common,
              program: 'Fastify',
              server: ({ server }) => startScript(server, 'bare-api', [BUILD, store]),
            },
            withLatency: true,
            note:
              `the latest values of ${GPUS} GPUs out of the embedded store, ${CONCURRENCY} connections; on: keys, roles, rate limits ` +
              'by key and address, CORS, schemas, metrics, query limits and time-outs.',
          };
        },
      },
    ]);
  } finally {
    rmSync(store, { recursive: true });
  }
}

/** Limits that are counted and never reached. */
function variables(folder: string, store: string): Record<string, string> {
  return {
    STORE_DATA_DIR: store,
    API_KEYS_FILE: `${folder}/keys.json`,
    API_KEY: KEY,
    API_RATE_LIMIT: '10000000',
    API_ADDRESS_RATE_LIMIT: '10000000',
    API_CORS_ORIGINS: 'https://console.example.com',
  };
}

async function fill(folder: string): Promise<void> {
  const { openWriter } = loadBuilt(BUILD, 'apps/shared/store/open-store') as {
    openWriter: typeof OpenWriter;
  };
  const settings = {
    STORE: 'embedded',
    STORE_DATA_DIR: folder,
    STORE_TIMEOUT: 10_000,
    STORE_MAX_SIZE: 2 ** 30,
  };
  const writer = await openWriter(settings as StoreSettings, (error) => {
    throw error;
  });
  await writer.write(
    Array.from({ length: GPUS }, (_, gpu): Reading => ({
      metric: METRIC,
      timeUs: 1_764_000_000_000_000,
      value: gpu,
      tags: {
        uuid: `GPU-00000000-0000-0000-0000-${String(gpu).padStart(12, '0')}`,
        gpu_id: String(gpu % 8),
        device: `nvidia${gpu % 8}`,
        model: 'NVIDIA H100 80GB HBM3',
        hostname: `gpu-node-${Math.floor(gpu / 8)}.example.com`,
      },
    })),
  );
  await writer.close();
}
