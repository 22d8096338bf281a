/**
 * What the tests of log and trace stores share: an object store, and somebody who uses every endpoint.
 */
import { AuthScheme } from '../../../constructs/core/credential';
import type { Component } from '../../../constructs/core/component';
import { Delivery } from '../../../constructs/core/delivery';
import type { AnyEndpoint } from '../../../constructs/core/endpoint';
import type { BlobContainer } from '../../../constructs/core/object-store';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';

export function blobContainer(platform: Platform, container: string): BlobContainer {
  const blob = new External(platform, 'blob', {
    description: 'object store',
    cidrs: ['10.9.0.0/28'],
    host: 'blob.example.com',
  });
  return {
    kind: 'azure-blob',
    endpoint: blob.listen({
      name: 'https',
      port: 443,
      protocol: 'azure-blob',
      signals: ['objects'],
      access: 'write',
      auth: AuthScheme.workloadIdentity(),
      tls: true,
    }),
    account: '${cloud:account}',
    container,
    clientId: '${cloud:client-id}',
  };
}

/** Somebody outside who connects to all of these, so that none dangles. */
export function useAll(platform: Platform, endpoints: readonly AnyEndpoint[]): void {
  const from = new External(platform, 'user', { description: 'senders and readers', cidrs: ['10.8.0.0/28'] });
  for (const to of endpoints) {
    platform.graph.addConnection({
      from,
      to,
      signals: to.signals,
      delivery: Delivery.synchronous(),
      credential: undefined,
      load: undefined,
      purpose: 'test',
    });
  }
}

/** Text of a component's configuration file. */
export function configText(component: Component, name: string): string {
  const files = component.configs.flatMap((config) => config.files);
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`no file ${name} in ${component.node.id}`);
  return file.text;
}

/** `from → to:port` of every connection between workloads of one component, gossip left out, sorted. */
export function innerConnections(platform: Platform, component: string): string[] {
  const lines = platform.graph.connections
    .filter(
      ({ from, to }) =>
        from.componentName === component &&
        to.owner.componentName === component &&
        to.protocol !== 'gossip-tcp',
    )
    .map(({ from, to }) => `${from.id} → ${to.owner.id}:${to.port}`);
  return [...new Set(lines)].sort();
}

/** Who gossips: each of them connects to each of them. */
export function gossipMembers(platform: Platform): string[] {
  const gossip = platform.graph.connections.filter(({ to }) => to.protocol === 'gossip-tcp');
  const members = [...new Set(gossip.map(({ from }) => from.id))].sort();
  const pairs = new Set(gossip.map(({ from, to }) => `${from.id} → ${to.owner.id}`));
  for (const from of members) {
    for (const to of members)
      if (!pairs.has(`${from} → ${to}`)) throw new Error(`${from} cannot reach ${to}`);
  }
  return members;
}

/** Workloads that reach the object store. */
export function objectStoreUsers(platform: Platform): string[] {
  return platform.graph.connections
    .filter(({ to }) => to.protocol === 'azure-blob')
    .map(({ from }) => from.id)
    .sort();
}

/** The container arguments of a synthesised workload. */
export function argsOf(object: { readonly spec?: Record<string, unknown> }): readonly string[] {
  const spec = object.spec as { template: { spec: { containers: { args: string[] }[] } } } | undefined;
  return spec?.template.spec.containers[0]?.args ?? [];
}
