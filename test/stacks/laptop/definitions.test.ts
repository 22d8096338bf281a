import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readApiSettings } from '../../../apps/api/config';
import { readBrokerSettings } from '../../../apps/broker/config';
import { readCollectorSettings } from '../../../apps/collector/config';
import { readProxySettings } from '../../../apps/proxy/config';
import { readStreamerSettings } from '../../../apps/streamer/config';
import { laptopDefinitions } from '../../../stacks/laptop/definitions';
import { SERVICE_NAMES, type ServiceName } from '../../../stacks/laptop/service-definition';
import { StateFolder } from '../../../stacks/laptop/state-folder';

const parent = mkdtempSync(join(tmpdir(), 'hyperion-definitions-'));
let state: StateFolder;

beforeAll(async () => {
  state = await StateFolder.open(join(parent, 'state'), { empty: false });
});

afterAll(async () => {
  await state.release();
  rmSync(parent, { recursive: true });
});

const READERS: Readonly<Record<ServiceName, (environment: Readonly<Record<string, string>>) => object>> = {
  streamer: readStreamerSettings,
  proxy: readProxySettings,
  broker: readBrokerSettings,
  collector: readCollectorSettings,
  api: readApiSettings,
};

test.each(['live', 'once'] as const)('%s: every service accepts what it is told', async (mode) => {
  const definitions = await laptopDefinitions({ state, mode });
  expect(definitions.map(({ name }) => name)).toEqual(SERVICE_NAMES);
  expect(new Set(definitions.map(({ port }) => port)).size).toBe(5);
  const settings = Object.fromEntries(
    definitions.map(({ name, environment }) => [name, READERS[name](environment)]),
  );
  const portOf = (name: ServiceName): number => definitions.find((each) => each.name === name)?.port ?? 0;
  const proxy = `http://127.0.0.1:${portOf('proxy')}`;
  const store = {
    STORE: 'embedded',
    STORE_DATA_DIR: join(state.path, 'store'),
    SERVICE_TOKEN: state.serviceToken,
  };
  expect(settings.streamer).toMatchObject({
    QUEUE_URL: proxy,
    STREAMER_SOURCE: state.sampleFile,
    STREAMER_LOOP: mode === 'live',
    STREAMER_PACE: mode === 'live' ? 'original' : 'fast',
    STREAMER_KEEP_TIMESTAMPS: mode === 'once',
  });
  expect(settings.proxy).toMatchObject({ PROXY_BROKERS: `http://127.0.0.1:${portOf('broker')}` });
  expect(settings.collector).toMatchObject({ QUEUE_URL: proxy, ...store });
  expect(settings.api).toMatchObject({ API_KEYS_FILE: state.apiKeysFile, ...store });
  for (const each of Object.values(settings)) expect(each).toMatchObject({ LISTEN_HOST: '127.0.0.1' });
});
