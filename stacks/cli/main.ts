/**
 * The process behind `hyperion`: the real registry, the real terminal.
 */
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LocalSupport } from '../local/support';
import { interrupted } from './interrupted';
import { run } from './program';

const load = createRequire(__filename);
// Compiled, this file lies in build/stacks/cli.
const ROOT = join(__dirname, '..', '..', '..');

/**
 * The real programs are obtained where the tests obtain theirs, which nothing compiled may import: only this process,
 * which puts everything together, knows of it.
 */
function loopback(): LocalSupport {
  load('ts-node/register');
  return (load(join(ROOT, 'test', 'tools', 'loopback')) as { readonly loopback: LocalSupport }).loopback;
}

process.exitCode = run(
  {
    environments: () => (load('../environments') as typeof import('../environments')).ENVIRONMENTS,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    cwd: process.cwd(),
    root: ROOT,
    today: () => new Date().toISOString().slice(0, 10),
    stateFolder: join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'hyperion'),
    loopback,
    interrupted: () => interrupted(process),
    terminalSize: () =>
      process.stderr.isTTY ? { columns: process.stderr.columns, rows: process.stderr.rows } : undefined,
    runsOn: (command) => {
      void command.then((code) => {
        process.exitCode = code;
      });
    },
  },
  process.argv.slice(2),
);
