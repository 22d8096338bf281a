/** One component as a whole: what it runs, listens on, is configured with and allowed, and what is derived for it. */
import type { Component } from '../../constructs/core/component';
import type { Platform } from '../../constructs/core/platform';
import type { Manifest } from '../../policies/manifest';
import type { Environment } from '../environment';
import type { Finding } from '../findings';
import type { GraphDocument } from '../graph-document';
import { fieldsAt, namespacedName, selects } from '../manifest-data';
import { POLICIES_WAVE } from '../start-order';
import type { Synthesis } from '../synthesis';
import { configEntries } from './configs';
import { endpointEntries } from './endpoints';
import { policyEntries } from './policies';
import type { AlertEntry, ComponentEntry, ConnectionEntry, ObjectEntry } from './review-document';
import { workloadEntries } from './workloads';

/** What is gathered before the components, which refer to it. */
interface Gathered {
  readonly graph: GraphDocument;
  readonly connections: readonly ConnectionEntry[];
  readonly objects: readonly ObjectEntry[];
  readonly alerts: readonly AlertEntry[];
  readonly findings: readonly Finding[];
}

/** Those of the platform, and after them the rules of the cluster, which are in the manifests as one. */
export function componentEntries(
  synthesis: Synthesis,
  environment: Environment,
  gathered: Gathered,
): ComponentEntry[] {
  const { platform } = synthesis;
  const names = new Set(platform.components.map(({ node }) => node.id));
  const others = new Set(
    gathered.objects.map(({ component }) => component).filter((name) => !names.has(name)),
  );
  return [
    ...platform.components.map((component) => componentEntry(component, synthesis, environment, gathered)),
    ...[...others].map((name) => clusterEntry(name, gathered)),
  ];
}

function componentEntry(
  component: Component,
  { platform, objects }: Synthesis,
  environment: Environment,
  { graph, connections, ...gathered }: Gathered,
): ComponentEntry {
  const name = component.node.id;
  const manifests = objects.filter((one) => one.component === name).map(({ object }) => object);
  return {
    name,
    layer: component.layer,
    summary: component.summary,
    namespace: component.namespace,
    startsInWave: graph.components.find((one) => one.name === name)?.startsInWave ?? POLICIES_WAVE,
    workloads: workloadEntries(platform, name),
    endpoints: endpointEntries(graph, name),
    connections: connections
      .filter(({ fromComponent, toComponent }) => fromComponent === name || toComponent === name)
      .map(({ id }) => id),
    configs: configEntries(component),
    objects: gathered.objects.filter((one) => one.component === name).map(({ id }) => id),
    networkPolicies: networkPoliciesOf(
      platform,
      name,
      objects.map(({ object }) => object),
    ),
    policies: policyEntries(manifests, environment, gathered.findings),
    derivations: platform.derivations
      .filter((derivation) => derivation.component === name)
      .map(({ what, value, from }) => ({ what, value, from })),
    alerts: gathered.alerts.filter(({ components }) => components.includes(name)).map(({ id }) => id),
  };
}

function clusterEntry(name: string, { objects }: Gathered): ComponentEntry {
  return {
    name,
    layer: 'secure',
    summary: 'The rules that the cluster enforces, as Kyverno policies',
    namespace: '',
    startsInWave: POLICIES_WAVE,
    workloads: [],
    endpoints: [],
    connections: [],
    configs: [],
    objects: objects.filter(({ component }) => component === name).map(({ id }) => id),
    networkPolicies: [],
    policies: [],
    derivations: [],
    alerts: [],
  };
}

/** Those that select its pods: its own, and the one of its namespace that denies what nobody allows. */
function networkPoliciesOf({ graph }: Platform, component: string, objects: readonly Manifest[]): string[] {
  const pods = graph.parties
    .filter(({ componentName }) => componentName === component)
    .flatMap(({ reach }) => (reach.kind === 'pods' ? [reach] : []));
  return objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .filter((policy) =>
      pods.some(
        ({ namespace, labels }) =>
          policy.metadata.namespace === namespace && selects(fieldsAt(policy, 'spec', 'podSelector'), labels),
      ),
    )
    .map(({ metadata }) => namespacedName(metadata.namespace, metadata.name));
}
