/**
 * How long a stack's program loads before it makes its first resource, for each cloud: `node bench/pulumi-import.js`, after
 * `npm run build`. The promise is 2 s; `test/stacks/pulumi/loaded-modules.test.ts` sees to what is loaded, without a clock.
 */
'use strict';
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const LIMIT_MS = 2000;
/** Each in a process of its own, and the median of them: the first one warms the disk's cache. */
const RUNS = 5;
const CLOUDS = {
  azure: ['infra/azure/azure-cloud', 'infra/azure/check-azure'],
  aws: ['infra/aws/aws-cloud', 'infra/aws/check-aws'],
  existing: ['infra/existing/existing-cloud'],
};

const PROGRAM = `
const started = process.hrtime.bigint();
for (const file of process.argv.slice(1)) require(file);
console.log(Number(process.hrtime.bigint() - started) / 1e6);
`;

function measure(modules) {
  const files = ['stacks/environments', 'stacks/pulumi/program', ...modules];
  const paths = files.map((file) => join(ROOT, 'build', file));
  const times = Array.from({ length: RUNS }, () =>
    Number(execFileSync(process.execPath, ['-e', PROGRAM, ...paths], { cwd: ROOT, encoding: 'utf8' })),
  );
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}

for (const [cloud, modules] of Object.entries(CLOUDS)) {
  const time = measure(modules);
  if (time > LIMIT_MS) process.exitCode = 1;
  console.log(`${cloud.padEnd(8)} ${time.toFixed(0).padStart(5)} ms, at most ${LIMIT_MS}`);
}
