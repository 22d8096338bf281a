/**
 * Shows that the tests hold what they claim: takes one hardening field, network rule or queue setting away at a time,
 * in a copy of the checkout, and runs the tests that should notice. The golden sets are left out: they notice every
 * change, intended or not. `npm run mutations [name…]`; exit 1 when a mutation survives.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTATIONS, type Mutation } from './mutations';

const ROOT = resolve(__dirname, '../..');
/** What the tests read; everything else stays where it is. */
const COPIED = [
  'apps',
  'constructs',
  'policies',
  'stacks',
  'test',
  'package.json',
  'tsconfig.json',
  'jest.config.ts',
];

function main(wanted: readonly string[]): number {
  const chosen = MUTATIONS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const copy = mkdtempSync(join(tmpdir(), 'hyperion-mutations-'));
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const untouched = [...new Set(chosen.map(({ tests }) => tests))].filter((tests) => !passes(copy, tests));
    if (untouched.length > 0) {
      process.stdout.write(`fails without any mutation: ${untouched.join(', ')}\n`);
      return 1;
    }
    const survivors = chosen.filter((mutation, index) =>
      survives(copy, mutation, `${index + 1}/${chosen.length}`),
    );
    process.stdout.write(`${chosen.length - survivors.length} of ${chosen.length} mutations noticed\n`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function survives(copy: string, { name, file, find, replace, tests }: Mutation, progress: string): boolean {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const mutated = original.replace(find, () => replace);
  if (mutated === original)
    throw new Error(`${name}: ${file} no longer holds ${String(find)}; mend the table`);
  writeFileSync(path, mutated);
  const passed = passes(copy, tests);
  writeFileSync(path, original);
  process.stdout.write(`${progress} ${passed ? 'SURVIVED' : 'noticed '} ${name}\n`);
  return passed;
}

function passes(copy: string, tests: string): boolean {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const { status } = spawnSync(process.execPath, [jest, '--bail', '--silent', '--testPathPatterns', tests], {
    cwd: copy,
    stdio: 'ignore',
    timeout: 300_000,
  });
  return status === 0;
}

process.exitCode = main(process.argv.slice(2));
