/**
 * Runs programs that judge a file by starting with it, in a small world of their own (bubblewrap): the files lie at the
 * paths that the container sees, byte for byte; ports are opened where nobody else is, names are this machine's, and
 * everything ends with the sandbox, which ends with its parent.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../tools/obtain';
import type { Verdict } from './validator';

export interface SandboxProps {
  readonly command: readonly string[];
  /** Path in the sandbox → text. Readable by the one user only, as PostgreSQL wants its key to be. */
  readonly files: Readonly<Record<string, string>>;
  /** Folder in the sandbox → folder of the machine, read-only. */
  readonly readOnly?: Readonly<Record<string, string>>;
  /** Folder in the sandbox → folder of the machine, for what outlives the sandbox. */
  readonly writable?: Readonly<Record<string, string>>;
  /** Names that resolve to this machine. */
  readonly hosts?: readonly string[];
  /** Whether it may open ports below 1024, as a pod with the sysctl for it may. @default false */
  readonly lowPorts?: boolean;
}

/** Programs refuse to be root: in the sandbox its caller is this user. */
const UID = 1000;
const LIMIT_MS = 60_000;
/** What the programs need of the machine: libraries, a shell. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/lib', '/lib64', '/etc/ld.so.cache', '/etc/alternatives'];
const SCRATCH = ['/tmp', '/run', '/var/run'];

export async function runInSandbox(props: SandboxProps): Promise<Verdict> {
  const bubblewrap = await tool('sandbox', 'bin/bwrap');
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-sandbox-'));
  try {
    const files = Object.entries({
      '/etc/passwd': `judge:x:${UID}:${UID}::/tmp:/bin/sh\n`,
      '/etc/hosts': `127.0.0.1 ${['localhost', ...(props.hosts ?? [])].join(' ')}\n`,
      ...props.files,
    }).map(([path, text], index) => {
      const source = join(folder, `${index}`);
      writeFileSync(source, text, { mode: 0o600 });
      return ['--ro-bind', source, path];
    });
    const mounts = [
      ...SYSTEM_FOLDERS.filter((path) => existsSync(path)).map((path) => ['--ro-bind', path, path]),
      ...SCRATCH.map((path) => ['--tmpfs', path]),
      ...Object.entries(props.readOnly ?? {}).map(([path, source]) => ['--ro-bind', source, path]),
      ...Object.entries(props.writable ?? {}).map(([path, source]) => ['--bind', source, path]),
      ...files,
    ].flat();
    // A file, not a pipe: programs open /dev/stderr anew, which a pipe of Node's does not allow.
    const output = join(folder, 'output');
    const descriptor = openSync(output, 'a');
    const { status, error } = spawnSync(
      bubblewrap,
      [
        ...['--unshare-all', '--die-with-parent', '--new-session', '--clearenv'],
        ...['--uid', `${UID}`, '--gid', `${UID}`, '--proc', '/proc', '--dev', '/dev'],
        ...['--setenv', 'PATH', '/usr/sbin:/usr/bin:/sbin:/bin'],
        ...mounts,
        '--',
        ...(props.lowPorts === true ? withLowPorts(props.command) : props.command),
      ],
      { stdio: ['ignore', descriptor, descriptor], timeout: LIMIT_MS, killSignal: 'SIGKILL' },
    );
    closeSync(descriptor);
    if (error !== undefined) throw error;
    return { accepted: status === 0, said: readFileSync(output, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The sandbox's network is its own, and so is this setting of it: what the kubelet does for a pod. */
function withLowPorts(command: readonly string[]): readonly string[] {
  const allow = 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start && exec "$@"';
  return ['/bin/sh', '-c', allow, 'sh', ...command];
}
