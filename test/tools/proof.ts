/** Declares tests that need real programs: they run, are left out with a printed reason, or fail where CI promises the programs. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { availability, tool } from './obtain';
import type { ToolName } from './registry';

/** A first build of the slowest tool, with others before it, on 2 cores. */
const BUILD_LIMIT_MS = 45 * 60_000;

/**
 * `proof(['loki'], 'Loki accepts …', () => { it(…) })`. Inside, `await tool('loki')` answers at once.
 * Without a tool each test is counted as skipped; with `CI=true` one test fails with the reason instead.
 */
export function proof(tools: readonly ToolName[], title: string, body: () => void): void {
  const reasons = tools
    .map((name) => availability(name))
    .flatMap((found) => (found.available ? [] : [found.reason]));
  if (reasons.length === 0) {
    describe(title, () => {
      beforeAll(async () => {
        // One after the other: two Go builds at once take no less time, and twice the memory.
        for (const name of tools) await tool(name);
      }, BUILD_LIMIT_MS);
      body();
    });
  } else if (process.env.CI === 'true') {
    it(`${title} [has its tools]`, () => {
      throw new Error(`${reasons.join('\n')}\nWith CI=true a proof may not be left out.`);
    });
  } else {
    process.stderr.write(`[proof left out] ${title}: ${reasons.join('; ')}\n`);
    describe.skip(`${title} [not run: ${reasons.join('; ')}]`, body);
  }
}

/**
 * A proof that also needs programs which no registry has, so that no machine can be asked to have them: without them on the
 * PATH each test is counted as skipped and says so, with `CI=true` too (`bin/test-summary.js` knows these titles).
 */
export function proofOnPath(
  programs: readonly string[],
  tools: readonly ToolName[],
  title: string,
  body: () => void,
): void {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) {
    proof(tools, title, body);
  } else {
    const reason = `in no registry, and not on the PATH: ${missing.join(', ')}`;
    process.stderr.write(`[proof left out] ${title}: ${reason}\n`);
    describe.skip(`${title} [not run: ${reason}]`, body);
  }
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
