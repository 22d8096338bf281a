/** The five services of `apps/`, compiled as their image compiles them. Another source is another build. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CATALOG } from '../../constructs/core/catalog';
import { needs } from './requirement';
import type { Tool } from './tool';

const ROOT = join(__dirname, '..', '..');
const SETTINGS = ['tsconfig.json', 'package-lock.json', 'apps/tsconfig.image.json'];
const SERVICES = ['streamer', 'broker', 'proxy', 'collector', 'api'] as const;
const outputOf = (service: string): string => `apps/${service}/server.js`;

export const telemetryServices = {
  name: 'telemetry-services',
  version: CATALOG['telemetry-services'].version,
  purpose: 'the five services as their image has them',
  requires: [needs.node('20.20')],
  recipe: {
    kind: 'tsc',
    revision: 1,
    inputs: { sources: fingerprint() },
    run: async (build) => {
      const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      const project = join(ROOT, 'apps', 'tsconfig.image.json');
      // The command of `apps/Dockerfile`.
      await build.run({
        program: process.execPath,
        args: [compiler, '-p', project, '--outDir', build.outDir],
        cwd: ROOT,
      });
    },
  },
  outputs: SERVICES.map(outputOf),
  main: '.',
  checks: SERVICES.map((service) => ({ file: outputOf(service), holds: 'runService' })),
} as const satisfies Tool;

function fingerprint(): string {
  const sources = readdirSync(join(ROOT, 'apps'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  const hash = createHash('sha256');
  for (const path of [...new Set([...sources, ...SETTINGS])].sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  }
  return hash.digest('hex');
}
