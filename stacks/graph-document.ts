/**
 * `graph.json`: components, endpoints and connections of an environment, for readers and for programs.
 */
import type { Component } from '../constructs/core/component';
import type { Delivery, Load, Queue } from '../constructs/core/delivery';
import type { AnyEndpoint } from '../constructs/core/endpoint';
import type { Connection } from '../constructs/core/flow-graph';
import { coverOf, isExposed, isOurs } from '../constructs/core/outage-budget';
import { External, type Reach } from '../constructs/core/party';
import type { Derivation, Platform } from '../constructs/core/platform';
import { podCounts } from '../constructs/core/pod-requests';
import { bytesOf } from '../constructs/core/quantity';
import { Workload } from '../constructs/core/workload';

export interface GraphDocument {
  readonly environment: string;
  readonly system: string;
  readonly tier: string;
  readonly survivesOutageSeconds: number;
  readonly components: readonly GraphComponent[];
  readonly externals: readonly GraphExternal[];
  readonly endpoints: readonly GraphEndpoint[];
  readonly connections: readonly GraphConnection[];
  /** What each value is that the cloud hands over later, by name. */
  readonly cloudRefs: Readonly<Record<string, string>>;
  readonly derivations: readonly Derivation[];
}

export interface GraphComponent {
  readonly name: string;
  readonly layer: string;
  readonly summary: string;
  readonly namespace: string;
  readonly startsInWave?: number;
  /** Identifiers of its workloads, tasks and operators' pods. */
  readonly parties: readonly string[];
  /** Absent in files that were written before it was. */
  readonly workloads?: readonly GraphWorkload[];
}

export interface GraphWorkload {
  readonly id: string;
  readonly kind: string;
  /** Of a node agent: one for each node. */
  readonly replicas: number;
  readonly maxReplicas: number;
}

export interface GraphExternal {
  readonly name: string;
  readonly description: string;
  readonly host: string;
  readonly reach: Reach;
}

export interface GraphEndpoint {
  readonly id: string;
  readonly component: string;
  readonly party: string;
  readonly protocol: string;
  readonly url: string;
  readonly port: number;
  readonly signals: readonly string[];
  readonly access: string;
  readonly auth: { readonly kind: string; readonly accepts: readonly string[] };
  readonly tls: boolean;
  readonly topic?: string;
  readonly queue?: { readonly capacityBytes: number; readonly retentionSeconds?: number };
}

export interface GraphConnection {
  /** A party. */
  readonly from: string;
  /** An endpoint. */
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
  readonly signals: readonly string[];
  /** Of the endpoint: `write`, `read`, `peer` or `control`. Absent in files that were written before it was. */
  readonly access?: string;
  readonly purpose: string;
  readonly delivery: GraphDelivery;
  readonly credential?: { readonly kind: string; readonly secret?: string };
  readonly load?: Load;
  /** Where an outage of the receiver could lose acknowledged data. Absent in files that were written before it was. */
  readonly guarantee?: GraphGuarantee;
}

export type GraphDelivery =
  | { readonly kind: 'synchronous'; readonly fallback?: string }
  | { readonly kind: 'memory-queue'; readonly sizeBytes: number; readonly mayDrop: boolean }
  | {
      readonly kind: 'disk-queue';
      readonly sizeBytes: number;
      readonly replicas: number;
      readonly whenFull: string;
    };

export interface GraphGuarantee {
  /** How long the receiver may be away; null where nothing flows in normal operation. */
  readonly survivesSeconds: number | null;
  readonly wantedSeconds: number;
  /** One line a queue. */
  readonly arithmetic: readonly string[];
}

export function graphDocument(platform: Platform, waves: ReadonlyMap<string, number>): GraphDocument {
  const { graph } = platform;
  return {
    environment: platform.environment,
    system: platform.system,
    tier: platform.tier,
    survivesOutageSeconds: platform.survivesOutage.toSeconds(),
    components: platform.components.map((component) => ({
      name: component.node.id,
      layer: component.layer,
      summary: component.summary,
      namespace: component.namespace,
      startsInWave: waves.get(component.node.id),
      parties: graph.parties.filter((p) => p.componentName === component.node.id).map((p) => p.id),
      workloads: workloadDocuments(platform, component),
    })),
    externals: graph.parties
      .filter((party) => party instanceof External)
      .map(({ id, description, host, reach }) => ({ name: id, description, host, reach })),
    endpoints: graph.endpoints.map(endpointDocument),
    connections: graph.connections.map((connection) => connectionDocument(platform, connection)),
    cloudRefs: Object.fromEntries([...platform.cloudRefs].sort(([a], [b]) => (a < b ? -1 : 1))),
    derivations: platform.derivations,
  };
}

function workloadDocuments(platform: Platform, component: Component): GraphWorkload[] {
  return platform.graph.parties
    .filter((party) => party instanceof Workload)
    .filter((workload) => workload.componentName === component.node.id)
    .map((workload) => ({ id: workload.id, kind: workload.kind, ...podCounts(workload, platform) }));
}

function endpointDocument(endpoint: AnyEndpoint): GraphEndpoint {
  const { auth, queue } = endpoint;
  return {
    id: endpoint.id,
    component: endpoint.owner.componentName,
    party: endpoint.owner.id,
    protocol: endpoint.protocol,
    url: endpoint.url,
    port: endpoint.port,
    signals: endpoint.signals,
    access: endpoint.access,
    auth: { kind: auth.kind, accepts: auth.accepted.map((secret) => secret.name) },
    tls: endpoint.tls,
    ...(endpoint.topic === undefined ? {} : { topic: endpoint.topic }),
    ...(queue === undefined ? {} : { queue: queueDocument(queue) }),
  };
}

function connectionDocument(platform: Platform, connection: Connection): GraphConnection {
  const { from, to, credential, load } = connection;
  return {
    from: from.id,
    to: to.id,
    protocol: to.protocol,
    port: to.port,
    signals: connection.signals,
    access: to.access,
    purpose: connection.purpose,
    delivery: deliveryDocument(connection.delivery),
    ...(credential === undefined
      ? {}
      : {
          credential: {
            kind: credential.kind,
            ...('secret' in credential ? { secret: credential.secret.name } : {}),
          },
        }),
    ...(load === undefined ? {} : { load }),
    ...(isExposed(connection) && isOurs(connection)
      ? { guarantee: guaranteeDocument(platform, connection) }
      : {}),
  };
}

export function guaranteeDocument(platform: Platform, connection: Connection): GraphGuarantee {
  const { seconds, terms } = coverOf(platform.graph, connection);
  return {
    // JSON knows no infinity.
    survivesSeconds: Number.isFinite(seconds) ? seconds : null,
    wantedSeconds: platform.survivesOutage.toSeconds(),
    arithmetic: terms,
  };
}

export function deliveryDocument(delivery: Delivery): GraphDelivery {
  switch (delivery.kind) {
    case 'synchronous':
      return {
        kind: delivery.kind,
        ...(delivery.fallback === undefined ? {} : { fallback: delivery.fallback.id }),
      };
    case 'memory-queue':
      return { kind: delivery.kind, sizeBytes: bytesOf(delivery.size), mayDrop: delivery.mayDrop ?? false };
    case 'disk-queue':
      return {
        kind: delivery.kind,
        sizeBytes: bytesOf(delivery.size),
        replicas: delivery.replicas,
        whenFull: delivery.whenFull,
      };
  }
}

function queueDocument(queue: Queue): NonNullable<GraphEndpoint['queue']> {
  const { capacity, retentionSeconds } = queue;
  return {
    capacityBytes: bytesOf(capacity),
    ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
  };
}
