import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheKey } from './cache';
import { TOOLS } from './registry';
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
