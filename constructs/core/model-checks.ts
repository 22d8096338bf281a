/**
 * What types cannot say about the flow graph: checked when the environment is complete, reported all at once.
 */
import { carriesTelemetry, connectionName, type Connection } from './flow-graph';
import type { Platform } from './platform';

export function checkModel(platform: Platform): void {
  checkNames(platform);
  checkConnections(platform);
  checkEndpoints(platform);
  checkStores(platform);
  checkCycles(platform);
}

function checkNames(platform: Platform): void {
  for (const id of platform.graph.duplicates) {
    platform.report(id, {
      property: 'id',
      value: id,
      rule: 'every workload of an environment has a name of its own: Services and policies go by it',
      remedy: 'rename one of the two',
    });
  }
}

function checkConnections(platform: Platform): void {
  const endpoints = new Set(platform.graph.endpoints);
  for (const connection of platform.graph.connections) {
    const name = connectionName(connection);
    if (!endpoints.has(connection.to)) {
      platform.report(connection.from.id, {
        property: name,
        value: connection.to.id,
        rule: 'a connection ends at an endpoint of the same environment',
        remedy: 'take the endpoint from a component of this platform, not from another one',
      });
    }
    for (const signal of connection.signals) {
      if (connection.to.signals.includes(signal)) continue;
      platform.report(connection.from.id, {
        property: name,
        value: signal,
        rule: `${connection.to.id} takes ${connection.to.signals.join(', ')}`,
        remedy: 'connect to an endpoint that takes this signal',
      });
    }
    checkCredential(platform, connection);
  }
}

function checkCredential(platform: Platform, connection: Connection): void {
  const { auth } = connection.to;
  const presented = connection.credential;
  const problem = (value: unknown, rule: string, remedy: string): void => {
    platform.report(connection.from.id, {
      property: `credential for ${connection.to.id}`,
      value,
      rule,
      remedy,
    });
  };
  if (auth.kind === 'none') {
    if (presented !== undefined && presented.kind !== 'forwarded') {
      problem(
        presented.kind,
        `${connection.to.id} asks for no credential`,
        'drop the credential, or let the endpoint ask for it',
      );
    }
    return;
  }
  if (presented === undefined) {
    problem('none', `${connection.to.id} asks for ${auth.kind}`, `present a ${auth.kind} credential`);
    return;
  }
  if (presented.kind === 'forwarded') return;
  if (presented.kind !== auth.kind) {
    problem(presented.kind, `${connection.to.id} asks for ${auth.kind}`, `present a ${auth.kind} credential`);
    return;
  }
  if (!('secret' in presented) || auth.accepted.length === 0) return;
  if (!auth.accepted.some((accepted) => accepted.name === presented.secret.name)) {
    problem(
      presented.secret.name,
      `${connection.to.id} knows ${auth.accepted.map((accepted) => accepted.name).join(', ')}`,
      'add the secret to those that the endpoint accepts, or present one of them',
    );
  }
}

function checkEndpoints(platform: Platform): void {
  const reached = new Set(platform.graph.connections.map((connection) => connection.to));
  for (const endpoint of platform.graph.endpoints) {
    // A control endpoint answers probes and operators; nobody in the graph has to use it.
    if (reached.has(endpoint) || endpoint.access === 'control') continue;
    platform.report(endpoint.owner.id, {
      property: endpoint.name,
      value: endpoint.port,
      rule: 'nobody connects to this endpoint: an open port that serves no one',
      remedy: 'give it to a consumer, or leave it out',
    });
  }
}

function checkStores(platform: Platform): void {
  for (const component of platform.components) {
    if (!component.store) continue;
    const id = component.node.id;
    for (const access of ['write', 'read'] as const) {
      const used = platform.graph.connections.some(
        (c) =>
          c.to.owner.componentName === id &&
          c.from.componentName !== id &&
          c.to.access === access &&
          c.to.protocol !== 'prometheus-scrape',
      );
      if (used) continue;
      platform.report(id, {
        property: access === 'write' ? 'writers' : 'readers',
        value: [],
        rule: `a store that nothing ${access === 'write' ? 'writes' : 'reads'} costs money and helps nobody`,
        remedy: `connect a ${access === 'write' ? 'sender' : 'data source'} to it, or leave the store out`,
      });
    }
  }
}

/** A ring of synchronous telemetry connections can block itself: each waits for the next. */
function checkCycles(platform: Platform): void {
  const { graph } = platform;
  const edges = graph.connections.filter(
    (c) =>
      c.delivery.kind === 'synchronous' &&
      c.to.access === 'write' &&
      c.to.queue === undefined &&
      carriesTelemetry(c),
  );
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, path: readonly string[]): void => {
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'open') {
      platform.report(id, {
        property: 'connections',
        value: [...path.slice(path.indexOf(id)), id].join(' → '),
        rule: 'a cycle of connections needs a queue somewhere, or it can wait for itself for ever',
        remedy: 'make one of them a memory or disk queue, or go through a topic',
      });
      return;
    }
    state.set(id, 'open');
    for (const edge of edges) if (edge.from.id === id) visit(edge.to.owner.id, [...path, id]);
    state.set(id, 'done');
  };
  for (const party of graph.parties) visit(party.id, []);
}
