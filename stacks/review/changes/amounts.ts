/**
 * What the pods that stay request, with all replicas, and what their volumes claim: read off the objects, so that an
 * earlier state needs nothing else. What ends by itself (Jobs) counts for nothing; an autoscaler counts with its floor.
 */
import type { Manifest } from '../../../policies/manifest';
import { quantity } from '../../diff/amounts';
import type { GraphDocument } from '../../graph-document';
import { fieldsAt, listAt, namespacedName, numberAt, podTemplateOf, textAt } from '../../manifest-data';
import type { ComparedObject } from './baseline';
import type { ChangedAmount } from './changes';
import { pairs } from './graphs';

interface State {
  readonly objects: readonly ComparedObject[];
  readonly graph: GraphDocument | undefined;
}

type Amounts = Readonly<Record<ChangedAmount['what'], number>>;

const WHAT = ['pods', 'cpu', 'memory', 'volumes'] as const;
const NOTHING: Amounts = { pods: 0, cpu: 0, memory: 0, volumes: 0 };
/** What stands in the place of a component for all of them. */
export const TOTAL = 'total';

/** By component, with the total last. */
export function changedAmounts(before: State, after: State): ChangedAmount[] {
  // An older graph does not count node agents: as many as now, for that the count is new is no change.
  const nodeAgents = new Map([...agentsIn(after.graph), ...agentsIn(before.graph)]);
  const old = amountsByComponent(before, nodeAgents);
  const fresh = amountsByComponent(after, new Map([...nodeAgents, ...agentsIn(after.graph)]));
  return [
    ...pairs(old, fresh).flatMap(({ id, before: a, after: b }) =>
      differences(id, a ?? NOTHING, b ?? NOTHING),
    ),
    ...differences(TOTAL, sum([...old.values()]), sum([...fresh.values()])),
  ];
}

function differences(component: string, before: Amounts, after: Amounts): ChangedAmount[] {
  return WHAT.flatMap((what) =>
    before[what] === after[what] ? [] : [{ component, what, before: before[what], after: after[what] }],
  );
}

function sum(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce((all, one) => {
    const added = (what: ChangedAmount['what']): number => all[what] + one[what];
    return { pods: added('pods'), cpu: added('cpu'), memory: added('memory'), volumes: added('volumes') };
  }, NOTHING);
}

function amountsByComponent(
  { objects }: State,
  nodeAgents: ReadonlyMap<string, number>,
): Map<string, Amounts> {
  const replicas = replicasOf(objects, nodeAgents);
  const found = new Map<string, Amounts>();
  for (const { component, object } of objects) {
    const amounts = amountsOf(object, replicas);
    if (amounts !== undefined) found.set(component, sum([found.get(component) ?? NOTHING, amounts]));
  }
  return found;
}

function amountsOf(object: Manifest, replicas: (object: Manifest) => number): Amounts | undefined {
  if (object.kind === 'PersistentVolumeClaim')
    return { ...NOTHING, volumes: requested(object.spec, 'storage') };
  if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind)) return undefined;
  const pods = replicas(object);
  const containers = listAt(podTemplateOf(object)?.spec, 'containers');
  const each = (resource: string): number =>
    containers.reduce<number>((all, container) => all + requested(container, resource), 0);
  const claimed = listAt(object, 'spec', 'volumeClaimTemplates').reduce<number>(
    (all, claim) => all + requested(fieldsAt(claim, 'spec'), 'storage'),
    0,
  );
  return {
    pods,
    // A quantity of CPU is in whole ones.
    cpu: Math.round(pods * each('cpu') * 1000),
    memory: pods * each('memory'),
    volumes: pods * claimed,
  };
}

function requested(of: unknown, resource: string): number {
  const { [resource]: value } = fieldsAt(of, 'resources', 'requests');
  return quantity(value) ?? 0;
}

/** How many pods each node agent has. */
function agentsIn(graph: GraphDocument | undefined): Map<string, number> {
  return new Map(
    (graph?.components ?? [])
      .flatMap(({ workloads }) => workloads ?? [])
      .filter(({ kind }) => kind === 'DaemonSet')
      .map(({ id, replicas }) => [id, replicas]),
  );
}

/** How many pods a workload keeps. */
function replicasOf(
  objects: readonly ComparedObject[],
  nodeAgents: ReadonlyMap<string, number>,
): (object: Manifest) => number {
  const floors = new Map(
    objects
      .filter(({ object }) => object.kind === 'HorizontalPodAutoscaler')
      .map(({ object: { metadata, spec } }) => [
        namespacedName(metadata.namespace, textAt(spec, 'scaleTargetRef', 'name') ?? metadata.name),
        numberAt(spec, 'minReplicas') ?? 1,
      ]),
  );
  return ({ kind, metadata: { namespace, name }, spec }) =>
    kind === 'DaemonSet'
      ? (nodeAgents.get(name) ?? 1)
      : (numberAt(spec, 'replicas') ?? floors.get(namespacedName(namespace, name)) ?? 1);
}
