/**
 * Who can connect to whom, found out by trying: every pod of an environment is a small server on all of its ports, while
 * the network and the NetworkPolicies are the environment's own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Task } from '../../../constructs/core/task';
import { Workload } from '../../../constructs/core/workload';
import type { ClusterPlan, PodPlan } from '../../../stacks/local/cluster-plan';
import { planEnvironment } from '../../../stacks/local/environment-plan';
import type { LoopbackCluster } from '../../../stacks/local/loopback-cluster';
import type { WavedObject } from '../../../stacks/local/plan/plan-objects';
import type { Programs } from '../../../stacks/local/programs';
import { fieldsAt } from '../../../stacks/manifest-data';
import type { Synthesis } from '../../../stacks/synthesis';

const NODE = '/hyperion/bin/node';
/** Far more than a connection on one machine takes; what a policy drops is never answered. */
const DIAL_LIMIT_MS = 2_000;
/** What is to be open and did not answer is asked again with more patience: the machine may be busy. */
const PATIENT_LIMIT_MS = 15_000;
/** Pods that dial at the same time, each to all others. */
const DIALLING_AT_ONCE = 4;

const LISTEN = `
for (const port of process.argv.slice(1)) require('net').createServer((socket) => socket.end()).listen(+port, '0.0.0.0');
`;
/** Reads the targets, prints which of them answered; a refusal came through as well. */
const DIAL = `
const { connect } = require('net');
const { targets, limitMs } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const dial = ({ address: host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port });
  const timer = setTimeout(() => end(false), limitMs);
  const end = (open) => { clearTimeout(timer); socket.destroy(); resolve(open); };
  socket.on('connect', () => end(true)).on('error', () => end(true));
});
Promise.all(targets.map(dial)).then((open) => console.log(JSON.stringify(open)));
`;

const SILENT: Programs = {
  find: () => ({
    found: true,
    entrypoint: [NODE],
    files: { [NODE]: process.execPath },
    user: 65_534,
    env: {},
    standIn: undefined,
  }),
};

interface Target {
  /** Workload that listens. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** One pod of each workload, Jobs and CronJobs included, as a server on every port that a Service sends to it. */
export function silentPlan(synthesis: Synthesis, stateFolder: string): ClusterPlan {
  const { plan } = planEnvironment({
    ...{ synthesis, stateFolder, programs: SILENT, now: new Date(), atMost: 1 },
    objects: synthesis.objects.map(startedAtOnce),
  });
  const pods = plan.pods
    .filter(({ namespace }) => namespace !== 'outside')
    .map((pod) => silent(pod, portsOf(plan, pod)));
  return { ...plan, pods };
}

/** Differences between what the model draws and what the network lets through, each in words. */
export async function wrongConnections(
  { platform }: Synthesis,
  plan: ClusterPlan,
  cluster: LoopbackCluster,
): Promise<string[]> {
  const drawn = new Set(
    platform.graph.connections.flatMap(({ from, to }) =>
      runsPods(from) && runsPods(to.owner) ? [`${from.id} → ${to.owner.id}:${to.port}`] : [],
    ),
  );
  const targets = plan.pods.flatMap((pod) =>
    portsOf(plan, pod).map((port) => ({ name: nameOf(pod), address: pod.address, port })),
  );
  const wrong: string[] = [];
  const waiting = [...plan.pods];
  const dialOne = async (): Promise<void> => {
    for (let pod = waiting.pop(); pod !== undefined; pod = waiting.pop()) {
      const from = nameOf(pod);
      const others = targets.filter(({ address }) => address !== pod.address);
      const isDrawn = ({ name, port }: Target): boolean => drawn.has(`${from} → ${name}:${port}`);
      const open = await dial(cluster, pod, others, DIAL_LIMIT_MS);
      const silentOnes = others.filter((target, i) => isDrawn(target) && open[i] !== true);
      const later = await dial(cluster, pod, silentOnes, PATIENT_LIMIT_MS);
      for (const [i, { name, port }] of silentOnes.entries())
        if (later[i] !== true) wrong.push(`${from} → ${name}:${port} is drawn and does not get through`);
      for (const [i, target] of others.entries())
        if (open[i] === true && !isDrawn(target))
          wrong.push(`${from} → ${target.name}:${target.port} gets through and is not drawn`);
    }
  };
  await Promise.all(Array.from({ length: DIALLING_AT_ONCE }, dialOne));
  return wrong.sort();
}

async function dial(
  cluster: LoopbackCluster,
  pod: PodPlan,
  targets: readonly Target[],
  limitMs: number,
): Promise<readonly boolean[]> {
  if (targets.length === 0) return [];
  const { code, stdout, stderr } = await whileItRuns(() =>
    cluster.exec(`${pod.namespace}/${pod.name}`, [NODE, '-e', DIAL], {
      input: JSON.stringify({ targets, limitMs }),
    }),
  );
  if (code !== 0) throw new Error(`${pod.name} could not dial: ${stderr}`);
  return JSON.parse(stdout) as boolean[];
}

/** A busy machine lets a probe fail, and the pod is started again: what is asked here is the network, not the probe. */
async function whileItRuns<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 10; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0 || !(error instanceof Error) || !error.message.endsWith('does not run')) throw error;
      await sleep(1000);
    }
  }
}

function runsPods(party: object): boolean {
  return party instanceof Workload || party instanceof Task;
}

/** As the model names it; a Job's own name carries a hash of its content. */
function nameOf({ labels, workload }: PodPlan): string {
  return labels['app.kubernetes.io/component'] ?? workload;
}

/** What is suspended or waits for its time is somebody who dials, too. */
function startedAtOnce({ wave, object }: WavedObject): WavedObject {
  if (object.kind === 'Job')
    return { wave, object: { ...object, spec: { ...fieldsAt(object, 'spec'), suspend: false } } };
  if (object.kind !== 'CronJob') return { wave, object };
  const spec = fieldsAt(object, 'spec', 'jobTemplate', 'spec');
  return { wave, object: { ...object, apiVersion: 'batch/v1', kind: 'Job', spec } };
}

function portsOf({ services }: ClusterPlan, { namespace, labels }: PodPlan): number[] {
  const ports = services
    .filter(
      (service) =>
        service.namespace === namespace &&
        Object.entries(service.selector).every(([name, value]) => labels[name] === value),
    )
    .flatMap((service) => service.ports.filter(({ protocol }) => protocol === 'TCP'))
    .map(({ targetPort }) => targetPort);
  return [...new Set(ports)].sort((a, b) => a - b);
}

function silent(pod: PodPlan, ports: readonly number[]): PodPlan {
  const [container] = pod.containers;
  if (container === undefined) throw new Error(`${pod.name} has no container`);
  return {
    ...pod,
    kind: 'Deployment',
    restartPolicy: 'Always',
    terminationGraceS: 1,
    initContainers: [],
    volumes: [],
    containers: [
      {
        ...container,
        // It would be ended by Node when nothing is left to do.
        argv: [NODE, '-e', `setInterval(() => 0, 1e9);${LISTEN}`, ...ports.map(String)],
        mounts: [],
        probes: {},
        limits: { cpus: undefined, memoryBytes: undefined },
      },
    ],
  };
}
