/**
 * The boxes of the diagrams: one for each component and each party outside; a server with topics has one for each set
 * of topics with the same writers and readers, for that is what flows from one to the other.
 */
import { LAYERS } from '../../constructs/core/component';
import type { AnyEndpoint } from '../../constructs/core/endpoint';
import { External } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import { sorted } from './markdown';

export interface Boxes {
  /** The box that data comes to at this endpoint. */
  readonly of: (endpoint: AnyEndpoint) => string;
  /** Mermaid's lines that declare these boxes, by layer. */
  readonly declare: (ids: ReadonlySet<string>) => string[];
}

export function boxesOf(platform: Platform): Boxes {
  const topicSets = topicSetsOf(platform);
  const boxOfTopic = new Map(
    [...topicSets].flatMap(([box, { topics }]) => topics.map((topic) => [topic, box] as const)),
  );
  return {
    of: (endpoint) =>
      (endpoint.topic === undefined
        ? undefined
        : boxOfTopic.get(topicKey(endpoint.owner.componentName, endpoint.topic))) ??
      endpoint.owner.componentName,
    declare: (ids) => {
      const layers = LAYERS.flatMap((layer) => {
        const components = platform.components.filter((component) => component.layer === layer);
        const lines = components.flatMap(({ node }) => [
          ...(ids.has(node.id) ? [`    ${node.id}[${node.id}]`] : []),
          ...[...topicSets]
            .filter(([box, { component }]) => component === node.id && ids.has(box))
            .map(([box, { label }]) => `    ${box}[("${label}")]`),
        ]);
        return lines.length === 0 ? [] : [`  subgraph layer-${layer}["${layer}"]`, ...sorted(lines), '  end'];
      });
      const outside = platform.graph.parties
        .filter((party) => party instanceof External && ids.has(party.id))
        .map(({ id }) => `  ${id}([${id}])`);
      return [...layers, ...sorted(outside)];
    },
  };
}

interface TopicSet {
  readonly component: string;
  /** As `topicKey` writes them. */
  readonly topics: readonly string[];
  readonly label: string;
}

function topicSetsOf({ graph }: Platform): Map<string, TopicSet> {
  const clients = new Map<string, { component: string; topic: string; who: string[] }>();
  for (const { from, to } of graph.connections) {
    if (to.topic === undefined) continue;
    const component = to.owner.componentName;
    const key = topicKey(component, to.topic);
    const known = clients.get(key) ?? { component, topic: to.topic, who: [] };
    clients.set(key, known);
    known.who.push(`${to.access} ${from.componentName}`);
  }
  const sets = new Map<string, { component: string; topics: string[] }>();
  for (const key of sorted(clients.keys())) {
    const client = clients.get(key);
    if (client === undefined) continue;
    const alike = [client.component, ...sorted(client.who)].join(' ');
    const known = sets.get(alike) ?? { component: client.component, topics: [] };
    sets.set(alike, known);
    known.topics.push(client.topic);
  }
  return new Map(
    [...sets.values()].map(({ component, topics }) => [
      `${component}-${topics[0] ?? ''}`,
      {
        component,
        topics: topics.map((topic) => topicKey(component, topic)),
        label: [`${component}:`, ...topics].join('<br/>'),
      },
    ]),
  );
}

function topicKey(component: string, topic: string): string {
  return `${component}#${topic}`;
}
