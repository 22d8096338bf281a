/**
 * `graph.json`: components, endpoints and connections of an environment, for readers and for programs.
 */
import type { Delivery, Queue } from '../constructs/core/delivery';
import type { AnyEndpoint } from '../constructs/core/endpoint';
import type { Connection } from '../constructs/core/flow-graph';
import { External } from '../constructs/core/party';
import type { Platform } from '../constructs/core/platform';
import { bytesOf } from '../constructs/core/quantity';

export function graphDocument(platform: Platform, waves: ReadonlyMap<string, number>): object {
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
    })),
    externals: graph.parties
      .filter((party) => party instanceof External)
      .map(({ id, description, host, reach }) => ({ name: id, description, host, reach })),
    endpoints: graph.endpoints.map(endpointDocument),
    connections: graph.connections.map(connectionDocument),
    cloudRefs: Object.fromEntries([...platform.cloudRefs].sort(([a], [b]) => (a < b ? -1 : 1))),
    derivations: platform.derivations,
  };
}

function endpointDocument(endpoint: AnyEndpoint): object {
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

function connectionDocument(connection: Connection): object {
  const { from, to, credential, load } = connection;
  return {
    from: from.id,
    to: to.id,
    protocol: to.protocol,
    port: to.port,
    signals: connection.signals,
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
  };
}

function deliveryDocument(delivery: Delivery): object {
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

function queueDocument(queue: Queue): object {
  const { capacity, retentionSeconds } = queue;
  return {
    capacityBytes: bytesOf(capacity),
    ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
  };
}
