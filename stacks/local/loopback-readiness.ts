/** Which pods are not ready yet, and what a person should read about them. */
import type { ContainerStatus, PodStatus } from './node/messages';

const SHOWN_LINES = 5;

/** A Job is ready when it has succeeded. A name that no pod has makes no pod wait, and is a mistake of the caller's. */
export function notReadyOf(
  pods: readonly PodStatus[],
  names: readonly string[] | undefined,
): readonly PodStatus[] {
  const isMeant = (pod: PodStatus): boolean =>
    names === undefined || names.some((name) => nameMeans(name, pod));
  const unknown = names?.filter((name) => !pods.some((pod) => nameMeans(name, pod))) ?? [];
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: no pod or workload has this name`);
  const isThere = ({ kind, phase, ready }: PodStatus): boolean =>
    kind === 'Job' ? phase === 'Succeeded' : ready;
  return pods.filter((pod) => isMeant(pod) && !isThere(pod));
}

export function explainNotReady(cluster: string, pods: readonly PodStatus[], timeoutMs: number): string {
  const head = `${cluster}: ${pods.length} ${pods.length === 1 ? 'pod is' : 'pods are'} not ready (waited up to ${timeoutMs / 1_000} s)`;
  return [head, ...pods.flatMap(podLines)].join('\n');
}

function podLines(pod: PodStatus): readonly string[] {
  const waiting = pod.containers.filter(({ init, ready, state, lastExit }) =>
    init ? state === 'running' || (lastExit?.code ?? 0) !== 0 : !ready,
  );
  return [`- ${pod.namespace}/${pod.name}: ${pod.phase}`, ...waiting.flatMap(containerLines)];
}

function containerLines(container: ContainerStatus): readonly string[] {
  const { name, state, restarts, lastExit, probeMessage, lastLines } = container;
  const facts = [
    state,
    ...(restarts === 0 ? [] : [`restarted ${restarts} times`]),
    ...(lastExit === undefined
      ? []
      : [`last ended with ${lastExit.code}${lastExit.reason === undefined ? '' : ` (${lastExit.reason})`}`]),
    ...(probeMessage === undefined ? [] : [`probe: ${probeMessage}`]),
  ];
  return [
    `    ${name}: ${facts.join('; ')}`,
    ...lastLines.slice(-SHOWN_LINES).map((line) => `      | ${line}`),
  ];
}

function nameMeans(name: string, pod: PodStatus): boolean {
  return [
    pod.name,
    pod.workload,
    `${pod.namespace}/${pod.name}`,
    `${pod.namespace}/${pod.workload}`,
  ].includes(name);
}
