/**
 * One pod from start to end, as a kubelet runs it: init containers in order, then all containers together, restarts by its
 * policy, Jobs to completion, and an end with grace. No I/O of its own; programs, probes and the clock are handed in.
 */
import type { ContainerPlan, PodPlan, ProbePlan } from '../cluster-plan';
import type { Clock } from './clock';
import { ContainerLifecycle, type ContainerState } from './container-lifecycle';
import type { Exit, Phase } from './messages';
import type { ProbeResult } from './probe-loop';

export interface PodEffects {
  /** A new pod: its scratch folders are empty. */
  prepare(): void;
  start(container: ContainerPlan): void;
  signal(container: ContainerPlan, signal: NodeJS.Signals): void;
  probe(container: ContainerPlan, probe: ProbePlan): Promise<ProbeResult>;
  /** Readiness or a state changed. */
  changed(): void;
  /** A container ended; `restartDelayMs` is undefined when it is not started again. */
  exited(container: ContainerPlan, exit: Exit, restartDelayMs: number | undefined): void;
}

type Stage =
  | { readonly at: 'idle'; readonly phase: 'Pending' | 'Held' | 'Stopped' }
  /** `index` is of the init container whose turn it is. */
  | { readonly at: 'init'; readonly index: number }
  | { readonly at: 'main' }
  | { readonly at: 'ending'; readonly then: () => void; readonly phase: Phase }
  | { readonly at: 'over'; readonly phase: 'Succeeded' | 'Failed' };

export class PodLifecycle {
  private stage: Stage = { at: 'idle', phase: 'Pending' };
  private readonly init: readonly ContainerLifecycle[];
  private readonly main: readonly ContainerLifecycle[];
  /** Of a Job. */
  private failures = 0;
  private readonly pendingRestarts = new Set<() => void>();
  /** Whoever waits for the last container's end. */
  private waiters: (() => void)[] = [];

  public constructor(
    private readonly plan: PodPlan,
    private readonly effects: PodEffects,
    private readonly clock: Clock,
  ) {
    this.init = plan.initContainers.map((container) => this.container(container));
    this.main = plan.containers.map((container) => this.container(container));
  }

  public get phase(): Phase {
    if (this.stage.at === 'main') return 'Running';
    return this.stage.at === 'init' ? 'Pending' : this.stage.phase;
  }

  public get isReady(): boolean {
    return this.stage.at === 'main' && this.main.every((container) => container.status.ready);
  }

  /** Init containers first, in the plan's order. */
  public get containers(): readonly ContainerState[] {
    return [...this.init, ...this.main].map((container) => container.status);
  }

  public start(): void {
    if (this.stage.at !== 'idle' && this.stage.at !== 'over') return;
    this.failures = 0;
    this.cancelRestarts();
    for (const container of this.all) container.forgetBackoff();
    this.begin();
  }

  /** To be called when a container's program has ended. */
  public exited(containerName: string, exit: Exit): void {
    const container = this.all.find(({ status }) => status.name === containerName);
    if (container === undefined) throw new Error(`pod ${this.plan.name} has no container ${containerName}`);
    container.exited(exit);
  }

  /** The signal goes to every running container; what follows is the restart policy's. */
  public signal(signal: NodeJS.Signals): void {
    for (const container of this.all) container.signal(signal);
  }

  /** Killed at once and kept away until `start`. */
  public hold(): void {
    this.end('Held', () => {
      this.stage = { at: 'idle', phase: 'Held' };
    });
    this.signal('SIGKILL');
  }

