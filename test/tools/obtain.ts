/** What a test asks: is the tool to be had on this machine, and where is it. */
import { join } from 'node:path';
import { cacheRoot, ToolCache } from './cache';
import { TOOLS, type ToolName } from './registry';
import type { Tool } from './tool';

export type Availability =
  | {
      readonly available: true;
      readonly path: string;
      /** All of its outputs lie below. */ readonly folder: string;
    }
  | { readonly available: false; readonly reason: string };

/** To stderr, past jest's capturing: a build of minutes must not look like a test that hangs. */
const cache = new ToolCache(cacheRoot(process.env), (line) => {
  process.stderr.write(`[tools] ${line}\n`);
});

/**
 * Whether the tool is built or can be built here, without building it. Answers at once, so that a test can decide while
 * it is being declared; `path` is where `tool(name)` will have put it.
 */
export function availability(name: ToolName): Availability {
  const definition = definitionOf(name);
  const state = cache.stateOf(definition);
  const folder = cache.folderOf(definition);
  return state.kind === 'unavailable'
    ? { available: false, reason: `${name} ${definition.version}: ${state.reason}` }
    : { available: true, path: join(folder, definition.main), folder };
}

/**
 * The absolute path of the tool's program (or folder, for sets of files), built first if absent.
 * @param output another of its outputs, e.g. `loki-canary` of `loki`
 * @throws ToolError when it cannot be had, with the reason
 */
export async function tool(name: ToolName, output?: string): Promise<string> {
  const definition = definitionOf(name);
  return join(await cache.ensure(definition), output ?? definition.main);
}

function definitionOf(name: ToolName): Tool {
  const found = TOOLS.find((definition) => definition.name === name);
  if (found === undefined) throw new Error(`test/tools/registry.ts has no tool ${name}`);
  return found;
}
