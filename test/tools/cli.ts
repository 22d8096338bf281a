/** `npm run tools`: lists, builds and verifies the real programs of the proofs. */
import { cacheRoot, ToolCache } from './cache';
import { TOOLS } from './registry';
import { buildAll } from './schedule';
import { remove, type Stale } from './stale';
import type { Tool } from './tool';

const HELP = `Usage: npm run tools -- [list | build | verify | prune] [name…]

  list     a table of the tools: version, state, size (the default)
  build    builds what is missing: the named ones, or all that the default test run needs
  verify   checks the files of built tools and runs their own version commands
  prune    removes from the cache what no definition of this checkout asks for any more
  --help   this text

The cache is $HYPERION_CACHE, else $XDG_CACHE_HOME/hyperion, else ~/.cache/hyperion.
Exit status: 0 all is well, 1 something is missing or wrong, 2 wrong use.
`;

const OK = 0;
const FINDINGS = 1;
const WRONG_USE = 2;

const BYTES_PER_GIB = 2 ** 30;

type Write = (text: string) => void;

/** Answers the exit status. `tools` and `cache` are handed in so that it can be tested with small ones. */
export async function runCli(
  args: readonly string[],
  tools: readonly Tool[],
  cache: ToolCache,
  out: Write,
  err: Write,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    out(HELP);
    return OK;
  }
  const [command = 'list', ...names] = args;
  const unknown = names.filter((name) => !tools.some((tool) => tool.name === name));
  if (unknown.length > 0) {
    err(
      `tools: no tool is called ${unknown.join(', ')}; there are ${tools.map(({ name }) => name).join(', ')}\n`,
    );
    return WRONG_USE;
  }
  const named = tools.filter(({ name }) => names.includes(name));
  switch (command) {
    case 'list':
      out(table(named.length > 0 ? named : tools, cache));
      if (named.length === 0) out(staleNote(cache.stale(tools)));
      return OK;
    case 'build':
      return build(
        named.length > 0 ? named : tools.filter(({ onRequest }) => onRequest !== true),
        cache,
        err,
      );
    case 'verify':
      return verify(named.length > 0 ? named : builtOf(tools, cache), cache, out);
    case 'prune':
      if (named.length > 0) {
        err('tools: prune takes no names, it removes what no definition has\n');
        return WRONG_USE;
      }
      prune(cache.stale(tools), out);
      return OK;
    default:
      err(`tools: unknown command ${command}; list, build, verify and prune exist, --help tells more\n`);
      return WRONG_USE;
  }
}

/** A failure does not stop the others. */
async function build(tools: readonly Tool[], cache: ToolCache, err: Write): Promise<number> {
  let status = OK;
  await buildAll(tools, process.availableMemory() / BYTES_PER_GIB, async (tool) => {
    try {
      await cache.ensure(tool);
    } catch (error) {
      err(`${(error as Error).message}\n`);
      status = FINDINGS;
    }
  });
  return status;
}

function prune(stale: readonly Stale[], out: Write): void {
  remove(stale);
  for (const { path } of stale) out(`removed ${path}\n`);
  out(stale.length === 0 ? 'nothing to remove\n' : `${sizeOf(stale)} freed\n`);
}

function staleNote(stale: readonly Stale[]): string {
  if (stale.length === 0) return '';
  return `\n${sizeOf(stale)} belong to definitions that no longer exist: npm run tools -- prune\n`;
}

function sizeOf(files: readonly { readonly sizeBytes: number }[]): string {
  return `${(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1_000_000).toFixed(1)} MB`;
}

async function verify(tools: readonly Tool[], cache: ToolCache, out: Write): Promise<number> {
  let status = OK;
  for (const tool of tools) {
    const problems = await cache.problems(tool);
    if (problems.length > 0) status = FINDINGS;
    const verdict = problems.length === 0 ? 'verified' : `WRONG\n  ${problems.join('\n  ')}`;
    out(`${tool.name} ${tool.version}: ${verdict}\n`);
  }
  if (tools.length === 0) out('nothing is built yet: npm run tools -- build\n');
  return status;
}

function builtOf(tools: readonly Tool[], cache: ToolCache): Tool[] {
  return tools.filter((tool) => cache.stateOf(tool).kind === 'built');
}

function table(tools: readonly Tool[], cache: ToolCache): string {
  const rows = tools.map((tool) => {
    const [state, size] = stateAndSize(tool, cache);
    return [tool.name, tool.version, state, size, tool.purpose];
  });
  const lines = [['tool', 'version', 'state', 'size', 'purpose'], ...rows];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return lines
    .map(
      (cells) =>
        `${cells
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function stateAndSize(tool: Tool, cache: ToolCache): [state: string, size: string] {
  const state = cache.stateOf(tool);
  switch (state.kind) {
    case 'built':
      return [`built in ${state.stamp.buildSeconds} s`, sizeOf(Object.values(state.stamp.files))];
    case 'building':
      return [`being built by process ${state.pid}`, '-'];
    case 'unavailable':
      return [state.reason, '-'];
    case 'absent':
      return [tool.onRequest === true ? 'absent, built on request' : 'absent', '-'];
  }
}

async function main(): Promise<void> {
  // Exit handlers end the build's processes, give the lock back and remove what is half done.
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(status));
  }
  const cache = new ToolCache(cacheRoot(process.env), (line) => {
    process.stderr.write(`[tools] ${line}\n`);
  });
  process.exitCode = await runCli(
    process.argv.slice(2),
    TOOLS,
    cache,
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
}

if (require.main === module) void main();
