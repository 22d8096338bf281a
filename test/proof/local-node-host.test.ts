/**
 * The process that runs a loopback cluster: nothing of the cluster outlives it, however it ends, and it needs no root.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';

const HOST = join(__dirname, '../stacks/local/node/host.ts');
const ROOT = join(__dirname, '../..');
/** Somebody without a name and without rights on this machine. */
const NOBODY_KNOWN = 54_321;
const LIMIT_MS = 240_000;
jest.setTimeout(LIMIT_MS);

interface Found {
  readonly answer: string;
  readonly user: string;
  readonly resolved: string;
  /** Of the containers' programs. */
  readonly pids: readonly number[];
}

const IN_ORDER = {
  answer: expect.stringMatching(/^web-[01]$/) as string,
  user: '10001',
  resolved: '10.96.1.1',
};

proof(['sandbox'], 'the host of the loopback cluster', () => {
  let folder: string;
  let host: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hyperion-node-host-'));
  });

  afterEach(() => {
    host?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(loopback: number, prefix: readonly string[] = []): Promise<Found> {
    // A copy that anybody may read, which the cache in a home folder is not.
    const sandbox = join(folder, 'sandbox');
    cpSync(dirname(dirname(await tool('sandbox', 'bin/bwrap'))), sandbox, {
      recursive: true,
      verbatimSymlinks: true,
    });
    const programs = [join(sandbox, 'bin/bwrap'), join(sandbox, 'bin/nft')];
    const command = [
      ...[...prefix, process.execPath, '-r', require.resolve('ts-node/register'), HOST],
      ...[join(folder, 'cluster'), ...programs, String(loopback)],
    ];
    const [program = '', ...args] = command;
    // The compiler of the sources keeps something at home, which must be the user's own.
    const env = { ...process.env, HOME: folder };
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] });
    host = child;
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const line = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve);
      child.once('close', (code) => {
        reject(new Error(`the host ended with ${code ?? ''}: ${errors}`));
      });
    });
    return JSON.parse(line) as Found;
  }

  async function ended(child: ChildProcess): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    return await new Promise((resolve) => child.once('exit', resolve));
  }

  async function untilAllAreGone(pids: readonly number[]): Promise<void> {
    const limit = AbortSignal.timeout(LIMIT_MS / 2);
    for (let left = pids; left.length > 0; left = left.filter(isAlive)) {
      if (limit.aborted) throw new Error(`still there: ${left.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test('killed with SIGKILL it takes the whole cluster with it: no process, no mount', async () => {
    const { pids, ...found } = await start(96);
    expect(found).toEqual(IN_ORDER);
    const tree = host?.pid === undefined ? [] : below(host.pid);
    // Each program has its sandbox beside it, and all have the node above them.
    expect(tree.length).toBeGreaterThan(2 * pids.length);
    expect(pids.filter((pid) => !tree.includes(pid))).toEqual([]);
    host?.kill('SIGKILL');
    await untilAllAreGone(tree);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
  });

  const isRoot = process.getuid?.() === 0;
  const asNobody = ['setpriv', `--reuid=${NOBODY_KNOWN}`, `--regid=${NOBODY_KNOWN}`, '--clear-groups'];
  const cannot = isRoot ? reasonNotToRunAs(asNobody) : undefined;
  if (cannot === undefined) {
    test('without root it runs the same cluster, and ends it in order', async () => {
      if (isRoot) chownSync(folder, NOBODY_KNOWN, NOBODY_KNOWN);
      const { pids, ...found } = await start(97, isRoot ? asNobody : []);
      expect(found).toEqual(IN_ORDER);
      expect(readFileSync(`/proc/${host?.pid ?? 0}/status`, 'utf8')).not.toMatch(/^Uid:\s+0\s/m);
      host?.stdin?.end();
      if (host !== undefined) expect(await ended(host)).toBe(0);
      await untilAllAreGone(pids);
    });
  } else {
    process.stderr.write(`[proof left out] the loopback cluster without root: ${cannot}\n`);
  }
});

/** The checkout may lie where nobody else may read. */
function reasonNotToRunAs(prefix: readonly string[]): string | undefined {
  const [program = '', ...args] = prefix;
  const { status, error } = spawnSync(program, [
    ...args,
    'test',
    '-r',
    join(ROOT, 'node_modules/ts-node/register'),
  ]);
  if (status === 0) return undefined;
  return error === undefined ? `nobody but root may read ${ROOT}` : error.message;
}

function below(root: number): readonly number[] {
  const children = readFileSync(`/proc/${root}/task/${root}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return [...children, ...children.flatMap(below)];
}

/** One that is dead and waits for its parent to notice is not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
