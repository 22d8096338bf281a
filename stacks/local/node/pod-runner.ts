/** One pod with everything that it really has: its life cycle, its processes, volumes, logs and probes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerPlan, PodPlan, ProbePlan } from '../cluster-plan';
import { SYSTEM_CLOCK } from './clock';
import { execBeside } from './container-exec';
import { ContainerProcess } from './container-process';
import { NO_GROUP, type ControlGroup, type ControlGroups } from './control-groups';
import { LogFile } from './log-file';
import type { ExecResult, Exit, PodStatus } from './messages';
import { PodLifecycle } from './pod-lifecycle';
import { PodVolumes, type VolumePlaces } from './pod-volumes';
import type { ProbeResult } from './probe-loop';
import { networkProbe } from './probes';
import { containerEnvironment, sandboxArguments } from './sandbox';
import { podKey } from './service-pods';
import { THIS_MACHINE } from './this-machine';
import { logFile } from './volume-folders';

export interface PodSurroundings {
  readonly bwrap: string;
  readonly networkNamespace: string;
  readonly places: VolumePlaces;
  /** Undefined when limits are not asked for. */
  readonly groups: ControlGroups | undefined;
  /** Ports that Services send to the pod. */
  readonly ports: readonly number[];
  changed(): void;
  line(container: string, line: string): void;
}

interface Running {
  process: ContainerProcess | undefined;
  readonly log: LogFile;
  readonly group: ControlGroup;
}

export class PodRunner {
  public readonly lifecycle: PodLifecycle;
  private readonly volumes: PodVolumes;
  private readonly running = new Map<string, Running>();

  public constructor(
    public readonly plan: PodPlan,
    private readonly around: PodSurroundings,
  ) {
    this.volumes = new PodVolumes(plan, around.places);
    this.lifecycle = new PodLifecycle(
      plan,
      {
        prepare: () => {
          this.volumes.renew();
        },
        start: (container) => {
          this.start(container);
        },
        signal: (container, signal) => {
          this.running.get(container.name)?.process?.signal(signal);
        },
        probe: (container, probe) => this.probe(container, probe),
        changed: () => {
          around.changed();
        },
        exited: (container, exit, restartDelayMs) => {
          this.noteEnd(container, exit, restartDelayMs);
        },
      },
      SYSTEM_CLOCK,
    );
  }

  /** The named pipes that the pod's containers print into; they exist before `prepare`. */
  public get pipes(): readonly string[] {
    return this.containers.map(({ name }) => this.pipe(name));
  }

  public get status(): PodStatus {
    const { namespace, name, workload, address, initContainers } = this.plan;
    const containers = this.lifecycle.containers.map((state) => {
      const running = this.running.get(state.name);
      return {
        ...state,
        init: initContainers.some((container) => container.name === state.name),
        pid: running?.process?.pid,
        lastLines: [...(running?.log.lastLines ?? [])],
      };
    });
    return {
      ...{ namespace, name, workload, address, containers },
      kind: this.plan.kind,
      phase: this.lifecycle.phase,
      ready: this.lifecycle.isReady,
      restarts: containers.reduce((sum, container) => sum + (container.init ? 0 : container.restarts), 0),
      ports: this.around.ports,
    };
  }

  public prepare(): void {
    this.volumes.writeFiles();
    for (const container of this.containers) {
      const log = new LogFile(
        this.pipe(container.name),
        logFile(this.around.places.dir, this.plan, container.name),
        (line) => {
          this.around.line(container.name, line);
        },
      );
      const groupName = `${podKey(this.plan).replace('/', '.')}.${container.name}`;
      const group = this.around.groups?.create(groupName, container.limits) ?? NO_GROUP;
      this.running.set(container.name, { process: undefined, log, group });
    }
  }

  /** In the first container unless one is named. */
  public async exec(
    containerName: string | undefined,
    argv: readonly string[],
    options: { readonly input?: string | undefined; readonly timeoutMs: number },
  ): Promise<ExecResult> {
    const name = containerName ?? this.plan.containers[0]?.name;
    const container = this.containers.find((one) => one.name === name);
    if (container === undefined) throw new Error(`pod ${podKey(this.plan)} has no container ${name ?? ''}`);
    const ended = new Error(`container ${container.name} of ${podKey(this.plan)} does not run`);
    const pid = this.running.get(container.name)?.process?.pid;
    if (pid === undefined) throw ended;
    const env = containerEnvironment(this.plan, container);
    const result = await execBeside(pid, { argv, env, ...options });
    // Its end may not have been told yet when somebody wants to join it.
    if (result.code !== 0 && !existsSync(`/proc/${pid}`)) throw ended;
    return result;
  }

  public close(): void {
    for (const { log } of this.running.values()) log.close();
  }

  private get containers(): readonly ContainerPlan[] {
    return [...this.plan.initContainers, ...this.plan.containers];
  }

  private pipe(container: string): string {
    return join(this.around.places.memory, `${podKey(this.plan).replace('/', '.')}.${container}.pipe`);
  }

  private start(container: ContainerPlan): void {
    const running = this.running.get(container.name);
    if (running === undefined) throw new Error(`container ${container.name} was not prepared`);
    const source = {
      volumes: this.volumes.folders,
      ownFiles: this.volumes.etcFiles(container),
      controlGroups: running.group.visible,
    };
    running.process = new ContainerProcess(
      {
        bwrap: this.around.bwrap,
        networkNamespace: this.around.networkNamespace,
        sandbox: sandboxArguments(this.plan, container, source, THIS_MACHINE),
        argv: container.argv,
        controlGroups: running.group.joinFiles,
        log: running.log,
      },
      (exit) => {
        running.process = undefined;
        this.lifecycle.exited(container.name, exit);
      },
    );
  }

  private noteEnd(container: ContainerPlan, exit: Exit, restartDelayMs: number | undefined): void {
    const because = exit.reason === undefined ? '' : ` (${exit.reason})`;
    const next = restartDelayMs === undefined ? '' : `; starts again in ${restartDelayMs / 1_000} s`;
    this.running.get(container.name)?.log.note(`ended with ${exit.code}${because}${next}`);
  }

  private async probe(container: ContainerPlan, { action, timeoutS }: ProbePlan): Promise<ProbeResult> {
    const timeoutMs = timeoutS * 1_000;
    if (action.kind !== 'exec') return await networkProbe(action, this.plan.address, timeoutMs);
    try {
      const { code, stdout, stderr } = await this.exec(container.name, action.argv, { timeoutMs });
      const said = `${stdout}${stderr}`.trim().split('\n').at(-1) ?? '';
      return { ok: code === 0, message: `${action.argv.join(' ')} ended with ${code}: ${said}` };
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }
}
