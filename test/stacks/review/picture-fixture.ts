/** What the tests of pictures share: how boxes lie to each other, and a small graph to change. */
import type { GraphConnection, GraphDocument } from '../../../stacks/graph-document';
import type { Area } from '../../../stacks/review/picture/picture';

/** How wide and how high the part is that two areas share. */
export function shared(a: Area, b: Area): { readonly width: number; readonly height: number } {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? { width, height } : { width: 0, height: 0 };
}

/** Pairs of which the parts overlap, by name. */
export function overlapping(areas: readonly (Area & { readonly id: string })[]): string[] {
  return areas.flatMap((a, index) =>
    areas.slice(index + 1).flatMap((b) => (shared(a, b).width > 0 ? [`${a.id} and ${b.id}`] : [])),
  );
}

export function component(name: string, layer: string): GraphDocument['components'][number] {
  return {
    name,
    layer,
    summary: `The ${name}`,
    namespace: layer,
    parties: [name],
    workloads: [{ id: name, kind: 'Deployment', replicas: 2, maxReplicas: 4 }],
  };
}

export function external(name: string): GraphDocument['externals'][number] {
  return {
    name,
    description: `Somebody else's ${name}, outside`,
    host: `${name}.example.com`,
    reach: { kind: 'addresses', cidrs: ['10.0.0.0/8'] },
  };
}

export function connection(from: string, to: string, facts: Partial<GraphConnection> = {}): GraphConnection {
  return {
    from,
    to: `${to}/http`,
    protocol: 'otlp-http',
    port: 4318,
    signals: ['logs'],
    purpose: 'logs to keep',
    delivery: { kind: 'synchronous' },
    ...facts,
  };
}

/** Senders → collector → store ← view. */
export function smallGraph(changes: Partial<GraphDocument> = {}): GraphDocument {
  return {
    environment: 'small-dev',
    system: 'small',
    tier: 'dev',
    survivesOutageSeconds: 1800,
    components: [component('collector', 'collect'), component('loki', 'store'), component('grafana', 'view')],
    externals: [external('shop')],
    endpoints: [],
    connections: [
      connection('shop', 'collector'),
      connection('collector', 'loki'),
      connection('grafana', 'loki', {
        signals: ['queries'],
        protocol: 'loki-http',
        port: 3100,
        purpose: 'asks',
      }),
    ],
    cloudRefs: {},
    derivations: [],
    ...changes,
  };
}
