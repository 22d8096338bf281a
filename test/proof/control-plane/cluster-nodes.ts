/**
 * The nodes that an environment declares, or else that its workloads need. No environment declares node pools, so pools are
 * read off the manifests: one for each node selector, with the taints that its pods tolerate.
 */
import type { Manifest } from '../../../policies/manifest';
import {
  fieldsAt,
  listAt,
  numberAt,
  podTemplateOf,
  textAt,
  type Fields,
  type PodTemplate,
} from '../../../stacks/manifest-data';
import { HOSTNAME, ZONE } from './topology';

/** What a node of 16 vCPU and 64 GiB leaves for pods, after AKS has reserved its part. */
const ALLOCATABLE = { cpu: '15740m', memory: '58Gi', pods: '110', 'ephemeral-storage': '100Gi' } as const;
const CPU_MILLIS = 15_740;
const MEMORY_MEBIBYTES = 58 * 1024;
/** Pods do not fill nodes to the brim: large ones leave gaps. */
const FILL = 0.8;
/** One node of each zone may be away (drained) and everything still fits. */
const SPARE_PER_ZONE = 1;

interface Consumer {
  readonly replicas: number;
  readonly template: PodTemplate;
}

/** @param declared how many there are, where the environment says so; the same number in each zone */
export function clusterNodes(
  objects: readonly Manifest[],
  zones: number,
  declared: number | undefined,
): Manifest[] {
  const pools = new Map<string, Consumer[]>();
  for (const object of objects) {
    const template = podTemplateOf(object);
    if (template === undefined) continue;
    const key = JSON.stringify(Object.entries(fieldsAt(template.spec, 'nodeSelector')).sort());
    pools.set(key, [...(pools.get(key) ?? []), { replicas: replicasOf(object, objects), template }]);
  }
  return [...pools].flatMap(([key, consumers], pool) => {
    const labels = Object.fromEntries(JSON.parse(key) as [string, string][]);
    const taints = Object.keys(labels).length === 0 ? [] : toleratedBy(consumers);
    const perZone = declared === undefined ? nodesPerZone(consumers, zones) : Math.ceil(declared / zones);
    return Array.from({ length: zones }, (_, zone) =>
      Array.from({ length: perZone }, (__, index) =>
        node(`pool-${pool + 1}-zone-${zone + 1}-${index + 1}`, zone, labels, taints),
      ),
    ).flat();
  });
}

function nodesPerZone(consumers: readonly Consumer[], zones: number): number {
  const forSpread = Math.max(...consumers.map((consumer) => ownNodesPerZone(consumer, zones)));
  const cpuMillis = total(consumers, (container) =>
    cpuMillisOf(textAt(container, 'resources', 'requests', 'cpu')),
  );
  const memory = total(consumers, (container) =>
    mebibytesOf(textAt(container, 'resources', 'requests', 'memory')),
  );
  const forLoad = Math.ceil(Math.max(cpuMillis / CPU_MILLIS, memory / MEMORY_MEBIBYTES) / FILL / zones);
  return Math.max(forSpread, forLoad) + SPARE_PER_ZONE;
}

/** Pods that must not share a node need one each, those that keep to one zone all of them there. */
function ownNodesPerZone({ replicas, template }: Consumer, zones: number): number {
  const isApart =
    listAt(template.spec, 'topologySpreadConstraints').some(
      (constraint) =>
        textAt(constraint, 'topologyKey') === HOSTNAME &&
        textAt(constraint, 'whenUnsatisfiable') === 'DoNotSchedule',
    ) || requires(template.spec, 'podAntiAffinity', HOSTNAME);
  if (!isApart) return 1;
  return requires(template.spec, 'podAffinity', ZONE) ? replicas : Math.ceil(replicas / zones);
}

function requires(
  podSpec: Fields,
  affinity: 'podAffinity' | 'podAntiAffinity',
  topologyKey: string,
): boolean {
  return listAt(podSpec, 'affinity', affinity, 'requiredDuringSchedulingIgnoredDuringExecution').some(
    (term) => textAt(term, 'topologyKey') === topologyKey,
  );
}

function total(consumers: readonly Consumer[], of: (container: unknown) => number): number {
  return consumers.reduce(
    (sum, { replicas, template }) =>
      sum + replicas * listAt(template.spec, 'containers').reduce<number>((own, c) => own + of(c), 0),
    0,
  );
}

/** At its largest, when an autoscaler decides. */
function replicasOf(object: Manifest, objects: readonly Manifest[]): number {
  const scaler = objects.find(
    ({ kind, metadata, spec }) =>
      kind === 'HorizontalPodAutoscaler' &&
      metadata.namespace === object.metadata.namespace &&
      textAt(spec, 'scaleTargetRef', 'kind') === object.kind &&
      textAt(spec, 'scaleTargetRef', 'name') === object.metadata.name,
  );
  return numberAt(scaler, 'spec', 'maxReplicas') ?? numberAt(object, 'spec', 'replicas') ?? 1;
}

function toleratedBy(consumers: readonly Consumer[]): Fields[] {
  const taints = consumers
    .flatMap(({ template }) => listAt(template.spec, 'tolerations'))
    // Without a key or an effect it tolerates whatever there is, and asks for nothing.
    .filter(
      (toleration) => textAt(toleration, 'key') !== undefined && textAt(toleration, 'effect') !== undefined,
    )
    .map((toleration) => ({
      key: textAt(toleration, 'key'),
      effect: textAt(toleration, 'effect'),
      ...(textAt(toleration, 'value') === undefined ? {} : { value: textAt(toleration, 'value') }),
    }));
  return [...new Map(taints.map((taint) => [JSON.stringify(taint), taint])).values()];
}

function node(
  name: string,
  zone: number,
  labels: Readonly<Record<string, string>>,
  taints: readonly Fields[],
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        ...labels,
        [HOSTNAME]: name,
        [ZONE]: `zone-${zone + 1}`,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
      },
    },
    spec: { taints },
    status: { allocatable: ALLOCATABLE, capacity: ALLOCATABLE },
  };
}

/** `250m` or `2`. */
function cpuMillisOf(quantity: string | undefined): number {
  const match = /^(\d+)(m?)$/.exec(quantity ?? '');
  return match === null ? 0 : Number(match[1]) * (match[2] === 'm' ? 1 : 1000);
}

/** `512Mi` or `2Gi`. */
function mebibytesOf(quantity: string | undefined): number {
  const match = /^(\d+)(Mi|Gi)$/.exec(quantity ?? '');
  return match === null ? 0 : Number(match[1]) * (match[2] === 'Mi' ? 1 : 1024);
}
