/**
 * How long may X be away? The outage budget of every connection that could lose telemetry, with its arithmetic.
 */
import type { Connection } from '../../constructs/core/flow-graph';
import { coverOf, isExposed, isOurs } from '../../constructs/core/outage-budget';
import type { AnyEndpoint } from '../../constructs/core/endpoint';
import type { Platform } from '../../constructs/core/platform';
import { bytesOf, humanBytes, humanSeconds } from '../../constructs/core/quantity';
import { code, sorted, stacked, table } from './markdown';

export function outageTable(platform: Platform): string {
  const rows = platform.graph.connections
    .filter((connection) => isExposed(connection) && isOurs(connection))
    .map((connection) => ({ connection, ...coverOf(platform.graph, connection) }))
    .sort((a, b) => compare(sortKey(a.connection), sortKey(b.connection)));
  return table(
    ['may be away', 'for what', 'load at the declared peak', 'how long', 'because'],
    rows.map(({ connection, seconds, terms }) => [
      code(connection.to.owner.id),
      `${connection.signals.join(', ')} from ${code(connection.from.id)}`,
      loadText(connection),
      `**${humanSeconds(seconds)}**`,
      stacked(terms),
    ]),
  );
}

function sortKey({ from, to }: Connection): string {
  return `${to.owner.id} ${from.id}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function loadText({ load }: Connection): string {
  if (load === undefined) return '';
  const events = Math.round(load.eventsPerSecond).toLocaleString('en-GB');
  return `${events} events/s, ${humanBytes(load.bytesPerSecond)}/s`;
}

/** What Kafka's topics keep, who fills them and who empties them; undefined where there are none. */
export function topicTable(platform: Platform): string | undefined {
  const { endpoints, connections } = platform.graph;
  const topics = new Map<string, AnyEndpoint>();
  for (const endpoint of endpoints) {
    if (endpoint.topic !== undefined && endpoint.queue !== undefined) topics.set(endpoint.topic, endpoint);
  }
  if (topics.size === 0) return undefined;
  const clients = (topic: string, access: 'read' | 'write'): string =>
    sorted(
      connections
        .filter(({ to }) => to.topic === topic && to.access === access)
        .map(({ from }) => code(from.id)),
    ).join(', ');
  return table(
    ['topic', 'keeps', 'for at most', 'written by', 'read by'],
    sorted(topics.keys()).flatMap((topic) => {
      const queue = topics.get(topic)?.queue;
      if (queue === undefined) return [];
      return [
        [
          code(topic),
          humanBytes(bytesOf(queue.capacity)),
          queue.retentionSeconds === undefined ? 'until taken' : humanSeconds(queue.retentionSeconds),
          clients(topic, 'write'),
          clients(topic, 'read'),
        ],
      ];
    }),
  );
}
