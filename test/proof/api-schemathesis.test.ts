/**
 * Schemathesis asks the API and the broker what their OpenAPI documents allow, and what they do not: no answer is a mistake of the
 * service, or other than described, and nothing that needs a key is to be had without.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createApiApp } from '../../apps/api/app';
import { readApiSettings } from '../../apps/api/config';
import { createBrokerApp } from '../../apps/broker/app';
import { readBrokerSettings } from '../../apps/broker/config';
import type { HttpApp } from '../../apps/shared/http-app';
import { openReader, openWriter } from '../../apps/shared/store/open-store';
import { fleetReadings } from '../apps/api/readings';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';

const TOKEN = 'service-token-of-a-test-0123456789';
const KEY = 'admin-key-of-a-test-0123456789';

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'ignored_auth',
];

/** The same questions each time, and no more than take half a minute on two cores. */
const BOUNDS = ['--seed', '5', '--max-examples', '15', '--phases', 'examples,coverage,fuzzing'];

/** A long poll is as good as a short one, and takes up to 20 s. */
const HOOKS = `
import schemathesis

@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, dict) and isinstance(case.body.get("waitMs"), int):
        case.body["waitMs"] = min(case.body["waitMs"], 50)
`;

const LIMIT_MS = 5 * 60_000;

proof(['schemathesis'], 'Schemathesis finds nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
  const open: HttpApp[] = [];

  afterEach(async () => {
    for (const app of open.splice(0)) {
      app.server.closeAllConnections();
      await app.close();
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function listen(app: HttpApp): Promise<string> {
    open.push(app);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  }

  async function startApi(): Promise<string> {
    const settings = readApiSettings({
      SERVICE_TOKEN: TOKEN,
      API_KEY: KEY,
      API_KEYS_FILE: join(folder, 'keys.json'),
      STORE_DATA_DIR: join(folder, 'store'),
      LOG_LEVEL: 'silent',
      API_RATE_LIMIT: '10000000',
      API_ADDRESS_RATE_LIMIT: '10000000',
      API_FAILURE_RATE_LIMIT: '1000000',
      API_MAX_RANGE: '87600h',
    });
    const writer = await openWriter(settings, (error) => {
      throw error;
    });
    await writer.write(fleetReadings());
    await writer.close();
    const reader = await openReader(settings);
    return listen(await createApiApp(settings, { reader, processMetrics: false }));
  }

  async function startBroker(): Promise<string> {
    const settings = readBrokerSettings({
      SERVICE_TOKEN: TOKEN,
      BROKER_DATA_DIR: join(folder, 'broker'),
      BROKER_MAX_TOPICS: '10000',
      LOG_LEVEL: 'silent',
    });
    return listen(await createBrokerApp(settings, { processMetrics: false }));
  }

  it.each([
    ['API', startApi, `X-API-Key: ${KEY}`],
    ['broker', startBroker, `Authorization: Bearer ${TOKEN}`],
  ])(
    'about the %s, and its document is valid OpenAPI 3.1',
    async (_name, start, header) => {
      const url = await start();
      const document = join(folder, 'openapi.json');
      writeFileSync(document, await (await fetch(`${url}/openapi.json`)).text());
      const judge = await tool('schemathesis', 'bin/openapi-spec-validator');
      expect(await run(judge, ['--schema', '3.1', document], folder)).toEqual({
        code: 0,
        output: expect.stringContaining('OK') as string,
      });
      writeFileSync(join(folder, 'hooks.py'), HOOKS);
      const args = [
        'run',
        `${url}/openapi.json`,
        '--header',
        header,
        '--checks',
        CHECKS.join(','),
        ...BOUNDS,
        '--suppress-health-check',
        'all',
        '--warnings',
        'off',
        '--no-color',
      ];
      const { code, output } = await run(await tool('schemathesis'), args, folder);
      // The whole report, when there is something in it.
      expect(code === 0 ? '' : output).toBe('');
      expect(output).toMatch(/No issues found/);
    },
    LIMIT_MS,
  );
});

function run(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // Hypothesis keeps examples in the working directory.
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: cwd },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, output: output.join('') });
    });
  });
}
