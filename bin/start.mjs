/**
 * `npm start`: from a bare clone to every environment synthesised, checked and listed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, ROOT } from './ensure-installed.mjs';

ensureInstalled();
const { status } = spawnSync(process.execPath, [join(ROOT, 'bin', 'hyperion.js'), 'overview'], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
