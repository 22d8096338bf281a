/** Several builds at once, as far as memory allows: while one fetches, another compiles. */
import type { Tool } from './tool';

const AT_ONCE = 2;
/** What a build takes that says nothing. */
const DEFAULT_GIB = 1;
/** A build of this much keeps two cores and the disk busy by itself. */
const ALONE_FROM_GIB = 4;

/** Starts the builds in their order, where one that does not fit yet lets later ones go first. Never throws. */
export async function buildAll(
  tools: readonly Tool[],
  availableGiB: number,
  build: (tool: Tool) => Promise<void>,
): Promise<void> {
  const waiting = [...tools];
  const running = new Map<Tool, Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex((tool) => fits(tool, [...running.keys()], availableGiB));
    const [tool] = next === -1 ? [] : waiting.splice(next, 1);
    if (tool === undefined) await Promise.race(running.values());
    else
      running.set(
        tool,
        build(tool).finally(() => running.delete(tool)),
      );
  }
}

function fits(tool: Tool, running: readonly Tool[], availableGiB: number): boolean {
  if (running.length === 0) return true;
  const together = [...running, tool].map(({ memoryGiB = DEFAULT_GIB }) => memoryGiB);
  return (
    together.length <= AT_ONCE &&
    together.every((gib) => gib < ALONE_FROM_GIB) &&
    together.reduce((sum, gib) => sum + gib, 0) <= availableGiB
  );
}
