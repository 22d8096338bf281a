/**
 * Starts the node's process in namespaces of its own. It is bound to this process twice: it ends when the channel to it
 * closes, and with it, as PID 1 of its namespace, everything that it started.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import { LoopbackError } from './loopback-error';

const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** As somebody without rights: root of a user namespace that holds nobody else. */
const USER_NAMESPACE = ['--user', '--map-root-user'];

/**
 * PID 1 of the namespace has to bury whoever loses its parent there, which Node does not do: a container whose dead are not
 * buried never ends. A shell does it while it waits for the node; when the node ends it does, and the namespace with it.
 */
const INIT = '"$@" & wait $!';

export function startNodeProcess(): ChildProcess {
  const entry = join(__dirname, 'node', `main${extname(__filename)}`);
  // From the sources (tests) the node reads TypeScript as this process does; compiled, it needs nothing.
  const loader = extname(__filename) === '.ts' ? ['-r', require.resolve('ts-node/register')] : [];
  return spawn(
    'unshare',
    [...namespaces(), '--', ...['sh', '-c', INIT, 'sh'], process.execPath, ...loader, entry],
    {
      cwd: join(__dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Maps and missing values survive, which JSON loses.
      serialization: 'advanced',
      // Ctrl-C in a terminal goes to this process alone, which then stops the cluster in order.
      detached: true,
    },
  );
}

/** @throws LoopbackError when this machine lets this user make no namespaces */
function namespaces(): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  const choices = isRoot
    ? [NAMESPACES, [...USER_NAMESPACE, ...NAMESPACES]]
    : [[...USER_NAMESPACE, ...NAMESPACES]];
  const refusals: string[] = [];
  for (const choice of choices) {
    const tried = spawnSync('unshare', [...choice, '--', 'true'], { encoding: 'utf8' });
    if (tried.status === 0) return choice;
    refusals.push(`unshare ${choice.join(' ')}: ${(tried.error?.message ?? tried.stderr).trim()}`);
  }
  throw new LoopbackError(
    [
      'loopback cluster: this machine does not let this user make namespaces, in which the cluster runs.',
      ...refusals,
      'Run it as root (in a container: with CAP_SYS_ADMIN), or allow user namespaces: sysctl user.max_user_namespaces above 0,',
      'kernel.unprivileged_userns_clone=1 (older Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04 and newer).',
    ].join('\n'),
  );
}
