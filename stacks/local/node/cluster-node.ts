/**
 * The node of a loopback cluster: network, DNS, firewall and pods together, and what the host may ask of them. Runs in
 * namespaces of its own; when it ends, everything in them ends.
 */
import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DNS_ADDRESS } from '../plan/addresses';
import type { PodPlan, ServicePlan } from '../cluster-plan';
import { firewallTables } from '../firewall/firewall';
import { command } from './command';
import { ControlGroups } from './control-groups';
import { DnsServer } from './dns';
import { FirewallLoader } from './firewall-loader';
import type { ExecResult, NodeCalls, NodeEvent, NodeOptions, PodStatus, RuleCounter } from './messages';
import { PodNetwork } from './network';
import { PodRunner } from './pod-runner';
import { relay, type Endpoint } from './relay';
import { endpointsOf, podKey, podsOf } from './service-pods';
import { claimsFolder, logsFolder, scratchFolder } from './volume-folders';

/** On the node's own /run, a tmpfs that nobody else sees. */
const MEMORY = '/run/hyperion';

/** What one wave may take of the time that the others need to end in order too. */
const WAVE_LIMIT_MS = 5_000;

type Input<Name extends keyof NodeCalls> = NodeCalls[Name]['input'];

export class ClusterNode {
  public static async start(options: NodeOptions, emit: (event: NodeEvent) => void): Promise<ClusterNode> {
    const node = new ClusterNode(options, emit);
    await node.startPods();
    return node;
  }

  private readonly pods: readonly PodRunner[];
  private readonly network: PodNetwork;
  private readonly groups: ControlGroups | undefined;
  private readonly firewall: FirewallLoader;
  private readonly dns: DnsServer;
  /** As the firewall and the DNS see them. */
  private readyPods: ReadonlySet<string> = new Set();
  /** Pods whose lines are reported. */
  private readonly followed = new Set<string>();
  /** What was last reported of a pod. */
  private readonly described = new Map<string, string>();

  private constructor(
    private readonly options: NodeOptions,
    private readonly emit: (event: NodeEvent) => void,
  ) {
    const { plan } = options;
    this.network = new PodNetwork(plan.pods);
    this.groups = options.enforceLimits ? ControlGroups.prepare(options.owner) : undefined;
    if (this.groups?.missing !== undefined)
      emit({ event: 'notice', text: `memory and CPU limits are not enforced: ${this.groups.missing}` });
    this.firewall = new FirewallLoader(
      options.nft,
      () => firewallTables(plan, this.readyPods),
      (error) => {
        emit({ event: 'notice', text: `the firewall could not be changed: ${error.message}` });
      },
    );
    this.dns = new DnsServer(() => ({ plan, readyPods: this.readyPods }));
    this.pods = plan.pods.map((pod) => this.runner(pod));
  }

  /** What it says of readiness holds for Services, too: whoever waits for a pod reaches it through them. */
  public async status(): Promise<readonly PodStatus[]> {
    const status = this.pods.map((pod) => pod.status);
    await this.firewall.settled();
    return status;
  }

  public kill({ target, signal }: Input<'kill'>): void {
    for (const pod of this.targets(target)) pod.lifecycle.signal(signal);
  }

  public hold({ target }: Input<'hold'>): void {
    for (const pod of this.targets(target)) pod.lifecycle.hold();
  }

  public release({ target }: Input<'release'>): void {
    for (const pod of this.targets(target)) pod.lifecycle.start();
  }

  public async restart({ target }: Input<'restart'>): Promise<void> {
    const restarts = this.targets(target).map(async ({ lifecycle }) => {
      await lifecycle.stop();
      lifecycle.start();
    });
    await Promise.all(restarts);
  }

  public async isolate({ pod, isolated }: Input<'isolate'>): Promise<void> {
    for (const { plan } of this.targets(pod)) await this.firewall.isolate(plan.address, isolated);
  }

  public follow({ target, followed }: Input<'follow'>): void {
    for (const { plan } of this.targets(target)) {
      if (followed) this.followed.add(podKey(plan));
      else this.followed.delete(podKey(plan));
    }
  }

  public async exec({ pod, container, argv, input, timeoutMs }: Input<'exec'>): Promise<ExecResult> {
    const [runner] = this.targets(pod);
    if (runner === undefined) throw new Error(`no pod ${pod}`);
    return await runner.exec(container, argv, { input, timeoutMs });
  }

  public async counters(): Promise<readonly RuleCounter[]> {
    return await this.firewall.counters();
  }

