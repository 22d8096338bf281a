import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolCache } from './cache';
import { runCli } from './cli';
import { fakeTool } from './fixtures/fake-tool';
import { needs } from './requirement';
import type { Tool } from './tool';

const good = fakeTool();
const broken: Tool = { ...fakeTool({ prints: 'greeter 2' }), name: 'broken' };
const rare: Tool = { ...fakeTool(), name: 'rare', onRequest: true };
const impossible: Tool = {
  ...fakeTool(),
  name: 'gone',
  requires: [{ ...needs.go('1.25'), probe: ['no-such-go'] }],
};

let root: string;
let cache: ToolCache;
let out: string;
let err: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-cli-'));
  cache = new ToolCache(root, () => undefined);
  out = '';
  err = '';
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function run(args: readonly string[], tools: readonly Tool[] = [good, rare]): Promise<number> {
  return runCli(
    args,
    tools,
    cache,
    (text) => (out += text),
    (text) => (err += text),
  );
}

it('lists state, size and the reason of what cannot be had', async () => {
  await cache.ensure(good);
  expect(await run([], [good, rare, impossible])).toBe(0);
  expect(out).toBe(
    [
      'tool     version  state                                                             size    purpose',
      'greeter  1.0.0    built in 0 s                                                      0.0 MB  greets',
      'rare     1.0.0    absent, built on request                                          -       greets',
      'gone     1.0.0    not available: needs Go >= 1.25, found no no-such-go on the PATH  -       greets',
    ].join('\n') + '\n',
  );
});

it('builds all but what is built on request, and that when it is named', async () => {
  expect(await run(['build'])).toBe(0);
  expect([good, rare].map((tool) => cache.stateOf(tool).kind)).toEqual(['built', 'absent']);
  expect(await run(['build', 'rare'])).toBe(0);
  expect(cache.stateOf(rare).kind).toBe('built');
});

it('goes on after a failure and answers 1', async () => {
  expect(await run(['build'], [broken, impossible, good])).toBe(1);
  expect(err).toContain('broken 1.0.0: build failed after 0 s: verification failed');
  expect(err).toContain('gone 1.0.0: not available: needs Go >= 1.25, found no no-such-go on the PATH');
  expect(cache.stateOf(good).kind).toBe('built');
});

it('verifies what is built', async () => {
  expect(await run(['verify'])).toBe(0);
  expect(out).toBe('nothing is built yet: npm run tools -- build\n');
  await cache.ensure(good);
  expect(await run(['verify'])).toBe(0);
  expect(out).toContain('greeter 1.0.0: verified\n');
  expect(await run(['verify', 'rare'])).toBe(1);
  expect(out).toContain('rare 1.0.0: WRONG\n  not built, or incomplete\n');
});

it('names and removes what no definition asks for any more', async () => {
  const older = await cache.ensure(fakeTool({ version: '0.9.0' }));
  await cache.ensure(good);
  expect(await run(['list'])).toBe(0);
  expect(out).toContain('\n0.0 MB belong to definitions that no longer exist: npm run tools -- prune\n');

  expect(await run(['prune', 'greeter'])).toBe(2);
  expect(err).toBe('tools: prune takes no names, it removes what no definition has\n');
  out = '';
  expect(await run(['prune'])).toBe(0);
  expect(out).toBe(`removed ${older}\nremoved ${older}.log\n0.0 MB freed\n`);
  expect(existsSync(older)).toBe(false);
  expect(cache.stateOf(good).kind).toBe('built');

  out = '';
  expect(await run(['prune'])).toBe(0);
  expect(out).toBe('nothing to remove\n');
});

it('refuses an unknown command and an unknown tool, and helps', async () => {
  expect(await run(['destroy'])).toBe(2);
  expect(err).toBe(
    'tools: unknown command destroy; list, build, verify and prune exist, --help tells more\n',
  );
  expect(await run(['build', 'lokki'])).toBe(2);
  expect(err).toContain('tools: no tool is called lokki; there are greeter, rare\n');
  expect(await run(['--help'])).toBe(0);
  expect(out).toContain('Usage: npm run tools -- [list | build | verify | prune] [name…]');
});
