/**
 * The import table of the design, enforced on every source file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');
const SOURCES = ['constructs', 'infra', 'apps', 'policies', 'stacks'];

/** Which places a file in a place may import from; `<layer>` and `<app>` stand for the file's own. */
export function mayImport(from: string, to: string): boolean {
  const [area, part] = from.split('/');
  const [targetArea, targetPart, targetFile] = to.split('/');
  if (area === 'stacks') return targetArea !== 'test';
  if (targetArea === 'stacks' || targetArea === 'test') return false;
  if (area === 'constructs') {
    if (part === 'core') return targetArea === 'constructs' && targetPart === 'core';
    if (part === 'systems') return targetArea === 'constructs';
    if (targetArea === 'constructs') return targetPart === 'core' || targetPart === part;
    return part === 'telemetry' && targetArea === 'apps' && targetFile === 'config';
  }
  if (area === 'apps') return targetArea === 'apps' && (targetPart === part || targetPart === 'shared');
  return area === targetArea;
}

function sourceFiles(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function localImports(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(ROOT, resolve(ROOT, dirname(file), name)));
}

const files = SOURCES.flatMap(sourceFiles);

test('there are sources to look at', () => {
  expect(files.length).toBeGreaterThan(20);
});

test('every file imports only what the design allows', () => {
  const forbidden = files.flatMap((file) =>
    localImports(file)
      .filter((target) => !mayImport(file, target))
      .map((target) => `${file} imports ${target}`),
  );
  expect(forbidden).toEqual([]);
});

test.each([
  ['constructs/core/workload.ts', 'constructs/store/loki', false],
  ['constructs/store/loki.ts', 'constructs/core/workload', true],
  ['constructs/store/loki.ts', 'constructs/buffer/kafka', false],
  ['constructs/store/loki.ts', 'policies/rules', false],
  ['constructs/telemetry/broker.ts', 'apps/broker/config', true],
  ['constructs/telemetry/broker.ts', 'apps/broker/app', false],
  ['constructs/systems/hyperion.ts', 'constructs/buffer/kafka', true],
  ['infra/azure/cluster.ts', 'constructs/core/cloud-ref', false],
  ['apps/broker/app.ts', 'apps/shared/http', true],
  ['apps/broker/app.ts', 'apps/proxy/app', false],
  ['policies/rules.ts', 'stacks/synthesis', false],
  ['stacks/cli/main.ts', 'policies/rules', true],
])('the table: %s → %s is %s', (from, to, allowed) => {
  expect(mayImport(from, to)).toBe(allowed);
});

test('no source file is longer than can be read in one go (350 lines)', () => {
  const long = files
    .filter((file) => !file.includes('/imports/'))
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 350);
  expect(long).toEqual([]);
});
