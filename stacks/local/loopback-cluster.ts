/**
 * Runs a cluster plan as processes of this machine, in namespaces of their own, and is the handle by which a test or the
 * `hyperion local` command works with it. Takes the plan, gives addresses on this machine's loopback. Everything that it
 * started ends with `stop`, or with this process, however that ends.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClusterPlan, PodPlan } from './cluster-plan';
import { NodeChannel } from './loopback-channel';
import { LoopbackError } from './loopback-error';
import { openListeners, type Address, type Exposed, type OpenListener } from './loopback-listeners';
import { machinePids } from './loopback-pids';
import { startNodeProcess } from './loopback-process';
import { explainNotReady, notReadyOf } from './loopback-readiness';
import { removeGroups } from './node/control-groups';
import type { ExecResult, NodeEvent, PodStatus, RuleCounter } from './node/messages';
import { logFile, writtenFolder } from './node/volume-folders';

export interface LoopbackClusterOptions {
  readonly plan: ClusterPlan;
  /** A folder of its own; what is written, claims and logs, lies in it. Made when absent. */
  readonly dir: string;
  /** Absolute paths of the two programs that every pod needs. */
  readonly sandbox: { readonly bwrap: string; readonly nft: string };
  /** What happens to pods, and what a person should know. Lines of `followLogs` do not come here. */
  readonly onEvent?: (event: Exclude<NodeEvent, { event: 'line' }>) => void;
  /**
   * Further places on the host's loopback.
   * @default none
   */
  readonly expose?: readonly Exposed[];
  /**
   * Memory and CPU limits of the manifests, where this machine lets them be set.
   * @default true
   */
  readonly enforceLimits?: boolean;
}

export interface StopOptions {
  /**
   * After this time all that still runs is killed, whatever grace its manifest grants.
   * @default 20 s
   */
  readonly limitMs?: number;
  /**
   * What stays in the folder.
   * @default nothing
   */
  readonly keep?: readonly ('claims' | 'logs')[];
}

export interface ReadyOptions {
  /**
   * Names of workloads or pods.
   * @default all
   */
  readonly workloads?: readonly string[];
  readonly timeoutMs: number;
}

export interface ExecOptions {
  /** @default the first one */
  readonly container?: string;
  readonly input?: string;
  /** @default 60 s */
  readonly timeoutMs?: number;
}

/** Enough for stores to write what they hold; some programs take all the grace that they are given. */
const STOP_LIMIT_MS = 20_000;
/** For the kernel to end what was killed. After it the namespaces are ended from outside. */
const STOP_SLACK_MS = 15_000;
const EXEC_LIMIT_MS = 60_000;
/** Changes are reported; this is for the one that is lost between looking and listening. */
const LOOK_AGAIN_MS = 500;

type LineListener = (pod: string, container: string, line: string) => void;

export class LoopbackCluster {
  /**
   * Resolves when the node runs and all pods have been started; see `whenReady`.
   * @throws LoopbackError when this machine does not allow it, or a place of `expose` is taken
   */
  public static async start(given: LoopbackClusterOptions): Promise<LoopbackCluster> {
    const options = { ...given, dir: resolve(given.dir) };
    if (options.dir.startsWith('/run/')) {
      throw new LoopbackError(
        `loopback cluster: the folder ${options.dir} lies in /run, of which the node has its own; choose one elsewhere`,
      );
    }
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    removeGroups();
    const listeners = await openListeners(options.plan.services, options.expose ?? []);
    const cluster = new LoopbackCluster(options, listeners);
    try {
      await cluster.begin();
    } catch (error) {
      await cluster.end();
      throw error;
    } finally {
      for (const { server } of listeners) server.close();
    }
    return cluster;
  }

  private static started = 0;

  private readonly owner = `${process.pid}-${++LoopbackCluster.started}`;
  private readonly channel: NodeChannel;
  private readonly lineListeners = new Set<LineListener>();
  private readonly changeListeners = new Set<() => void>();

  private constructor(
    private readonly options: LoopbackClusterOptions,
    private readonly listeners: readonly OpenListener[],
  ) {
    this.channel = new NodeChannel(startNodeProcess(), (event) => {
      this.take(event);
    });
  }

  /** Process ids are the machine's. */
  public async pods(): Promise<readonly PodStatus[]> {
    const pods = await this.channel.call('status', null);
    const pids = this.channel.pid === undefined ? undefined : machinePids(this.channel.pid);
    return pods.map((pod) => ({
      ...pod,
      containers: pod.containers.map((container) => ({
        ...container,
        pid: container.pid === undefined ? undefined : pids?.get(container.pid),
      })),
    }));
  }

