/** The README's examples for a shell, as they are printed there, against the running stack. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { startTelemetryLocal, type TelemetryLocal } from '../../stacks/laptop/telemetry-local';
import { ROOT } from '../stacks/laptop/laptop-fixture';

const LIMIT_MS = 180_000;

const folder = mkdtempSync(join(tmpdir(), 'hyperion-readme-'));
let running: TelemetryLocal | undefined;

beforeAll(async () => {
  running = await startTelemetryLocal({
    root: ROOT,
    stateFolder: join(folder, '.hyperion', 'telemetry-local'),
    reset: false,
    port: 0,
    outputFolder: join(ROOT, 'test', 'golden'),
    progress: () => undefined,
    report: () => undefined,
    signal: new AbortController().signal,
    sample: { hours: 0.5, hosts: 1, gpusPerHost: 4 },
  });
}, LIMIT_MS);

afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT_MS);

test(
  'the examples work as printed',
  async () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, script] = /test\/proof\/readme-curl\.test\.ts\. -->\n\n```sh\n([\s\S]*?)```/.exec(readme) ?? [];
    if (script === undefined) throw new Error('README.md: the examples are not where the comment says');
    const commands = script.match(/^curl /gm)?.length;
    expect(commands).toBe(5);
    // The past is sent in the background at a first start; `curl -f` ends the script when an answer is a refusal.
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-euc', script.replaceAll(/^curl /gm, 'echo ----; curl ')],
      {
        cwd: folder,
      },
    );
    const [, top, windows, written, published, received] = stdout.split('----\n').map((part) => part.trim());
    expect(JSON.parse(`${top}`)).toMatchObject({ end: { more: expect.any(Boolean) as boolean } });
    expect(windows).toMatch(/^uuid,start,mean,p95\r?$/m);
    expect(JSON.parse(`${written}`)).toMatchObject({ accepted: 1 });
    expect(JSON.parse(`${published}`)).toMatchObject({ accepted: 1 });
    expect(JSON.parse(`${received}`)).toMatchObject({ messages: [{ key: 'a', body: 'hello' }] });
  },
  LIMIT_MS,
);
