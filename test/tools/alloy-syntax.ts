/**
 * Alloy's own parser, printer and evaluator, a module of their own beside Alloy, which cannot be had whole: some of what
 * it requires is not published where modules are. The components' arguments are a typed model (components.go).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from './go-build';
import { needs } from './requirement';
import type { Recipe, Tool } from './tool';

/** What the go.mod of the catalogue's Alloy requires. */
const VERSION = '0.1.1';
const MODULE = 'github.com/grafana/alloy/syntax';
const SOURCES = join(__dirname, 'alloy-syntax');

function ownProgram(): Recipe {
  const sources = Object.fromEntries(
    readdirSync(SOURCES).map((name) => [name, readFileSync(join(SOURCES, name), 'utf8')]),
  );
  const inputs = { module: MODULE, version: `v${VERSION}`, sources };
  return {
    kind: 'go build of a program of ours',
    revision: 1,
    inputs,
    run: async (build) => {
      for (const [name, text] of Object.entries(sources)) writeFileSync(join(build.workDir, name), text);
      writeFileSync(
        join(build.workDir, 'go.mod'),
        [
          'module example.com/hyperion/alloy-syntax',
          '',
          'go 1.26.5',
          '',
          `require ${MODULE} v${VERSION}`,
          '',
        ].join('\n'),
      );
      await buildPrograms(build, {
        module: 'example.com/hyperion/alloy-syntax',
        version: `v${VERSION}`,
        programs: { 'alloy-syntax': '.' },
      });
    },
  };
}

export const alloySyntax = {
  name: 'alloy-syntax',
  version: VERSION,
  purpose: 'parses, formats and judges Alloy’s configuration',
  // The module's go.mod asks for exactly this one.
  requires: [needs.go('1.26.5')],
  recipe: ownProgram(),
  outputs: ['alloy-syntax'],
  main: 'alloy-syntax',
  checks: [{ run: ['alloy-syntax', 'version'], prints: `${MODULE} v${VERSION}` }],
} as const satisfies Tool;