  public relay({ namespace, service, port }: Input<'relay'>, listener: Server): void {
    const plan = this.options.plan.services.find(
      (one) => one.namespace === namespace && one.name === service,
    );
    const target = plan?.ports.find((one) => one.port === port)?.targetPort;
    if (plan === undefined || target === undefined)
      throw new Error(`relay to ${namespace}/${service}: the plan has no such Service with port ${port}`);
    relay(listener, () => this.endpoints(plan, target));
  }

  /** Last started, first ended, so that senders drain while their receivers are there; killed when the time is over. */
  public async stop({ limitMs, keep }: Input<'stop'>): Promise<void> {
    const timer = setTimeout(() => {
      for (const { lifecycle } of this.pods) {
        void lifecycle.stop();
        lifecycle.signal('SIGKILL');
      }
    }, limitMs);
    const waves = [...new Set(this.pods.map(({ plan }) => plan.wave))].sort((a, b) => b - a);
    const ends: Promise<unknown>[] = [];
    for (const wave of waves) {
      const inWave = this.pods.filter(({ plan }) => plan.wave === wave);
      const end = Promise.all(inWave.map(({ lifecycle }) => lifecycle.stop()));
      ends.push(end);
      await Promise.race([end, sleep(WAVE_LIMIT_MS, undefined, { ref: false })]);
    }
    await Promise.all(ends);
    clearTimeout(timer);
    for (const pod of this.pods) pod.close();
    this.dns.close();
    this.groups?.remove();
    // Here and not by the host: whatever its permissions, here it can be removed.
    const { dir } = this.options;
    const written = [scratchFolder(dir)];
    if (!keep.includes('claims')) written.push(claimsFolder(dir));
    if (!keep.includes('logs')) written.push(logsFolder(dir));
    for (const folder of written) rmSync(folder, { recursive: true, force: true });
  }

  private async startPods(): Promise<void> {
    const { dir } = this.options;
    for (const folder of [claimsFolder(dir), scratchFolder(dir), logsFolder(dir)])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    await this.network.create();
    mkdirSync(MEMORY, { mode: 0o700 });
    await this.dns.listen(DNS_ADDRESS);
    await this.firewall.load();
    const pipes = this.pods.flatMap((pod) => pod.pipes);
    if (pipes.length > 0) await command('mkfifo', ['-m', '600', ...pipes]);
    for (const pod of this.pods) pod.prepare();
    for (const pod of this.pods.toSorted((a, b) => a.plan.wave - b.plan.wave)) pod.lifecycle.start();
  }

  private runner(pod: PodPlan): PodRunner {
    const { plan, bwrap, dir } = this.options;
    const services = plan.services.filter((service) => podsOf(plan, service).includes(pod));
    const ports = new Set(services.flatMap((service) => service.ports.map(({ targetPort }) => targetPort)));
    const runner: PodRunner = new PodRunner(pod, {
      bwrap,
      networkNamespace: this.network.namespaceOf(pod),
      places: { dir, memory: MEMORY, dnsAddress: DNS_ADDRESS },
      groups: this.groups,
      ports: [...ports].sort((a, b) => a - b),
      changed: () => {
        this.noteChange(runner);
      },
      line: (container, line) => {
        if (this.followed.has(podKey(pod))) this.emit({ event: 'line', pod: podKey(pod), container, line });
      },
    });
    return runner;
  }

  private noteChange({ plan, lifecycle }: PodRunner): void {
    const key = podKey(plan);
    if (this.readyPods.has(key) !== lifecycle.isReady) {
      const ready = this.pods.filter((pod) => pod.lifecycle.isReady).map((pod) => podKey(pod.plan));
      this.readyPods = new Set(ready);
      void this.firewall.changed();
    }
    const restarts = lifecycle.containers.reduce((sum, container) => sum + container.restarts, 0);
    const what = lifecycle.isReady ? 'ready' : lifecycle.phase;
    const description = `${what}${restarts === 0 ? '' : `, restarted ${restarts} times`}`;
    if (this.described.get(key) === description) return;
    this.described.set(key, description);
    this.emit({ event: 'pod', pod: key, what: description });
  }

  private endpoints(service: ServicePlan, targetPort: number): readonly Endpoint[] {
    const pods = endpointsOf(this.options.plan, service, this.readyPods);
    return pods.map(({ address }) => ({ host: address, port: targetPort }));
  }

  /** Pods by their own or their workload's name, with or without the namespace. */
  private targets(name: string): readonly PodRunner[] {
    const found = this.pods.filter(({ plan }) =>
      [plan.name, podKey(plan), plan.workload, `${plan.namespace}/${plan.workload}`].includes(name),
    );
    if (found.length > 0) return found;
    const known = this.pods.map(({ plan }) => podKey(plan)).join(', ');
    throw new Error(
      `${name}: no pod or workload of ${this.options.plan.name} has this name; there are ${known}`,
    );
  }
}
