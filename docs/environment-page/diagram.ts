/**
 * The flow graph as Mermaid flowcharts, with one arrow for each pair of boxes. Scrapes and what the parts of a component
 * tell each other are left out: they connect everything with everything.
 */
import type { Delivery } from '../../constructs/core/delivery';
import { TELEMETRY, type AnyEndpoint, type Signal } from '../../constructs/core/endpoint';
import type { Connection, FlowGraph } from '../../constructs/core/flow-graph';
import type { Platform } from '../../constructs/core/platform';
import { bytesOf, humanBytes } from '../../constructs/core/quantity';
import { boxesOf, type Boxes } from './boxes';
import { sorted } from './markdown';

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** Whether it waits for something to fail. */
  readonly isStandby: boolean;
}

type Way = Arrow & { readonly signals: readonly Signal[] };

/** How the senders' telemetry flows, in the direction of the data: a reader of a topic stands behind it. */
export function telemetryDiagram(platform: Platform): string {
  const boxes = boxesOf(platform);
  const ways = telemetryWays(platform, boxes);
  const reached = reachedBySenders(platform, ways);
  return flowchart(
    boxes,
    ways.filter(({ from }) => reached.has(from)),
  );
}

/** Who asks whom, tells whom, keeps what where, and what the platform says about itself. */
export function questionDiagram(platform: Platform): string {
  const boxes = boxesOf(platform);
  const ways = telemetryWays(platform, boxes);
  const reached = reachedBySenders(platform, ways);
  const others = drawn(platform, ['queries', 'alerts', 'state', 'objects', 'web']).map((connection): Way => ({
    from: connection.from.componentName,
    to: boxes.of(connection.to),
    label: connection.to.protocol,
    signals: connection.signals.filter((signal) => !isTelemetry(signal)),
    isStandby: false,
  }));
  return flowchart(boxes, [...ways.filter(({ from }) => !reached.has(from)), ...others]);
}

function telemetryWays(platform: Platform, boxes: Boxes): Way[] {
  return drawn(platform, TELEMETRY).map((connection): Way => {
    const [from, to] = direction(boxes, connection);
    return {
      from,
      to,
      label: [connection.to.protocol, ...deliveryLabel(connection.delivery)].join('<br/>'),
      signals: connection.signals,
      isStandby: isStandby(platform.graph, connection),
    };
  });
}

function drawn({ graph }: Platform, signals: readonly Signal[]): Connection[] {
  return graph.connections.filter(
    (connection) =>
      connection.to.protocol !== 'prometheus-scrape' &&
      connection.from.componentName !== connection.to.owner.componentName &&
      connection.signals.some((signal) => signals.includes(signal)),
  );
}

function isTelemetry(signal: Signal): boolean {
  return (TELEMETRY as readonly Signal[]).includes(signal);
}

function direction(boxes: Boxes, { from, to }: Connection): readonly [string, string] {
  const box = boxes.of(to);
  return to.access === 'read' ? [box, from.componentName] : [from.componentName, box];
}

/** The senders outside, and every box that their telemetry comes to. */
function reachedBySenders({ graph }: Platform, ways: readonly Way[]): ReadonlySet<string> {
  const outside = graph.parties.filter(({ reach }) => reach.kind === 'addresses').map(({ id }) => id);
  const reached = new Set(outside);
  // A set that grows while it is walked is walked to its end.
  for (const box of reached) for (const { from, to } of ways) if (from === box) reached.add(to);
  return reached;
}

/** Into a topic that is somebody's way out, out of it, and whatever a component sends that reads only such topics. */
function isStandby(graph: FlowGraph, { from, to, signals }: Connection): boolean {
  const wayOut = (endpoint: AnyEndpoint): boolean =>
    graph.connections.some(
      ({ delivery }) =>
        delivery.kind === 'synchronous' &&
        delivery.fallback?.topic !== undefined &&
        delivery.fallback.owner === endpoint.owner &&
        delivery.fallback.topic === endpoint.topic,
    );
  if (wayOut(to)) return true;
  const carriesSame = (other: Connection): boolean =>
    other.signals.some((signal) => signals.includes(signal));
  const taken = graph
    .into(from)
    .filter((other) => other.to.protocol !== 'prometheus-scrape' && carriesSame(other));
  const read = graph.outOf(from).filter((other) => other.to.access === 'read' && carriesSame(other));
  return taken.length === 0 && read.length > 0 && read.every((other) => wayOut(other.to));
}

function deliveryLabel(delivery: Delivery): string[] {
  switch (delivery.kind) {
    case 'synchronous':
      return delivery.fallback === undefined ? [] : [`else ${delivery.fallback.owner.componentName}`];
    case 'memory-queue':
      return [delivery.mayDrop === true ? 'may drop' : `memory ${humanBytes(bytesOf(delivery.size))}`];
    case 'disk-queue':
      return [`disk ${delivery.replicas} × ${humanBytes(bytesOf(delivery.size))}`];
  }
}

function flowchart(boxes: Boxes, ways: readonly Way[]): string {
  const arrows = merged(ways);
  return [
    '```mermaid',
    'flowchart TB',
    ...boxes.declare(new Set(arrows.flatMap(({ from, to }) => [from, to]))),
    ...arrows.map(
      ({ from, to, label, isStandby: dotted }) => `  ${from} ${dotted ? '-.->' : '-->'}|"${label}"| ${to}`,
    ),
    '```',
  ].join('\n');
}

/**
 * One arrow for a pair of boxes, with the signals of each way in which they speak; dotted when every way waits.
 */
function merged(ways: readonly Way[]): Arrow[] {
  const pairs = new Map<string, Way[]>();
  for (const way of ways) {
    const key = `${way.from} ${way.to}`;
    pairs.set(key, [...(pairs.get(key) ?? []), way]);
  }
  return sorted(pairs.keys()).flatMap((key) => {
    const all = pairs.get(key) ?? [];
    const [first] = all;
    if (first === undefined) return [];
    const lines = sorted(all.map(({ label }) => label)).map((label) => {
      const signals = all.filter((way) => way.label === label).flatMap((way) => way.signals);
      return `${sorted(signals).join(', ')}<br/>${label}`;
    });
    return [
      {
        from: first.from,
        to: first.to,
        label: lines.join('<br/>'),
        isStandby: all.every((way) => way.isStandby),
      },
    ];
  });
}