  /** With grace; resolves when the last container has ended. */
  public async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waiters.push(resolve);
      this.end('Stopping', () => {
        this.stage = { at: 'idle', phase: 'Stopped' };
      });
      for (const container of this.all) container.stop();
    });
  }

  private get all(): readonly ContainerLifecycle[] {
    return [...this.init, ...this.main];
  }

  private container(plan: ContainerPlan): ContainerLifecycle {
    const container: ContainerLifecycle = new ContainerLifecycle(
      plan,
      this.plan.terminationGraceS,
      {
        start: () => {
          this.effects.start(plan);
        },
        signal: (signal) => {
          this.effects.signal(plan, signal);
        },
        probe: (probe) => this.effects.probe(plan, probe),
        changed: () => {
          this.effects.changed();
        },
        exited: (exit, restartDelayMs) => {
          const isRestarted = this.containerEnded(container, exit, restartDelayMs);
          this.effects.exited(plan, exit, isRestarted ? restartDelayMs : undefined);
        },
      },
      this.clock,
    );
    return container;
  }

  private begin(): void {
    this.effects.prepare();
    this.startInit(0);
  }

  private startInit(index: number): void {
    const container = this.init[index];
    if (container !== undefined) {
      this.stage = { at: 'init', index };
      container.start();
      return;
    }
    this.stage = { at: 'main' };
    for (const one of this.main) one.start();
    this.effects.changed();
  }

  /** Answers whether it will be started again. */
  private containerEnded(container: ContainerLifecycle, exit: Exit, delayMs: number): boolean {
    if (this.stage.at === 'ending') this.finishEnding();
    else if (exit.code !== 0 && this.isLastTry()) this.giveUp();
    else if (this.stage.at === 'init' && exit.code === 0) this.startInit(this.stage.index + 1);
    else if (this.mayRestart(exit)) {
      this.restartAfter(delayMs, () => {
        container.start();
      });
      return true;
    } else if (this.plan.kind === 'Job' && exit.code !== 0) this.replaceAfter(delayMs);
    else if (this.stage.at === 'init') this.giveUp();
    else this.finishWhenAllEnded();
    return false;
  }

  /** Counts a Job's failure. */
  private isLastTry(): boolean {
    if (this.plan.kind !== 'Job') return false;
    this.failures += 1;
    return this.failures > this.plan.backoffLimit;
  }

  /** An init container that failed is tried again under `Always` too; one that succeeded is not. */
  private mayRestart(exit: Exit): boolean {
    if (this.plan.restartPolicy === 'OnFailure') return exit.code !== 0;
    return this.plan.restartPolicy === 'Always';
  }

  private restartAfter(delayMs: number, run: () => void): void {
    const cancel = this.clock.after(delayMs, () => {
      this.pendingRestarts.delete(cancel);
      run();
    });
    this.pendingRestarts.add(cancel);
  }

  /** A Job whose pods are never restarted gets a new pod. */
  private replaceAfter(delayMs: number): void {
    this.end('Pending', () => {
      this.stage = { at: 'idle', phase: 'Pending' };
      this.restartAfter(delayMs, () => {
        this.begin();
      });
    });
    for (const one of this.all) one.stop();
  }

  private giveUp(): void {
    this.end('Stopping', () => {
      this.stage = { at: 'over', phase: 'Failed' };
    });
    for (const one of this.all) one.stop();
  }

  private finishWhenAllEnded(): void {
    if (this.main.some((one) => one.status.state !== 'ended') || this.pendingRestarts.size > 0) return;
    const allGood = this.main.every((one) => one.status.lastExit?.code === 0);
    this.stage = { at: 'over', phase: allGood ? 'Succeeded' : 'Failed' };
    this.effects.changed();
  }

  /** Nothing is started any more; `then` follows once nothing runs, unless a later end has taken its place. */
  private end(phase: Phase, then: () => void): void {
    this.cancelRestarts();
    this.stage = { at: 'ending', phase, then };
    this.finishEnding();
  }

  private finishEnding(): void {
    if (this.stage.at === 'ending' && !this.all.some((one) => one.isRunning)) {
      this.stage.then();
      for (const resolve of this.waiters.splice(0)) resolve();
    }
    this.effects.changed();
  }

  private cancelRestarts(): void {
    for (const cancel of this.pendingRestarts) cancel();
    this.pendingRestarts.clear();
  }
}
