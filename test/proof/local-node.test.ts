/**
 * The engine of the loopback cluster with real processes, namespaces, sandboxes and rules of the kernel: what Kubernetes
 * promises to pods, and that nothing of it is left behind. Not proved: limits of CPU, and ownership of files between users.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoopbackCluster } from '../../stacks/local/loopback-cluster';
import type { NodeEvent, PodStatus } from '../../stacks/local/node/messages';
import { MEMORY_BYTES, NODE, PASSWORD, shop, WORKLOADS } from '../stacks/local/node/shop';
import { proof } from '../tools/proof';
import { tool } from '../tools/obtain';

/** Asks once, prints the body or what went wrong. */
const GET = `
  const options = { agent: false, signal: AbortSignal.timeout(2_000) };
  const request = require('node:http').get(process.argv[1], options, (response) => response.pipe(process.stdout));
  request.on('error', (error) => process.stdout.write(error.name === 'AbortError' ? 'no answer' : error.code));
`;

/** Generous: the machine may be building something beside. */
const READY_MS = 120_000;
jest.setTimeout(2 * READY_MS);

proof(['sandbox'], 'the node of the loopback cluster', () => {
  let folder: string;
  let cluster: LoopbackCluster;
  const events: Exclude<NodeEvent, { event: 'line' }>[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hyperion-node-'));
    cluster = await LoopbackCluster.start({
      plan: shop(99),
      dir: join(folder, 'cluster'),
      sandbox: { bwrap: await tool('sandbox', 'bin/bwrap'), nft: await tool('sandbox', 'bin/nft') },
      onEvent: (event) => events.push(event),
      expose: [{ host: '127.99.0.9', port: 4317, namespace: 'shop', service: 'store', servicePort: 80 }],
    });
    await cluster.whenReady({ workloads: WORKLOADS, timeoutMs: READY_MS });
  });

  afterAll(async () => {
    await cluster.stop().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  async function shell(pod: string, script: string): Promise<string> {
    const { code, stdout, stderr } = await cluster.exec(pod, ['/bin/sh', '-c', script]);
    return code === 0 ? stdout.trim() : `code ${code}: ${stderr}`.trim();
  }

  /** What the pod gets from there: the body, or why not. */
  async function get(pod: string, url: string): Promise<string> {
    const { stdout } = await cluster.exec(pod, [NODE, '-e', GET, url]);
    return stdout;
  }

  /** Who answers, of so many requests from the host. */
  async function answers(service: string, times: number): Promise<readonly string[]> {
    const { host, port } = cluster.address(service, 80);
    const found = new Set<string>();
    for (let request = 0; request < times; request += 1)
      found.add(await (await fetch(`http://${host}:${port}/`)).text());
    return [...found].sort();
  }

  async function status(name: string): Promise<PodStatus> {
    const found = (await cluster.pods()).find((pod) => pod.name === name);
    if (found === undefined) throw new Error(`no pod ${name}`);
    return found;
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const limit = AbortSignal.timeout(READY_MS);
    while (!(await holds())) {
      if (limit.aborted) throw new Error(`it did not come to this: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  test('two pods listen on one port at the same time, and the host reaches both through their Service', async () => {
    expect(await answers('web', 8)).toEqual(['web-0', 'web-1']);
    expect(await answers('webs', 8)).toEqual(['web-0', 'web-1']);
    expect((await status('web-1')).ports).toEqual([8080]);
  });

  test('a pod finds a Service by its short and its full name, and each pod of a headless one', async () => {
    expect(await get('client-0', 'http://web/')).toMatch(/^web-[01]$/);
    expect(await get('client-0', 'http://web.shop.svc.cluster.local/')).toMatch(/^web-[01]$/);
    expect(await get('client-0', 'http://web-1.webs:8080/')).toBe('web-1');
    expect(await shell('client-0', 'getent ahostsv4 webs | cut -d" " -f1 | sort -u | xargs')).toBe(
      '10.244.2.1 10.244.2.2',
    );
    expect(await get('client-0', 'http://nobody/')).toBe('ENOTFOUND');
  });

  test('a pod reaches itself through its Service', async () => {
    const found = new Set<string>();
    for (let request = 0; request < 12; request += 1) found.add(await get('web-0', 'http://web/'));
    expect([...found].sort()).toEqual(['web-0', 'web-1']);
  });

  test('a container has its user, a read-only root, its files and nobody else’s processes', async () => {
    expect(await shell('web-0', 'id -u; id -g; hostname; cat /proc/sys/kernel/hostname | wc -l')).toBe(
      '10001\n10001\nweb-0\n1',
    );
    expect(await shell('web-0', 'touch /here')).toContain('Read-only file system');
    expect(await shell('web-0', 'touch /etc/shop/here')).toContain('Read-only file system');
    expect(await shell('web-0', 'cat /etc/shop/tls/password')).toBe(PASSWORD);
    expect(await shell('web-0', 'stat -c %a /etc/shop/tls/password')).toBe('400');
    expect(await shell('web-0', 'ls -d /root/* /home/* /etc/shadow /work 2>/dev/null | wc -l')).toBe('0');
    // The program and this shell.
    expect(await shell('web-0', 'echo /proc/[0-9]*')).toMatch(/^\/proc\/1 \/proc\/\d+$/);
    expect(await shell('web-0', 'cat /proc/1/status | grep -E "^CapEff|^NoNewPrivs" | xargs')).toBe(
      'CapEff: 0000000000000000 NoNewPrivs: 1',
    );
  });

  test('a container sees its memory limit, or the node says that there is none', async () => {
    const script =
      'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || true';
    const notices = events.filter(({ event }) => event === 'notice');
    const isEnforced = !JSON.stringify(notices).includes('limits are not enforced');
    expect(await shell('client-0', script)).toBe(isEnforced ? String(MEMORY_BYTES) : '');
  });

  test('no argument of a process tells a secret', () => {
    const lines = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const path = `/proc/${pid}/cmdline`;
        return existsSync(path) ? [textOf(path)] : [];
      });
    expect(lines.filter((line) => line.includes(PASSWORD))).toEqual([]);
    expect(lines.filter((line) => line.includes('/etc/shop/server.js'))).not.toEqual([]);
  });

  test('a pod that is not ready takes no traffic and has no name, until it is ready again', async () => {
    await shell('web-1', 'rm /scratch/ready');
    await until('web-1 is not ready', async () => !(await status('web-1')).ready);
    await until('only web-0 answers', async () => (await answers('web', 6)).join() === 'web-0');
    expect(await shell('client-0', 'getent ahostsv4 webs | cut -d" " -f1 | sort -u')).toBe('10.244.2.1');
    await shell('web-1', 'touch /scratch/ready');
    await cluster.whenReady({ workloads: ['web'], timeoutMs: READY_MS });
    await until('both answer', async () => (await answers('web', 6)).length === 2);
  });

  test('without a ready pod a Service refuses, inside and from the host', async () => {
    expect(await get('client-0', 'http://broken/')).toBe('ECONNREFUSED');
    const { host, port } = cluster.address('broken', 80);
    await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow('fetch failed');
  });

  test('a NetworkPolicy lets in whom it names, drops the rest, and counts it', async () => {
    expect(await get('client-0', 'http://store/')).toBe('store-0');
    expect(await get('stranger-0', 'http://store/')).toBe('no answer');
    expect(await get('stranger-0', 'http://web/')).toMatch(/^web-[01]$/);
    const dropped = (await cluster.firewallCounters()).filter(
      ({ rule, packets }) => rule.includes('drop') && packets > 0,
    );
    expect(dropped.length).toBeGreaterThan(0);
  });

  test('killed with SIGKILL it is started again, and its claim has what was written', async () => {
    const before = await status('store-0');
    await cluster.kill('store-0');
    await until('store-0 restarts', async () => (await status('store-0')).restarts === before.restarts + 1);
    await cluster.whenReady({ workloads: ['store'], timeoutMs: READY_MS });
    const after = await status('store-0');
    expect(after.containers[0]?.lastExit).toEqual({ code: 137, reason: undefined });
    expect(after.containers[0]?.pid).not.toBe(before.containers[0]?.pid);
    const notes = readFileSync(join(cluster.volume('store-0', 'data'), 'notes'), 'utf8');
    expect(notes.match(/started/g)).toHaveLength(before.restarts + 2);
  });

  test('held it stays away, released it comes back as a new pod with its claim', async () => {
    await shell('web-0', 'touch /scratch/mark /data/mark');
    await cluster.hold('web-0');
    await until('web-0 is held', async () => (await status('web-0')).phase === 'Held');
    expect(await answers('web', 6)).toEqual(['web-1']);
    await expect(cluster.exec('web-0', ['/bin/true'])).rejects.toThrow(
      'container main of shop/web-0 does not run',
    );
    await cluster.release('web-0');
    await cluster.whenReady({ workloads: ['web'], timeoutMs: READY_MS });
    expect(await shell('web-0', 'ls /scratch /data | xargs')).toBe('/data: mark notes /scratch: ready');
  });

  test('a restart is an end in order: the program is asked, ends by itself and is started again', async () => {
    await cluster.restart('client-0');
    await cluster.whenReady({ workloads: ['client'], timeoutMs: READY_MS });
    const notes = readFileSync(join(cluster.volume('client-0', 'data'), 'notes'), 'utf8');
    expect(notes.match(/[a-z]+/g)).toEqual(['started', 'asked', 'ended', 'started']);
  });

  test('a pod that is cut off reaches nobody, while the host still reaches it', async () => {
    await cluster.isolate('web-1');
    expect(await get('client-0', 'http://10.244.2.2:8080/')).toBe('no answer');
    expect(await answers('webs', 6)).toEqual(['web-0', 'web-1']);
    await cluster.heal('web-1');
    expect(await get('client-0', 'http://10.244.2.2:8080/')).toBe('web-1');
  });

  test('commands: input, output, code, and an end when they take too long', async () => {
    const cat = ['/bin/sh', '-c', 'cat; echo trouble >&2; exit 3'] as const;
    expect(await cluster.exec('web-0', cat, { input: 'hello' })).toEqual({
      code: 3,
      stdout: 'hello',
      stderr: 'trouble\n',
    });
    const late = await cluster.exec('web-0', ['/bin/sh', '-c', 'sleep 1000 & wait'], { timeoutMs: 200 });
    expect(late).toEqual({ code: 124, stdout: '', stderr: 'no end within 200 ms' });
    // Dead or gone: the program of this container does not bury what it adopts.
    expect(
      await shell('web-0', 'grep -h ^State $(grep -l sleep /proc/[0-9]*/comm) </dev/null | grep -v Z'),
    ).toBe('code 1:');
    await expect(cluster.exec('web-9', ['/bin/true'])).rejects.toThrow(
      'web-9: no pod or workload of shop has this name; there are shop/store-0, shop/web-0',
    );
  });

  test('a Job runs its init container and then once to its end; what it printed is kept', async () => {
    expect(await status('schema-0')).toMatchObject({ phase: 'Succeeded', restarts: 0 });
    expect(cluster.logs('schema-0')).toBe('made by the first\n[hyperion] ended with 0\n');
  });

  test('lines are reported as they are printed', async () => {
    const lines: string[] = [];
    const unfollow = await cluster.followLogs('stranger-0', (pod, container, line) => {
      lines.push(`${pod} ${container}: ${line}`);
    });
    await cluster.restart('stranger-0');
    await until('a line comes', () => Promise.resolve(lines.includes('shop/stranger-0 main: serving')));
    unfollow();
  });

  test('who waits for what does not get up reads why', async () => {
    await until('it has failed some times', async () => (await status('broken-0')).restarts >= 2);
    const waiting = cluster.whenReady({ workloads: ['broken'], timeoutMs: 300 });
    await expect(waiting).rejects.toThrow(
      /shop: 1 pod is not ready .*\n- shop\/broken-0: Running\n {4}main: .*last ended with 7[^]*\| cannot find my configuration/,
    );
    await expect(cluster.whenReady({ workloads: ['wbe'], timeoutMs: 300 })).rejects.toThrow(
      'wbe: no pod or workload has this name',
    );
  });

  test('a further place leads to its Service, and is not the Service’s own address', async () => {
    expect(await (await fetch('http://127.99.0.9:4317/')).text()).toBe('store-0');
    expect(cluster.address('store', 80).host).toBe('127.99.0.3');
  });

  test('a folder in /run is refused, for the node would not see it', async () => {
    const start = LoopbackCluster.start({
      ...{ plan: shop(98), dir: '/run/user/1/shop', sandbox: { bwrap: '/bin/true', nft: '/bin/true' } },
    });
    await expect(start).rejects.toThrow(
      'loopback cluster: the folder /run/user/1/shop lies in /run, of which the node has its own; choose one elsewhere',
    );
  });

  test('a place that is taken is told before anything runs', async () => {
    const sandbox = { bwrap: await tool('sandbox', 'bin/bwrap'), nft: await tool('sandbox', 'bin/nft') };
    const second = LoopbackCluster.start({
      ...{ plan: shop(98), dir: join(folder, 'second'), sandbox },
      expose: [{ host: '127.99.0.9', port: 4317, namespace: 'shop', service: 'store', servicePort: 80 }],
    });
    await expect(second).rejects.toThrow(
      'loopback cluster: 127.99.0.9:4317 for shop/store cannot be opened (EADDRINUSE); end what listens there, or choose another port',
    );
  });

  test('a stop goes from the last started to the first, and leaves what it was told to keep', async () => {
    const pids = (await cluster.pods()).flatMap(({ containers }) =>
      containers.flatMap(({ pid }) => pid ?? []),
    );
    expect(pids.length).toBeGreaterThanOrEqual(5);
    const notes = ['client-0', 'web-0', 'store-0'].map((pod) => join(cluster.volume(pod, 'data'), 'notes'));
    await cluster.stop({ keep: ['claims'] });
    const [client, web, store] = notes.map((path) => readFileSync(path, 'utf8'));
    expect(last(client, 'ended')).toBeLessThan(last(web, 'asked'));
    expect(last(web, 'ended')).toBeLessThan(last(store, 'asked'));
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
    expect(readdirSync(join(folder, 'cluster'))).toEqual(['claims']);
    expect(
      execFileSync('find', ['/sys/fs/cgroup', '-name', `hyperion-local-${process.pid}-*`], {
        encoding: 'utf8',
      }),
    ).toBe('');
    await expect(cluster.pods()).rejects.toThrow('the loopback cluster has ended');
  });
});

/** When a note was last taken, on the machine's clock. */
function last(notes: string | undefined, what: string): bigint {
  const times = [...(notes ?? '').matchAll(new RegExp(`^${what} (\\d+)$`, 'gm'))];
  return BigInt(times.at(-1)?.[1] ?? '0');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended in the meantime.
    return '';
  }
}
