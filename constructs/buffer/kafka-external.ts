/**
 * Kafka for readers outside the cluster: each broker has a name and an internal address of its own there, because a
 * client learns the names of all brokers from the first one that it asks, and then dials those that lead its partitions.
 */
import * as kplus from 'cdk8s-plus-28';
import { isIPv4 } from 'node:net';
import type { Component } from '../core/component';
import type { Problem } from '../core/config-error';
import { internalLoadBalancer } from '../core/internal-load-balancer';
import type { KafkaTopic } from './kafka-buffer';
import { CLIENT_LISTENERS } from './kafka-config';

/**
 * DNS is the infrastructure's: `kafka-<n>.<domain>` is the address of broker n, and `<domain>` itself all of them, for
 * a client's first connection. Readers trust the brokers' certificate by the authority that signed it.
 */
export interface KafkaExternal {
  /** Static address of an internal load balancer for each broker, in their order, in the cluster's subnet. */
  readonly addresses: readonly string[];
  /** Domain of the brokers' names, e.g. `kafka.hyperion.example.com`. */
  readonly domain: string;
}

/** A broker's name outside; it begins with its pod's in a StatefulSet. */
export function externalHost(kafka: string, broker: number, { domain }: KafkaExternal): string {
  return `${kafka}-${broker}.${domain}`;
}

/** Every name by which readers outside know the brokers, the first one for all of them. */
export function externalHosts(kafka: string, external: KafkaExternal | undefined): string[] {
  if (external === undefined) return [];
  return [external.domain, ...external.addresses.map((_, broker) => externalHost(kafka, broker, external))];
}

/** One load balancer for each pod of the StatefulSet. */
export function addExternalServices(component: Component, external: KafkaExternal): void {
  const id = component.node.id;
  const { name, port } = CLIENT_LISTENERS.external;
  for (const [broker, address] of external.addresses.entries()) {
    new kplus.k8s.KubeService(component, `external-${broker}`, {
      metadata: {
        name: `${id}-external-${broker}`,
        labels: { 'app.kubernetes.io/component': id },
        annotations: internalLoadBalancer(address),
      },
      spec: {
        type: 'LoadBalancer',
        // Only `Local` keeps the client's address, by which the NetworkPolicy knows the consumers.
        externalTrafficPolicy: 'Local',
        selector: { 'statefulset.kubernetes.io/pod-name': `${id}-${broker}` },
        ports: [{ name, port, protocol: 'TCP', targetPort: kplus.k8s.IntOrString.fromNumber(port) }],
      },
    });
  }
}

/** Notes the DNS records that the infrastructure has to make, for `hyperion explain`. */
export function explainExternal(component: Component, external: KafkaExternal): void {
  component.derived(
    `DNS record ${external.domain}`,
    external.addresses.join(', '),
    'the first connection of readers outside; made by the infrastructure',
  );
  for (const [broker, address] of external.addresses.entries()) {
    component.derived(
      `DNS record ${externalHost(component.node.id, broker, external)}`,
      address,
      `broker ${broker} for readers outside; made by the infrastructure`,
    );
  }
}

export function externalMistakes(
  topics: readonly KafkaTopic[],
  brokers: number,
  external: KafkaExternal | undefined,
): Omit<Problem, 'path'>[] {
  if (external === undefined) {
    return topics
      .filter(({ readersOutside }) => readersOutside === true)
      .map(({ name }) => ({
        property: `topics.${name}.readersOutside`,
        value: true,
        rule: 'brokers send each client to a name of theirs, and without `external` they have none outside the cluster',
        remedy: 'give Kafka `external`: an internal address for each broker and the domain of their names',
      }));
  }
  const { addresses } = external;
  if (addresses.length === brokers && new Set(addresses).size === brokers && addresses.every(isIPv4))
    return [];
  return [
    {
      property: 'external.addresses',
      value: addresses,
      rule: `each broker has a static IPv4 address of its own for readers outside, and there are ${brokers}`,
      remedy: `give ${brokers} different addresses of the cluster's subnet, e.g. 10.40.16.21`,
    },
  ];
}
