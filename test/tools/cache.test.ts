import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheKey, cacheRoot, ToolCache } from './cache';
import { fakeTool, slowTool } from './fixtures/fake-tool';
import { needs } from './requirement';
import type { Tool } from './tool';

let root: string;
let lines: string[];
let cache: ToolCache;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-cache-'));
  lines = [];
  cache = new ToolCache(root, (line) => lines.push(line));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('cacheRoot', () => {
  it('takes HYPERION_CACHE before XDG_CACHE_HOME before the home folder', () => {
    expect(cacheRoot({ HYPERION_CACHE: '/a/b', XDG_CACHE_HOME: '/x' })).toBe('/a/b');
    expect(cacheRoot({ HYPERION_CACHE: 'a/b' })).toBe(resolve('a/b'));
    expect(cacheRoot({ XDG_CACHE_HOME: '/x' })).toBe('/x/hyperion');
    expect(cacheRoot({ HYPERION_CACHE: '', XDG_CACHE_HOME: 'relative' })).toBe(
      join(homedir(), '.cache/hyperion'),
    );
  });
});

describe('cacheKey', () => {
  it('names version, recipe and platform', () => {
    expect(cacheKey(fakeTool(), 'linux-arm64')).toMatch(/^1\.0\.0-[0-9a-f]{12}-linux-arm64$/);
  });

  it('changes with the version, the recipe, its outputs and the platform, and with nothing else', () => {
    const tool = fakeTool();
    const key = cacheKey(tool, 'linux-x64');
    const others = [
      cacheKey(fakeTool({ version: '1.0.1' }), 'linux-x64'),
      cacheKey(fakeTool({ inputs: { tags: ['a'] } }), 'linux-x64'),
      cacheKey({ ...tool, recipe: { ...tool.recipe, revision: 2 } }, 'linux-x64'),
      cacheKey({ ...tool, outputs: ['greeter', 'shouter'] }, 'linux-x64'),
      cacheKey(tool, 'darwin-x64'),
    ];
    expect(new Set([key, ...others]).size).toBe(6);
    expect(cacheKey({ ...tool, purpose: 'says hello', onRequest: true }, 'linux-x64')).toBe(key);
  });
});

