/**
 * The process behind `hyperion`: the real registry, the real terminal.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from './program';

const load = createRequire(__filename);

process.exitCode = run(
  {
    environments: () => (load('../environments') as typeof import('../environments')).ENVIRONMENTS,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    cwd: process.cwd(),
    // Compiled, this file lies in build/stacks/cli.
    root: join(__dirname, '..', '..', '..'),
    today: () => new Date().toISOString().slice(0, 10),
  },
  process.argv.slice(2),
);
