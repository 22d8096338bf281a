/**
 * How long may the receiver of a connection be away before acknowledged data is lost or senders are refused?
 *
 *   cover(c) = what waits in c's own queue
 *            + what waits in c's fallback
 *            + the least cover of what flows into c's sender, where a full queue pushes back to whoever sends
 *
 * A queue of B bytes at r bytes/s covers B / r seconds, a topic besides no longer than its retention. A memory queue
 * covers nothing: it dies with its process. Senders outside the platform are not counted on.
 */
import type { Queue } from './delivery';
import { carriesTelemetry, connectionName, type Connection, type FlowGraph } from './flow-graph';
import { External, type Party } from './party';
import type { Platform } from './platform';
import { bytesOf, humanBytes, humanSeconds } from './quantity';

export interface Cover {
  readonly seconds: number;
  /** The arithmetic, one line a queue, e.g. `otel-logs disk queue: 3 × 10 GiB ÷ 50 MiB/s = 10 min`. */
  readonly terms: readonly string[];
}

/**
 * Telemetry that a receiver's outage could lose: pushed, at a declared load, and not a copy that may be dropped. The
 * receiver may stand outside, such as another cluster's store.
 */
export function isExposed(connection: Connection): boolean {
  return (
    connection.load !== undefined &&
    connection.load.bytesPerSecond > 0 &&
    connection.to.access === 'write' &&
    connection.to.queue === undefined &&
    !(connection.delivery.kind === 'memory-queue' && connection.delivery.mayDrop === true) &&
    carriesTelemetry(connection)
  );
}

/** Whether the platform sends it; how long others keep what is refused, is not known here. */
export function isOurs({ from }: Connection): boolean {
  return !(from instanceof External);
}

export function coverOf(
  graph: FlowGraph,
  connection: Connection,
  visited: ReadonlySet<Party> = new Set(),
): Cover {
  const { delivery, load, from } = connection;
  const rate = load?.bytesPerSecond ?? 0;
  if (rate === 0)
    return {
      seconds: Number.POSITIVE_INFINITY,
      terms: [`${connectionName(connection)} carries nothing in normal operation`],
    };
  const own: Cover[] = [];
  if (delivery.kind === 'disk-queue') {
    const bytes = bytesOf(delivery.size) * delivery.replicas;
    own.push(
      term(
        `${from.id} disk queue: ${delivery.replicas} × ${humanBytes(bytesOf(delivery.size))}`,
        bytes,
        rate,
      ),
    );
  }
  if (delivery.kind === 'memory-queue')
    own.push({ seconds: 0, terms: [`${from.id} memory queue: lost with its process, counts for nothing`] });
  if (delivery.kind === 'synchronous' && delivery.fallback?.queue !== undefined) {
    own.push(queueTerm(delivery.fallback.id, delivery.fallback.queue, rate));
  }
  if (delivery.kind === 'disk-queue' && delivery.whenFull === 'loses') {
    return add([
      ...own,
      { seconds: 0, terms: [`${from.id} has answered already: what does not fit is lost`] },
    ]);
  }
  return add([...own, upstream(graph, connection, visited)]);
}

/** What can wait before the sender of the connection: in topics that it reads, or at whoever pushes to it. */
function upstream(graph: FlowGraph, connection: Connection, visited: ReadonlySet<Party>): Cover {
  const sender = connection.from;
  if (visited.has(sender)) return { seconds: 0, terms: [] };
  const seen = new Set([...visited, sender]);
  const sameSignal = (c: Connection): boolean =>
    c.signals.some((signal) => connection.signals.includes(signal));
  const rate = connection.load?.bytesPerSecond ?? 0;
  const pulls = graph
    .outOf(sender)
    .filter((c) => c.to.queue !== undefined && c.to.access === 'read' && sameSignal(c))
    .flatMap((c) => (c.to.queue === undefined ? [] : [queueTerm(c.to.id, c.to.queue, rate)]));
  const pushes = graph
    .into(sender)
    .filter((c) => isExposed(c) && sameSignal(c) && isOurs(c))
    .map((c) => coverOf(graph, c, seen));
  const candidates = [...pulls, ...pushes].filter((cover) => Number.isFinite(cover.seconds));
  return (
    candidates.reduce<Cover | undefined>(
      (least, c) => (least === undefined || c.seconds < least.seconds ? c : least),
      undefined,
    ) ?? {
      seconds: 0,
      terms: [`${sender.id}: nothing waits before it; its senders are refused and retry`],
    }
  );
}

function queueTerm(name: string, { capacity, retentionSeconds }: Queue, rate: number): Cover {
  const bytes = bytesOf(capacity);
  const byRoom = term(`${name}: ${humanBytes(bytes)}`, bytes, rate);
  if (retentionSeconds === undefined || byRoom.seconds <= retentionSeconds) return byRoom;
  return {
    seconds: retentionSeconds,
    terms: [`${name}: kept for ${humanSeconds(retentionSeconds)}`],
  };
}

function term(what: string, bytes: number, bytesPerSecond: number): Cover {
  const seconds = bytes / bytesPerSecond;
  return { seconds, terms: [`${what} ÷ ${humanBytes(bytesPerSecond)}/s = ${humanSeconds(seconds)}`] };
}

function add(covers: readonly Cover[]): Cover {
  return {
    seconds: covers.reduce((sum, cover) => sum + cover.seconds, 0),
    terms: covers.flatMap((cover) => cover.terms),
  };
}

/** Reports every path that cannot survive the outage that the environment declares. */
export function checkOutageBudget(platform: Platform): void {
  const wanted = platform.survivesOutage.toSeconds();
  for (const connection of platform.graph.connections) {
    if (!isExposed(connection) || !isOurs(connection)) continue;
    const cover = coverOf(platform.graph, connection);
    if (cover.seconds >= wanted) continue;
    platform.report(connection.from.id, {
      property: `delivery to ${connection.to.id} (${connection.signals.join(', ')})`,
      value: `survives ${humanSeconds(cover.seconds)}: ${cover.terms.join(' + ')}`,
      rule: `the environment survives an outage of ${humanSeconds(wanted)} of any store or processor`,
      remedy: `enlarge a queue on the path (${humanBytes(wanted * (connection.load?.bytesPerSecond ?? 0))} in all), or declare a shorter survivesOutage`,
    });
  }
}
