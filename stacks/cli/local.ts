/**
 * `hyperion local`: an environment's workloads as processes on this machine, until Ctrl-C; and, from a second terminal,
 * what can be asked of the one that runs.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { imagesOf } from '../../constructs/core/images';
import type { ClusterPlan } from '../local/cluster-plan';
import { serveControl } from '../local/control';
import { entryPoints, type EntryPoint } from '../local/entry-points';
import { planEnvironment, type EnvironmentPlan } from '../local/environment-plan';
import { LoopbackCluster } from '../local/loopback-cluster';
import { podLines, renderPods, Screen, summary } from '../local/view';
import { synthesise } from '../synthesis';
import { chooseEnvironment } from './choose';
import { UsageError, type Context, type ExitCode } from './context';
import {
  answerRequest,
  askRunning,
  CONTROL_SOCKET,
  isRunning,
  requestOf,
  type LocalRequests,
} from './local-requests';
import { Progress } from './progress';

export interface LocalOptions extends LocalRequests {
  readonly only?: readonly string[];
  readonly scale?: readonly string[];
  readonly atMost?: string;
  readonly fresh?: boolean;
}

const LOCALHOST = '127.0.0.1';
const REDRAW_MS = 500;
/** As a first start of everything on two cores needs it, with a good deal to spare. */
const READY_LIMIT_MS = 5 * 60_000;
/** What the table gets when the terminal does not say how large it is. */
const TERMINAL = { columns: 160, rows: 50 };

/** @throws UsageError, LoopbackError, ConfigError */
export async function local(context: Context, name: string, options: LocalOptions): Promise<ExitCode> {
  const folder = join(context.stateFolder, name);
  const request = requestOf(options);
  if (request !== undefined) return askRunning(context, name, folder, request);
  if (await isRunning(folder)) {
    throw new UsageError(`${name} runs already; end it with: hyperion local ${name} --stop`);
  }
  const { plan, secrets, cluster, entries } = await start(context, name, folder, options);
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  void context.interrupted().then(stop);
  const running = { plan, secrets, cluster, stop };
  const control = await serveControl(join(folder, CONTROL_SOCKET), (asked) => answerRequest(running, asked));
  context.out(introduction(name, plan, entries));
  const started = Date.now();
  const end = watch(context, name, plan, cluster);
  try {
    const ready = cluster.whenReady({ timeoutMs: READY_LIMIT_MS }).then(
      () => `${name}: ready after ${Math.round((Date.now() - started) / 1000)} s\n`,
      (error: unknown) => `${error instanceof Error ? error.message : String(error)}\n`,
    );
    const said = await Promise.race([ready, stopped]);
    if (said !== undefined) context.out(said);
    await stopped;
  } finally {
    end();
    control.close();
    context.err(`${name}: stopping …\n`);
    await cluster.stop({ keep: ['claims', 'logs'] });
  }
  return 0;
}

interface Started extends EnvironmentPlan {
  readonly cluster: LoopbackCluster;
  readonly entries: readonly EntryPoint[];
}

async function start(
  context: Context,
  name: string,
  folder: string,
  { only, scale, atMost, fresh }: LocalOptions,
): Promise<Started> {
  const { environment } = chooseEnvironment(context, name);
  const progress = new Progress(context);
  progress.step(`${name}: synthesising`);
  const synthesis = synthesise(environment.build(), { exceptions: environment.exceptions ?? [] });
  const support = context.loopback();
  await support.prepare(imagesOf(synthesis.platform), (what) => {
    progress.step(`${name}: obtaining ${what}; the first time takes minutes`);
  });
  const { plan, secrets } = planEnvironment({
    synthesis,
    programs: support.programs,
    stateFolder: folder,
    now: new Date(),
    scale: new Map((scale ?? []).map(replicasOf)),
    ...(only === undefined ? {} : { only }),
    ...(atMost === undefined ? {} : { atMost: wholeNumber('--at-most', atMost) }),
  });
  const dir = join(folder, 'cluster');
  if (fresh === true) rmSync(dir, { recursive: true, force: true });
  const entries = entryPoints(synthesis.platform, plan);
  progress.step(`${name}: starting ${plan.pods.length} pods`);
  const cluster = await LoopbackCluster.start({
    plan,
    dir,
    sandbox: await support.sandbox(),
    expose: entries.filter(isFirstOfItsPort).map(({ namespace, service, port }) => ({
      ...{ host: LOCALHOST, port, namespace, service },
      servicePort: port,
    })),
    onEvent: (event) => {
      if (event.event === 'notice') context.err(`${event.text}\n`);
      else if (!context.isTerminal) context.err(`${event.pod}: ${event.what}\n`);
    },
  });
  progress.done();
  return { plan, secrets, cluster, entries };
}

/** Two doors may have one number; the second is reached at its Service's own address. */
function isFirstOfItsPort({ port }: EntryPoint, index: number, entries: readonly EntryPoint[]): boolean {
  return entries.findIndex((entry) => entry.port === port) === index;
}

function addressOf({ services }: ClusterPlan, { namespace, service }: EntryPoint): string {
  const found = services.find((each) => each.namespace === namespace && each.name === service);
  return found?.loopbackAddress ?? service;
}

/** `otel-logs=2` */
function replicasOf(text: string): [string, number] {
  const [, workload, replicas] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (workload === undefined || replicas === undefined) {
    throw new UsageError(`--scale ${text}: it is a workload and its number of pods, e.g. otel-logs=2`);
  }
  return [workload, wholeNumber(`--scale ${workload}`, replicas)];
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new UsageError(`${option} ${text}: it is a whole number of pods, e.g. 2`);
}

function introduction(name: string, plan: ClusterPlan, entries: readonly EntryPoint[]): string {
  const standIns = plan.pods.flatMap(({ name: pod, containers }) =>
    containers.flatMap(({ standIn }) => (standIn === undefined ? [] : [`  ${pod}: ${standIn}`])),
  );
  return [
    `${name}: ${plan.pods.length} pods; Ctrl-C stops them. From another terminal: hyperion local ${name} --help`,
    ...(standIns.length === 0 ? [] : ['Stand-ins:', ...standIns]),
    ...(plan.leftOut.length === 0 ? [] : ['Left out:']),
    ...plan.leftOut.map(({ what, because }) => `  ${what}: ${because}`),
    ...entries.map((entry, index) => {
      const host = isFirstOfItsPort(entry, index, entries) ? LOCALHOST : addressOf(plan, entry);
      return `Telemetry (${entry.protocol}): ${host}:${entry.port}`;
    }),
    '',
  ].join('\n');
}

/** Draws the pods until the returned function is called; nothing where nobody watches. */
function watch(context: Context, name: string, plan: ClusterPlan, cluster: LoopbackCluster): () => void {
  if (!context.isTerminal) return () => undefined;
  const screen = new Screen(context.err);
  const draw = async (): Promise<void> => {
    const pods = podLines(plan, await cluster.pods());
    screen.draw(renderPods(`${name}: ${summary(pods)}`, pods, context.terminalSize() ?? TERMINAL, true));
  };
  const timer = setInterval(() => {
    // The cluster ends between two drawings.
    draw().catch(() => undefined);
  }, REDRAW_MS);
  return () => {
    clearInterval(timer);
  };
}