describe('ensure', () => {
  it('builds once, says so, and answers from the cache afterwards', async () => {
    const tool = fakeTool();
    const folder = await cache.ensure(tool);
    expect(folder).toBe(join(root, 'tools/greeter', cacheKey(tool)));
    expect(readFileSync(join(folder, 'greeter'), 'utf8')).toContain('greeter 1.0.0');
    expect(lines).toEqual([
      `greeter 1.0.0: building, log in ${folder}.log`,
      `greeter 1.0.0: ready after 0 s, in ${folder}`,
    ]);
    expect(await cache.ensure(tool)).toBe(folder);
    expect(lines).toHaveLength(2);
    expect(readdirSync(join(root, 'tools/greeter')).sort()).toEqual(
      [cacheKey(tool), `${cacheKey(tool)}.log`].sort(),
    );
  });

  it('builds once for two callers in one process', async () => {
    const journal = join(root, 'journal');
    const tool = slowTool(journal, 50);
    const [first, second] = await Promise.all([cache.ensure(tool), cache.ensure(tool)]);
    expect(first).toBe(second);
    expect(readFileSync(journal, 'utf8')).toBe(`${process.pid}\n`);
  });

  it('shows progress while it builds', async () => {
    const impatient = new ToolCache(root, (line) => lines.push(line), 20);
    await impatient.ensure(slowTool(join(root, 'journal'), 100));
    expect(lines).toContain('greeter 1.0.0: building since 0 s: shell script');
  });

  it('leaves nothing that counts as built when the build throws, and shows the end of its log', async () => {
    const tool = fakeTool({
      before: async (build) => {
        writeFileSync(join(build.outDir, 'greeter'), 'half a program');
        await build.run({
          program: 'sh',
          args: ['-c', 'echo no such module >&2; exit 7'],
          cwd: build.workDir,
        });
      },
    });
    const folder = cache.folderOf(tool);
    await expect(cache.ensure(tool)).rejects.toThrow(
      [
        'greeter 1.0.0: build failed after 0 s: `sh -c echo no such module >&2; exit 7` ended with 7',
        `  the last lines of ${folder}.log:`,
      ].join('\n'),
    );
    await expect(cache.ensure(tool)).rejects.toThrow(
      /\n {4}no such module\n {2}remedy: mend what the log says, then run: npm run tools -- build greeter$/,
    );
    expect(cache.stateOf(tool)).toEqual({ kind: 'absent' });
    expect(readdirSync(join(root, 'tools/greeter'))).toEqual([`${cacheKey(tool)}.log`]);
    // The same recipe, mended, builds.
    expect(await cache.ensure(fakeTool())).toBe(folder);
  });

  it('refuses a program that says another version', async () => {
    const tool = fakeTool({ prints: 'greeter 0.9.9' });
    await expect(cache.ensure(tool)).rejects.toThrow(
      'verification failed: `greeter --version` must print "greeter 1.0.0", it printed: greeter 0.9.9',
    );
    expect(existsSync(cache.folderOf(tool))).toBe(false);
  });

  it('refuses a recipe that does not make its outputs', async () => {
    const tool = { ...fakeTool(), outputs: ['greeter', 'shouter'] };
    await expect(cache.ensure(tool)).rejects.toThrow('the recipe did not make shouter');
    expect(existsSync(cache.folderOf(tool))).toBe(false);
  });

  it('does not take a folder without a stamp, or with a shortened file, for a build', async () => {
    const tool = fakeTool();
    const folder = cache.folderOf(tool);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'greeter'), 'half a program');
    expect(cache.stateOf(tool)).toEqual({ kind: 'absent' });

    await cache.ensure(tool);
    expect(cache.stateOf(tool).kind).toBe('built');
    writeFileSync(join(folder, 'greeter'), '#!/bin/sh\n');
    expect(cache.stateOf(tool)).toEqual({ kind: 'absent' });
    await cache.ensure(tool);
    expect(await cache.problems(tool)).toEqual([]);
  });

  it('says what is missing on the machine, and still answers a tool that is in the cache', async () => {
    const impossible = fakeTool({ requires: [{ ...needs.go('1.25'), probe: ['no-such-go', 'version'] }] });
    expect(cache.stateOf(impossible)).toEqual({
      kind: 'unavailable',
      reason: 'not available: needs Go >= 1.25, found no no-such-go on the PATH',
    });
    await expect(cache.ensure(impossible)).rejects.toThrow(
      'greeter 1.0.0: not available: needs Go >= 1.25, found no no-such-go on the PATH\n' +
        '  remedy: install what it needs, then run this again',
    );
    await cache.ensure(fakeTool());
    expect(await cache.ensure(impossible)).toBe(cache.folderOf(impossible));
  });

  it('does not answer a built tool that this machine cannot run', async () => {
    const folder = await cache.ensure(fakeTool());
    const reason = 'not available: needs Java >= 17, found no no-such-java on the PATH';
    const tool: Tool = { ...fakeTool(), runsWith: [{ ...needs.java('17'), probe: ['no-such-java'] }] };
    expect(cache.folderOf(tool)).toBe(folder);
    expect(cache.stateOf(tool)).toEqual({ kind: 'unavailable', reason });
    await expect(cache.ensure(tool)).rejects.toThrow(`greeter 1.0.0: ${reason}`);
  });

  it('names the cache folder and the way out when it cannot be made', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const blocked = new ToolCache(file, (line) => lines.push(line));
    await expect(blocked.ensure(fakeTool())).rejects.toThrow(
      /the cache folder .*file\/tools\/greeter cannot be made: ENOTDIR.*\n {2}remedy: set HYPERION_CACHE to a folder/,
    );
  });

  it('removes what a killed builder left, and nothing of a living one', async () => {
    const tool = fakeTool();
    const dead = spawn('true', { stdio: 'ignore' });
    await once(dead, 'exit');
    const folder = cache.folderOf(tool);
    mkdirSync(`${folder}.partial-${dead.pid ?? 0}-abc/out`, { recursive: true });
    mkdirSync(`${folder}.partial-${process.ppid}-def/out`, { recursive: true });
    await cache.ensure(tool);
    expect(readdirSync(join(root, 'tools/greeter')).filter((name) => name.includes('partial'))).toEqual([
      `${cacheKey(tool)}.partial-${process.ppid}-def`,
    ]);
  });
});

