/**
 * `npm test`: installs, builds the real programs that this machine can build, runs every test, and ends with one line
 * `N passed, N failed, N skipped`. `--fast` leaves out the proofs with real programs and the tests with processes; further arguments go to jest.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, ROOT } from './ensure-installed.mjs';
import summary from './test-summary.js';

/** Real programs; and tests that start processes of ours, or wait for time-outs to pass. */
const SLOW = ['test/proof/', '\\.process\\.test\\.ts$'];

const args = process.argv.slice(2);
const isFast = args.includes('--fast');
const forJest = args.filter((arg) => arg !== '--fast');

ensureInstalled();
// Chosen tests build what they need themselves.
if (!isFast && forJest.length === 0)
  await node('tools', ['node_modules/ts-node/dist/bin.js', 'test/tools/cli.ts', 'build']);
process.exitCode = await test();

async function test() {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-test-'));
  try {
    const report = join(folder, 'report.json');
    const status = await node('jest', [
      'node_modules/jest/bin/jest.js',
      ...(isFast ? ['--testPathIgnorePatterns', ...SLOW] : []),
      ...['--json', '--outputFile', report],
      ...forJest,
    ]);
    const { text, isGood } = summary.summarise(JSON.parse(readFileSync(report, 'utf8')), {
      isFast,
      isCi: process.env.CI === 'true',
    });
    console.log(text);
    return status === 0 && isGood ? 0 : 1;
  } catch (error) {
    console.error(`hyperion: the tests ended without a report: ${error.message}`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function node(name, nodeArgs) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, nodeArgs, { cwd: ROOT, stdio: ['ignore', 2, 2] });
    child.once('error', (error) => reject(new Error(`${name}: ${error.message}`)));
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}
