/**
 * The graph as it will be and as it was, as one: each part with the mark of what happened to it. What was taken away is
 * kept, so that it can be drawn.
 */
import type {
  GraphComponent,
  GraphConnection,
  GraphDocument,
  GraphEndpoint,
  GraphExternal,
} from '../../graph-document';
import { connectionIds } from '../connection-ids';
import type { Mark } from './picture';

export interface GraphUnion {
  readonly components: readonly Marked<GraphComponent>[];
  readonly externals: readonly Marked<GraphExternal>[];
  readonly connections: readonly Marked<IdentifiedConnection>[];
  readonly endpoints: readonly GraphEndpoint[];
}

export interface Marked<T> {
  readonly part: T;
  readonly mark: Mark | undefined;
}

/** A connection with the identifier of its entry in the review. */
export interface IdentifiedConnection {
  readonly id: string;
  readonly connection: GraphConnection;
}

export function unionOf(graph: GraphDocument, base: GraphDocument | undefined): GraphUnion {
  if (base === undefined) {
    const unmarked = <T>(parts: readonly T[]): Marked<T>[] =>
      parts.map((part) => ({ part, mark: undefined }));
    return {
      components: unmarked(graph.components),
      externals: unmarked(graph.externals),
      connections: unmarked(identified(graph)),
      endpoints: graph.endpoints,
    };
  }
  // What was a component and is somebody else's now, or the other way round, keeps its name: it is drawn as what it is.
  const namesOf = (parts: readonly { readonly name: string }[]): ReadonlySet<string> =>
    new Set(parts.map(({ name }) => name));
  const nowExternal = namesOf(graph.externals);
  const nowComponent = namesOf(graph.components);
  const wasComponent = base.components.filter(({ name }) => !nowExternal.has(name));
  const wasExternal = base.externals.filter(({ name }) => !nowComponent.has(name));
  return {
    components: marked(graph.components, wasComponent, {
      keyOf: ({ name }) => name,
      differ: (now, before) =>
        differ(factsOf(now), factsOf(before)) ||
        differ(listensAndDerives(graph, now.name), listensAndDerives(base, now.name)),
    }),
    externals: marked(graph.externals, wasExternal, { keyOf: ({ name }) => name, differ }),
    connections: marked(identified(graph), identified(base), {
      keyOf: ({ id }) => id,
      differ: (now, before) => differ(now.connection, before.connection),
    }),
    endpoints: [...graph.endpoints, ...base.endpoints],
  };
}

function identified({ connections }: GraphDocument): IdentifiedConnection[] {
  const ids = connectionIds(connections);
  return connections.map((connection, index) => ({ id: ids[index] ?? '', connection }));
}

interface Comparison<T> {
  readonly keyOf: (part: T) => string;
  readonly differ: (now: T, before: T) => boolean;
}

function marked<T>(
  now: readonly T[],
  before: readonly T[],
  { keyOf, differ: isChanged }: Comparison<T>,
): Marked<T>[] {
  const old = new Map(before.map((part) => [keyOf(part), part]));
  const stays = new Set(now.map(keyOf));
  const markOf = (part: T): Mark | undefined => {
    const was = old.get(keyOf(part));
    if (was === undefined) return 'added';
    return isChanged(part, was) ? 'changed' : undefined;
  };
  return [
    ...now.map((part) => ({ part, mark: markOf(part) })),
    ...before.filter((part) => !stays.has(keyOf(part))).map((part) => ({ part, mark: 'removed' as const })),
  ];
}

/** Without its place in the start order: one new component shifts the places of others, to which nothing happens. */
function factsOf(component: GraphComponent): object {
  return Object.fromEntries(Object.entries(component).filter(([key]) => key !== 'startsInWave'));
}

function listensAndDerives({ endpoints, derivations }: GraphDocument, name: string): object {
  return {
    endpoints: endpoints.filter(({ component }) => component === name),
    derivations: derivations.filter(({ component }) => component === name),
  };
}

/** What files of earlier versions do not say: that it is said now is no change of the platform. */
const YOUNG: readonly string[] = ['access', 'guarantee', 'workloads'];

function differ(now: object, before: object): boolean {
  const is = new Map<string, unknown>(Object.entries(now));
  const was = new Map<string, unknown>(Object.entries(before));
  return [...new Set([...is.keys(), ...was.keys()])].some(
    (key) =>
      (!YOUNG.includes(key) || (is.has(key) && was.has(key))) &&
      JSON.stringify(is.get(key)) !== JSON.stringify(was.get(key)),
  );
}