describe('problems', () => {
  it('names a file that is no longer the one that was built', async () => {
    const tool = fakeTool();
    const folder = await cache.ensure(tool);
    const program = readFileSync(join(folder, 'greeter'), 'utf8');
    // Of the same length, so that only the checksum can tell.
    writeFileSync(join(folder, 'greeter'), program.replace('greeter 1.0.0', 'greeter 6.6.6'));
    expect(await cache.problems(tool)).toEqual([
      'greeter is not the file that was built',
      '`greeter --version` must print "greeter 1.0.0", it printed: greeter 6.6.6',
    ]);
  });

  it('says that nothing is built', async () => {
    expect(await cache.problems(fakeTool())).toEqual(['not built, or incomplete']);
  });
});

describe('two processes', () => {
  const BUILD_MS = 1_500;

  function otherProcess(journal: string): Promise<{ folder: string; said: string }> {
    const script = join(__dirname, 'fixtures/build-slow-tool.ts');
    const child = spawn(process.execPath, [
      '-r',
      'ts-node/register',
      script,
      root,
      journal,
      String(BUILD_MS),
    ]);
    let folder = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (folder += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return once(child, 'close').then(() => ({ folder, said }));
  }

  it('build once between them; the second waits, says for whom, and gets the same folder', async () => {
    const journal = join(root, 'journal');
    const other = otherProcess(journal);
    const deadline = Date.now() + 20_000;
    while (!existsSync(journal) && Date.now() < deadline) await sleep(20);
    const folder = await cache.ensure(slowTool(journal, BUILD_MS));
    const { folder: otherFolder, said } = await other;

    const builders = readFileSync(journal, 'utf8').trim().split('\n');
    expect(builders).toHaveLength(1);
    expect(otherFolder).toBe(folder);
    expect(said).toContain('greeter 1.0.0: ready after');
    expect(lines).toEqual([`greeter 1.0.0: waiting for process ${builders[0] ?? ''}, which builds it (0 s)`]);
  }, 30_000);

  it('the second takes over when the first is killed in the middle', async () => {
    const journal = join(root, 'journal');
    const script = join(__dirname, 'fixtures/build-slow-tool.ts');
    const victim = spawn(process.execPath, ['-r', 'ts-node/register', script, root, journal, '60000'], {
      stdio: 'ignore',
    });
    const ended = once(victim, 'exit');
    const deadline = Date.now() + 20_000;
    while (!existsSync(journal) && Date.now() < deadline) await sleep(20);
    const tool = slowTool(journal, 10);
    expect(cache.stateOf(tool)).toEqual({ kind: 'building', pid: victim.pid });
    victim.kill('SIGKILL');
    await ended;
    expect(cache.stateOf(tool)).toEqual({ kind: 'absent' });

    await cache.ensure(tool);
    appendFileSync(journal, 'end\n');
    expect(readFileSync(journal, 'utf8')).toBe(`${victim.pid ?? 0}\n${process.pid}\nend\n`);
    expect(readdirSync(join(root, 'tools/greeter')).sort()).toEqual(
      [cacheKey(tool), `${cacheKey(tool)}.log`].sort(),
    );
  }, 30_000);
});