  /** @throws LoopbackError that says what is not ready, and why as far as it is known */
  public async whenReady({ workloads, timeoutMs }: ReadyOptions): Promise<void> {
    const limit = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const pods = await this.pods();
      const missing = notReadyOf(pods, workloads);
      if (missing.length === 0) return;
      const failed = missing.some(({ phase }) => phase === 'Failed');
      if (failed || limit.aborted)
        throw new LoopbackError(explainNotReady(this.options.plan.name, missing, timeoutMs));
      await this.changed(limit);
    }
  }

  /** To every running container of the pod or workload; what follows is its restart policy's. */
  public async kill(target: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.channel.call('kill', { target, signal });
  }

  /** Killed with SIGKILL and kept away until `release`. */
  public async hold(target: string): Promise<void> {
    await this.channel.call('hold', { target });
  }

  public async release(target: string): Promise<void> {
    await this.channel.call('release', { target });
  }

  /** In order, with the grace of its manifest; resolves when it was started again. */
  public async restart(target: string): Promise<void> {
    await this.channel.call('restart', { target });
  }

  /** Cuts the pod from all other pods and from DNS, until `heal`; probes and the host still reach it. */
  public async isolate(pod: string): Promise<void> {
    await this.channel.call('isolate', { pod, isolated: true });
  }

  public async heal(pod: string): Promise<void> {
    await this.channel.call('isolate', { pod, isolated: false });
  }

  /** Beside the container's program: same files, network, processes and user. A failing command is no error here. */
  public async exec(
    pod: string,
    argv: readonly [string, ...string[]],
    { container, input, timeoutMs }: ExecOptions = {},
  ): Promise<ExecResult> {
    return await this.channel.call('exec', {
      ...{ pod, container, argv, input },
      timeoutMs: timeoutMs ?? EXEC_LIMIT_MS,
    });
  }

  /** What the container printed, over all its restarts; the oldest may be gone, for the files are bounded. */
  public logs(pod: string, container?: string): string {
    const plan = this.pod(pod);
    const path = logFile(this.options.dir, plan, container ?? plan.containers[0]?.name ?? '');
    return [`${path}.1`, path].map(textOf).join('');
  }

  /** Lines from now on of all pods of the target; answers how to end it. */
  public async followLogs(target: string, onLine: LineListener): Promise<() => void> {
    this.lineListeners.add(onLine);
    await this.channel.call('follow', { target, followed: true });
    return () => {
      this.lineListeners.delete(onLine);
    };
  }

  /**
   * Where this machine reaches a Service.
   * @param service `name` or `namespace/name`
   */
  public address(service: string, port: number): Address {
    const found = this.listeners.find(
      (one) =>
        one.servicePort === port &&
        !one.further &&
        (one.service === service || `${one.namespace}/${one.service}` === service),
    );
    if (found !== undefined) return found.address;
    throw new LoopbackError(
      `${service}:${port}: ${this.options.plan.name} has no Service with this TCP port`,
    );
  }

  /** The folder behind a pod's claim or scratch volume. */
  public volume(pod: string, name: string): string {
    const plan = this.pod(pod);
    const volume = plan.volumes.find((one) => one.name === name);
    if (volume === undefined) throw new LoopbackError(`${pod}: the pod has no volume ${name}`);
    if (volume.kind === 'files')
      throw new LoopbackError(
        `${pod}, volume ${name}: configuration and secrets are in the node's memory, not in a folder`,
      );
    return writtenFolder(this.options.dir, plan, volume);
  }

  /** Of all rules that count, since the start. */
  public async firewallCounters(): Promise<readonly RuleCounter[]> {
    return await this.channel.call('counters', null);
  }

  /** Ends all pods in order, last started first, and removes what they wrote unless it is to be kept. */
  public async stop({ limitMs, keep }: StopOptions = {}): Promise<void> {
    try {
      const input = { limitMs: limitMs ?? STOP_LIMIT_MS, keep: keep ?? [] };
      await this.channel.call('stop', input, { withinMs: input.limitMs + STOP_SLACK_MS });
    } finally {
      await this.end();
    }
  }

  private async end(): Promise<void> {
    await this.channel.end();
    removeGroups(this.owner);
  }

  private async begin(): Promise<void> {
    const { plan, dir, sandbox, enforceLimits } = this.options;
    await this.channel.call('start', {
      ...{ plan, dir, ...sandbox, owner: this.owner },
      enforceLimits: enforceLimits ?? true,
    });
    for (const { namespace, service, servicePort: port, server, moved, address } of this.listeners) {
      await this.channel.call('relay', { namespace, service, port }, { handle: server });
      if (moved === undefined) continue;
      const text = `${namespace}/${service} is at ${address.host}:${address.port}, for ${moved}`;
      this.take({ event: 'notice', text });
    }
  }

  private take(event: NodeEvent): void {
    if (event.event === 'line') {
      for (const listener of this.lineListeners) listener(event.pod, event.container, event.line);
      return;
    }
    for (const listener of this.changeListeners) listener();
    this.options.onEvent?.(event);
  }

  /** Resolves at the next change, and now and then without one. */
  private async changed(limit: AbortSignal): Promise<void> {
    await new Promise<void>((settle) => {
      const done = (): void => {
        clearTimeout(timer);
        this.changeListeners.delete(done);
        limit.removeEventListener('abort', done);
        settle();
      };
      const timer = setTimeout(done, LOOK_AGAIN_MS);
      this.changeListeners.add(done);
      limit.addEventListener('abort', done);
    });
  }

  private pod(name: string): PodPlan {
    const found = this.options.plan.pods.find(
      (pod) => pod.name === name || `${pod.namespace}/${pod.name}` === name,
    );
    if (found !== undefined) return found;
    throw new LoopbackError(`${name}: ${this.options.plan.name} has no pod of this name`);
  }
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
