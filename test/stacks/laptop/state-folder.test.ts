import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { StateFolder } from '../../../stacks/laptop/state-folder';

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'hyperion-state-'));
  folder = join(parent, 'telemetry-local');
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

test('the token is made once, and nobody else may read it', async () => {
  const first = await StateFolder.open(folder, { empty: false });
  expect(first.serviceToken).toMatch(/^[\w-]{43}$/);
  const file = join(folder, 'service-token');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(first.folder('store')).mode & 0o777).toBe(0o700);
  await first.release();
  const second = await StateFolder.open(folder, { empty: false });
  expect(second.serviceToken).toBe(first.serviceToken);
  await second.release();
});

test('emptied, everything is new', async () => {
  const first = await StateFolder.open(folder, { empty: false });
  writeFileSync(first.sampleFile, 'old');
  await first.release();
  const second = await StateFolder.open(folder, { empty: true });
  expect(readdirSync(folder).sort()).toEqual(['claim.json', 'service-token']);
  expect(second.serviceToken).not.toBe(first.serviceToken);
  await second.remove();
  expect(existsSync(folder)).toBe(false);
});

test('two on one folder: the second is refused, and empties nothing', async () => {
  const first = await StateFolder.open(folder, { empty: false });
  writeFileSync(first.sampleFile, 'in use');
  const second = StateFolder.open(folder, { empty: true });
  await expect(second).rejects.toMatchObject({ name: 'LaptopError', exitCode: 2 });
  await expect(second).rejects.toThrow(
    [
      `${folder} is used by the process ${process.pid}`,
      '  rule:   one telemetry-local runs on a state folder',
      `  remedy: stop that one (Ctrl-C in its terminal, or: kill ${process.pid}), or choose another folder with --state`,
    ].join('\n'),
  );
  expect(readFileSync(first.sampleFile, 'utf8')).toBe('in use');
  await first.release();
});

test.each([
  ['of one that was killed', JSON.stringify({ pid: process.pid, port: 1, word: 'x' })],
  ['cut short', '{"pid":'],
])('a claim %s is no hindrance', async (_what, text) => {
  const first = await StateFolder.open(folder, { empty: false });
  await first.release();
  writeFileSync(join(folder, 'claim.json'), text);
  const second = await StateFolder.open(folder, { empty: false });
  expect(second.serviceToken).toBe(first.serviceToken);
  await second.release();
});

test('a token that is none is told of', async () => {
  await (await StateFolder.open(folder, { empty: false })).release();
  writeFileSync(join(folder, 'service-token'), 'short\n');
  const opened = StateFolder.open(folder, { empty: false });
  await expect(opened).rejects.toThrow(
    `${join(folder, 'service-token')}: holds no token\n  rule:   16 or more printable ASCII characters without blanks\n` +
      '  remedy: start with --reset, which makes everything anew',
  );
  // And the folder is free again.
  await (await StateFolder.open(folder, { empty: true })).release();
});
