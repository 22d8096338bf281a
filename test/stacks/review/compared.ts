/**
 * Two states of a made-up environment as `changesSince` takes them, for the tests of what differs: plain objects and a
 * graph, nothing synthesised.
 */
import type { Manifest } from '../../../policies/manifest';
import type { GraphConnection, GraphDocument } from '../../../stacks/graph-document';
import type { Baseline, ComparedObject, Synthesised } from '../../../stacks/review/changes/baseline';
import type { Changes } from '../../../stacks/review/changes/changes';
import { changesSince } from '../../../stacks/review/changes/changes-since';

export interface State {
  readonly objects?: readonly Manifest[];
  readonly graph?: Partial<GraphDocument>;
}

export const NAME = 'made-up-prod';

export function changesOf(before: State, after: State, base: Partial<Baseline> = {}): Changes {
  return changesSince({ ...baseline(before), ...base }, synthesised(after));
}

export function textsOf(before: State, after: State, base: Partial<Baseline> = {}): string[] {
  return changesOf(before, after, base).headlines.map(({ effect, text }) => `${effect}: ${text}`);
}

function baseline({ objects = [], graph = {} }: State): Baseline {
  return {
    kind: 'against',
    label: 'git:main',
    environment: NAME,
    objects: objects.map(compared),
    graph: graphDocument(graph),
  };
}

function synthesised({ objects = [], graph = {} }: State): Synthesised {
  return {
    environment: NAME,
    objects: objects.map((object) => ({ ...compared(object), wave: 1 })),
    files: new Map([['graph.json', JSON.stringify(graphDocument(graph))]]),
  };
}

/** A component bears the name of its objects up to the first hyphen. */
function compared(object: Manifest): ComparedObject {
  return { component: object.metadata.name.split('-')[0] ?? '', object };
}

export function graphDocument(graph: Partial<GraphDocument>): GraphDocument {
  return {
    environment: NAME,
    system: 'made-up',
    tier: 'prod',
    survivesOutageSeconds: 1800,
    components: ['shop', 'loki', 'kafka'].map((name) => ({
      name,
      layer: 'store',
      summary: `The ${name}`,
      namespace: 'ns',
      parties: [name],
      workloads: [],
    })),
    externals: [
      {
        name: 'desk',
        description: 'a desk',
        host: 'desk',
        reach: { kind: 'addresses', cidrs: ['10.0.0.0/8'] },
      },
    ],
    endpoints: [],
    connections: [],
    cloudRefs: {},
    derivations: [],
    ...graph,
  };
}

export function connection(fields: Partial<GraphConnection> = {}): GraphConnection {
  return {
    from: 'shop',
    to: 'loki/http',
    protocol: 'otlp-http',
    port: 3100,
    signals: ['logs'],
    access: 'write',
    purpose: 'logs to the store',
    delivery: { kind: 'synchronous' },
    ...fields,
  };
}

export function made(kind: string, name: string, fields: object): Manifest {
  return { apiVersion: 'v1', kind, metadata: { namespace: 'ns', name }, ...fields };
}

export function config(name: string, file: string, text: string): Manifest {
  return made('ConfigMap', name, { data: { [file]: text } });
}

export function workload(kind: string, name: string, spec: object, container: object = {}): Manifest {
  return made(kind, name, {
    spec: {
      ...spec,
      template: {
        spec: { containers: [{ name: 'main', image: 'docker.io/grafana/loki:3.5.0', ...container }] },
      },
    },
  });
}
