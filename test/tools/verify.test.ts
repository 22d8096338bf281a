import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeTool } from './fixtures/fake-tool';
import type { Check } from './tool';
import { failedChecks } from './verify';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tools-verify-'));
  script('good', 'echo good 1.0 >&2');
  script('mute', 'true');
  script('broken', 'echo cannot load library; exit 3');
  writeFileSync(join(folder, 'schema.json'), '{ "swagger":\n "2.0" }');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function script(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

async function failureOf(check: Check): Promise<string[]> {
  return failedChecks({ ...fakeTool(), checks: [check] }, folder);
}

it('accepts a version on stdout or stderr, and a file with the text', async () => {
  expect(await failureOf({ run: ['good', 'version'], prints: 'good 1.0' })).toEqual([]);
  expect(await failureOf({ file: 'schema.json', holds: '"2.0"' })).toEqual([]);
});

it.each<[Check, string]>([
  [
    { run: ['good', 'version'], prints: 'good 1.1' },
    '`good version` must print "good 1.1", it printed: good 1.0',
  ],
  [{ run: ['mute'], prints: '1.0' }, '`mute` must print "1.0", it printed: (nothing)'],
  [
    { run: ['broken', '-v'], prints: '1.0' },
    '`broken -v` ended with status 3, it printed: cannot load library',
  ],
  [{ file: 'schema.json', holds: '3.0' }, 'schema.json must hold "3.0", it begins: { "swagger": "2.0" }'],
])('%j', async (check, failure) => {
  expect(await failureOf(check)).toEqual([failure]);
});

it('says that a program does not start, and that a file is not there', async () => {
  const [program] = await failureOf({ run: ['absent'], prints: '1.0' });
  expect(program).toMatch(/^`absent` ended with no start, it printed: spawn .*absent ENOENT$/);
  const [file] = await failureOf({ file: 'absent.json', holds: '1.0' });
  expect(file).toMatch(/^absent\.json cannot be read: ENOENT/);
});
