/**
 * `npm start`: from a bare clone to every environment synthesised, checked and listed; then `telemetry-local`, the five
 * services of the telemetry stack with a console, until Ctrl-C. `--no-serve` ends after the list; the other options are
 * those of `hyperion laptop`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { ensureInstalled, ROOT } from './ensure-installed.mjs';

const args = process.argv.slice(2);
const forLaptop = args.filter((arg) => arg !== '--no-serve');

ensureInstalled();
const { ensureBuilt } = await import('./build-state.js');
if (!ensureBuilt()) process.exit(1);
if (!args.includes('--help') && !args.includes('-h')) {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'bin', 'hyperion.js'), 'overview'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0 && status !== 1) process.exit(status ?? 1);
  // What was found keeps nobody from running the services, and is not forgotten either.
  process.exitCode = status;
  process.once('exit', (code) => {
    if (code === 0) process.exitCode = status;
  });
}
if (!args.includes('--no-serve')) {
  if (process.env.npm_execpath !== undefined) endWithParent();
  // In this process: Ctrl-C reaches it without a detour.
  process.argv.splice(2, Infinity, 'laptop', ...forLaptop);
  await import('./hyperion.js');
}

/** npm has a shell between itself and us, which passes no SIGTERM on: who kills npm means what it started. */
function endWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}
