/**
 * Alertmanager itself. Its module is published without the built user interface that it embeds, so a placeholder takes
 * that place; everything else is as published.
 */
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOG } from '../../constructs/core/catalog';
import { downloadGoModule, GO_ENV } from './go-build';
import { needs } from './requirement';
import type { Recipe, Tool } from './tool';

const VERSION = CATALOG.alertmanager.version;
const MODULE = 'github.com/prometheus/alertmanager';
const VARIABLES = `-s -w -X github.com/prometheus/common/version.Version=${VERSION}`;

export const alertmanager = {
  name: 'alertmanager',
  version: VERSION,
  purpose: 'runs Alertmanager’s configuration (without its pages)',
  requires: [needs.go('1.25')],
  recipe: withoutPages(),
  outputs: ['alertmanager'],
  main: 'alertmanager',
  checks: [{ run: ['alertmanager', '--version'], prints: `version ${VERSION}` }],
} as const satisfies Tool;

function withoutPages(): Recipe {
  return {
    kind: 'go build of a copy with placeholder pages',
    revision: 1,
    inputs: { module: MODULE, version: VERSION, variables: VARIABLES },
    run: async (build) => {
      const { Dir } = await downloadGoModule(build, MODULE, `v${VERSION}`);
      const copy = join(build.workDir, 'source');
      cpSync(Dir, copy, { recursive: true });
      // Go's module cache is read-only, and so is a copy of it.
      for (const folder of ['', 'ui', 'ui/app', 'go.mod', 'go.sum']) chmodSync(join(copy, folder), 0o755);
      mkdirSync(join(copy, 'ui/app/dist'));
      writeFileSync(join(copy, 'ui/app/dist/index.html'), '<!doctype html><title>Alertmanager</title>\n');
      await build.run({
        program: 'go',
        args: [
          'build',
          '-ldflags',
          VARIABLES,
          '-o',
          join(build.outDir, 'alertmanager'),
          './cmd/alertmanager',
        ],
        cwd: copy,
        env: GO_ENV,
        attempts: 3,
      });
    },
  };
}
