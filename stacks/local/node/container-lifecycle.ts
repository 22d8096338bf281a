/**
 * One container from start to end: runs it, asks its probes, ends it. Whether it is started again is the pod's decision.
 * No I/O of its own; the program, the probes and the clock are handed in.
 */
import type { ContainerPlan, ProbePlan } from '../cluster-plan';
import type { Clock } from './clock';
import type { ContainerStatus, Exit } from './messages';
import { ProbeLoop, type ProbeResult } from './probe-loop';
import { RestartBackoff } from './restart-backoff';

export interface ContainerEffects {
  /** Starts the program; its end comes back through `exited`. */
  start(): void;
  /** To the program itself; nothing when it does not run. */
  signal(signal: NodeJS.Signals): void;
  probe(probe: ProbePlan): Promise<ProbeResult>;
  /** Readiness or state changed. */
  changed(): void;
  exited(exit: Exit, restartDelayMs: number): void;
}

export type ContainerState = Pick<
  ContainerStatus,
  'name' | 'state' | 'ready' | 'restarts' | 'lastExit' | 'probeMessage'
>;

export class ContainerLifecycle {
  private state: ContainerStatus['state'] = 'waiting';
  private isReady = false;
  private starts = 0;
  private startedMs = 0;
  private lastExit: Exit | undefined;
  /** Why it is being ended, until it has. */
  private reason: string | undefined;
  private backoff = new RestartBackoff();
  private readonly loops = new Set<ProbeLoop>();
  private cancelKill: () => void = () => undefined;

  public constructor(
    private readonly plan: ContainerPlan,
    private readonly graceS: number,
    private readonly effects: ContainerEffects,
    private readonly clock: Clock,
  ) {}

  public get status(): ContainerState {
    const { state, isReady, lastExit } = this;
    const probeMessage = [...this.loops].map((loop) => loop.message).find((message) => message !== undefined);
    return {
      name: this.plan.name,
      state,
      ready: isReady,
      restarts: Math.max(0, this.starts - 1),
      lastExit,
      probeMessage,
    };
  }

  public get isRunning(): boolean {
    return this.state === 'running';
  }

  public start(): void {
    if (this.isRunning) throw new Error(`container ${this.plan.name} is started while it runs`);
    this.state = 'running';
    this.starts += 1;
    this.startedMs = this.clock.nowMs();
    this.reason = undefined;
    this.effects.start();
    const { startup } = this.plan.probes;
    if (startup === undefined) this.begun();
    else this.startupLoop(startup);
    this.effects.changed();
  }

  public signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.effects.signal(signal);
  }

  /** SIGTERM, and SIGKILL when the grace is over. */
  public stop(reason?: string): void {
    if (!this.isRunning || this.reason !== undefined) return;
    this.reason = reason ?? 'stopped';
    this.endProbes();
    this.signal('SIGTERM');
    this.cancelKill = this.clock.after(this.graceS * 1_000, () => {
      this.signal('SIGKILL');
    });
    this.effects.changed();
  }

  /** A new pod begins with a clean record of waits. */
  public forgetBackoff(): void {
    this.backoff = new RestartBackoff();
  }

  /** To be called when the program has ended, however it came to it. */
  public exited(exit: Exit): void {
    if (!this.isRunning) throw new Error(`container ${this.plan.name} ends while it does not run`);
    this.cancelKill();
    this.endProbes();
    this.state = 'ended';
    this.lastExit = { code: exit.code, reason: exit.reason ?? this.reason };
    this.effects.changed();
    this.effects.exited(this.lastExit, this.backoff.delayMs(this.clock.nowMs() - this.startedMs));
  }

  private startupLoop(probe: ProbePlan): void {
    const loop = this.loop(
      probe,
      () => {
        loop.end();
        this.loops.delete(loop);
        this.begun();
      },
      (message) => {
        this.stop(`startup probe: ${message}`);
      },
    );
    loop.begin();
  }

  private begun(): void {
    const { liveness, readiness } = this.plan.probes;
    if (liveness !== undefined) {
      this.loop(
        liveness,
        () => undefined,
        (message) => {
          this.stop(`liveness probe: ${message}`);
        },
      ).begin();
    }
    if (readiness === undefined) this.setReady(true);
    else {
      this.loop(
        readiness,
        () => {
          this.setReady(true);
        },
        () => {
          this.setReady(false);
        },
      ).begin();
    }
  }

  private loop(probe: ProbePlan, succeeded: () => void, failed: (message: string) => void): ProbeLoop {
    const attempt = (): Promise<ProbeResult> => this.effects.probe(probe);
    const loop = new ProbeLoop(probe, { attempt, succeeded, failed }, this.clock);
    this.loops.add(loop);
    return loop;
  }

  private endProbes(): void {
    for (const loop of this.loops) loop.end();
    this.loops.clear();
    this.isReady = false;
  }

  private setReady(ready: boolean): void {
    if (this.isReady === ready) return;
    this.isReady = ready;
    this.effects.changed();
  }
}
