/**
 * The loopback cluster as a person sees it in a terminal: a line a pod, redrawn in place; or, where nobody watches, a
 * line for each change.
 */
import { stripVTControlCharacters } from 'node:util';
import type { ClusterPlan } from './cluster-plan';
import type { PodStatus } from './node/messages';

/** One pod, as the cluster reports it. */
export interface PodLine {
  readonly name: string;
  readonly state: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Where this machine reaches it, e.g. `127.64.0.9:3100`. */
  readonly addresses: readonly string[];
  readonly lastLogLine: string | undefined;
}

const HEAD = ['POD', 'STATE', 'RESTARTS', 'ADDRESSES', 'LAST LINE'] as const;
const GAP = '  ';
/** What a Job's pod is when it did its work. */
const COMPLETED = 'completed';
const COLOURS = { ready: 32, waiting: 33, failing: 31, plain: 0 } as const;
/** What a pod is doing when it is neither ready nor on its way. */
const FAILING = /^(crash|failed|error|held)/i;

/** @param plan gives the addresses of the Services that select a pod */
export function podLines(plan: ClusterPlan, pods: readonly PodStatus[]): PodLine[] {
  return pods.map((pod) => ({
    name: pod.name,
    state: stateOf(pod),
    ready: pod.ready && pod.kind !== 'Job',
    restarts: pod.restarts,
    addresses: addressesOf(plan, pod),
    lastLogLine: pod.containers.flatMap(({ lastLines }) => lastLines).at(-1),
  }));
}

function stateOf({ kind, phase, ready, containers }: PodStatus): string {
  if (phase === 'Succeeded') return COMPLETED;
  if (phase === 'Running' && ready) return kind === 'Job' ? 'working' : 'ready';
  if (phase === 'Running') return probing(containers) ?? 'starting';
  return phase.toLowerCase();
}

/** A container that waits to be started again after it failed. */
function probing(containers: PodStatus['containers']): string | undefined {
  return containers.some(({ state, restarts }) => state === 'waiting' && restarts > 0)
    ? 'crash loop'
    : undefined;
}

function addressesOf({ pods, services }: ClusterPlan, pod: PodStatus): string[] {
  const labels =
    pods.find(({ name, namespace }) => name === pod.name && namespace === pod.namespace)?.labels ?? {};
  return services
    .filter(
      ({ namespace, selector, clusterAddress }) =>
        clusterAddress !== undefined &&
        namespace === pod.namespace &&
        Object.entries(selector).every(([name, value]) => labels[name] === value),
    )
    .map(({ loopbackAddress, ports }) => `${loopbackAddress}:${ports.map(({ port }) => port).join(',')}`);
}

/** The table, no line longer than the terminal is wide, no more lines than it is high. */
export function renderPods(
  title: string,
  pods: readonly PodLine[],
  size: { readonly columns: number; readonly rows: number },
  colour: boolean,
): string[] {
  const cells = pods.map((pod) => [
    pod.name,
    pod.state,
    String(pod.restarts),
    pod.addresses.join(' '),
    oneLine(pod.lastLogLine ?? ''),
  ]);
  const widths = HEAD.slice(0, -1).map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    [...widths.map((width, column) => (row[column] ?? '').padEnd(width)), row.at(-1) ?? '']
      .join(GAP)
      .slice(0, size.columns)
      .trimEnd();
  // Two lines for title and head, one for what had no room.
  const room = Math.max(1, size.rows - 3);
  const rows = pods.slice(0, room).map((pod, index) => painted(line(cells[index] ?? []), pod, colour));
  const hidden = pods.length - rows.length;
  return [
    title.slice(0, size.columns),
    line(HEAD),
    ...rows,
    ...(hidden > 0 ? [`… and ${hidden} more; make the terminal higher`] : []),
  ];
}

/** `12 of 23 ready` */
export function summary(pods: readonly PodLine[]): string {
  const done = pods.filter(({ ready, state }) => ready || state === COMPLETED).length;
  return `${done} of ${pods.length} ready`;
}

function painted(text: string, pod: PodLine, colour: boolean): string {
  if (!colour) return text;
  const kind =
    pod.ready || pod.state === COMPLETED ? 'ready' : FAILING.test(pod.state) ? 'failing' : 'waiting';
  return `\u001b[${COLOURS[kind]}m${text}\u001b[${COLOURS.plain}m`;
}

/** Programs colour their lines and write control characters; a terminal must not obey them. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ');
}

/** Draws over what it drew before. */
export class Screen {
  private drawn = 0;

  public constructor(private readonly write: (text: string) => void) {}

  public draw(lines: readonly string[]): void {
    const up = this.drawn === 0 ? '' : `\u001b[${this.drawn}A`;
    this.write(`${up}\r\u001b[J${lines.join('\n')}\n`);
    this.drawn = lines.length;
  }
}
