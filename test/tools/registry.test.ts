import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOG } from '../../constructs/core/catalog';
import { cacheKey } from './cache';
import { TOOLS, type ToolName } from './registry';
import type { Tool } from './tool';

const tools: readonly Tool[] = TOOLS;

it('has each name once', () => {
  const names = tools.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it.each(tools.map((tool) => [tool.name, tool] as const))('%s is complete', (name, tool) => {
  expect(existsSync(join(__dirname, `${name}.ts`))).toBe(true);
  expect(cacheKey(tool)).toMatch(/^[0-9][0-9a-z.+]*-[0-9a-f]{12}-[a-z0-9]+-[a-z0-9]+$/);
  expect(['.', ...tool.outputs]).toContain(tool.main);
  expect(tool.checks.length).toBeGreaterThan(0);
  for (const check of tool.checks) expect(tool.outputs).toContain('run' in check ? check.run[0] : check.file);
  // What does not survive JSON does not reach the cache key.
  expect(JSON.parse(JSON.stringify(tool.recipe.inputs))).toEqual(tool.recipe.inputs);
});

/** The components of the catalogue that a tool runs or judges. */
const COMPONENTS: Partial<Record<ToolName, readonly (keyof typeof CATALOG)[]>> = {
  alertmanager: ['alertmanager'],
  amtool: ['alertmanager'],
  influxdb: ['influxdb'],
  kafka: ['kafka'],
  loki: ['loki', 'loki-canary'],
  nginx: ['nginx'],
  otelcol: ['otel-collector'],
  postgresql: ['postgresql'],
  prometheus: ['prometheus'],
  'telemetry-services': ['telemetry-services'],
  'victoria-metrics': [
    'vmagent',
    'vmalert',
    'vmauth',
    'vmbackup',
    'vmrestore',
    'vminsert',
    'vmselect',
    'vmstorage',
  ],
};

// A new version in the catalogue must not leave its proofs with the old program unnoticed.
it.each(Object.entries(COMPONENTS).flatMap(([tool, names]) => names.map((name) => [tool, name] as const)))(
  '%s is %s of the catalogue, or says what it stands in for',
  (name, component) => {
    const tool = tools.find((definition) => definition.name === name);
    const { version } = CATALOG[component];
    const isServer = ['vminsert', 'vmselect', 'vmstorage'].includes(component);
    if (tool?.version !== version || isServer) {
      expect(tool?.purpose).toContain(`${component} ${version}`);
      expect(tool?.purpose).toContain('stands in for');
    }
  },
);
