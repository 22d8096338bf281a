/**
 * The manifests of an environment → what the loopback cluster runs. Pure: files, programs and secrets are handed in.
 */
import { formatResource, type Manifest } from '../../../policies/manifest';
import { compareText } from '../../compare-text';
import { fieldsAt, numberAt, podTemplateOf, textAt } from '../../manifest-data';
import type { ClusterPlan, LeftOut, PodPlan, ServicePlan } from '../cluster-plan';
import { PlanObjects, type WavedObject } from './plan-objects';
import { Obstacle } from './plan-obstacle';
import { isChosen, refuseUnknown } from './plan-choice';
import { planNotes } from './plan-notes';
import { claimTemplatesOf, podsOf, type Workload, type WorkloadContext } from './plan-workload';
import type { Programs } from '../programs';
import type { LocalSecrets } from '../secrets/secrets';
import { servicePlan } from './services';

export interface ClusterInputs {
  /** The environment's name. */
  readonly name: string;
  /** As `synthesise` gives them, and what else is to run. */
  readonly objects: readonly WavedObject[];
  readonly programs: Programs;
  readonly secrets: LocalSecrets;
  /** Values for `${cloud:name}`, by name. */
  readonly cloud: ReadonlyMap<string, string>;
  /**
   * Workloads by name, or by the value of their label `app.kubernetes.io/name` or `component`.
   * @default all
   */
  readonly only?: readonly string[];
  /**
   * Replicas by workload.
   * @default as the manifests say
   */
  readonly scale?: ReadonlyMap<string, number>;
  /**
   * The largest number of replicas of a workload that `scale` does not name.
   * @default as many as the manifests say
   */
  readonly atMost?: number;
  /**
   * By how much memory limits are multiplied, for a small machine, or for stand-ins that need more.
   * @default 1
   */
  readonly memoryScale?: number;
  /** @default none */
  readonly outsiders?: readonly Outsider[];
}

/** Something outside the cluster, e.g. a store in the cloud, whose part a workload of the inputs plays. */
export interface Outsider {
  /** `namespace/name`; its first pod has the address. */
  readonly workload: string;
  /** An address that the environment's network policies know, e.g. `10.10.1.4`. */
  readonly address: string;
  /** Names under which the cluster's DNS answers with the address. */
  readonly names: readonly string[];
}

/** @throws ConfigError for a choice that names no workload */
export function planCluster(inputs: ClusterInputs): ClusterPlan {
  const objects = new PlanObjects(inputs.objects, inputs.cloud, inputs.secrets.secrets);
  const workloads = workloadsOf(objects, inputs);
  refuseUnknown(inputs, workloads);
  for (const workload of workloads) addClaims(workload, objects);

  const leftOut: LeftOut[] = [...inputs.secrets.leftOut];
  const services = servicesOf(inputs.name, objects, workloads, leftOut);
  const context: WorkloadContext = {
    objects,
    services,
    programs: inputs.programs,
    memoryScale: inputs.memoryScale ?? 1,
    addresses: new Map(inputs.outsiders?.map(({ workload, address }) => [workload, address])),
  };
  const pods: PodPlan[] = [];
  for (const workload of workloads) {
    const what = `${workload.namespace}/${workload.name}`;
    if (!isChosen(workload, inputs.only)) {
      leftOut.push({ what, because: 'not chosen' });
      continue;
    }
    tolerate(leftOut, what, () => {
      pods.push(...podsOf(workload, context));
      leftOut.push(...planNotes(workload.object, objects));
    });
  }
  leftOut.push(...notActedOn(objects));
  const started = new Set(pods.map(({ namespace, workload }) => `${namespace}/${workload}`));
  return {
    name: inputs.name,
    pods: pods.sort((a, b) => a.wave - b.wave),
    services,
    networkPolicies: objects.ofKind('NetworkPolicy'),
    namespaces: namespacesOf(objects),
    outsideNames: new Map(
      inputs.outsiders
        ?.filter(({ workload }) => started.has(workload))
        .flatMap(({ names, address }) => names.map((name) => [name, address] as const)),
    ),
    leftOut,
  };
}

const KINDS: readonly string[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
] satisfies PodPlan['kind'][];

/** Sorted by namespace and name, whatever is chosen of them: their places decide the addresses. */
function workloadsOf(objects: PlanObjects, { scale, atMost }: ClusterInputs): Workload[] {
  return objects.all
    .filter(({ object }) => KINDS.includes(object.kind))
    .map(({ object, wave }) => ({ object, wave, namespace: namespaceOf(object), name: object.metadata.name }))
    .sort((a, b) => compareText(sortKey(a.object), sortKey(b.object)))
    .map((workload, number) => ({
      ...workload,
      number,
      kind: workload.object.kind as PodPlan['kind'],
      replicas:
        scale?.get(workload.name) ??
        Math.min(replicasOf(workload.object, objects), atMost ?? Number.POSITIVE_INFINITY),
    }));
}

function replicasOf(object: Manifest, objects: PlanObjects): number {
  if (object.kind === 'Job' || object.kind === 'DaemonSet') return 1;
  const declared = numberAt(object, 'spec', 'replicas');
  if (declared !== undefined) return declared;
  const scaler = objects
    .ofKind('HorizontalPodAutoscaler')
    .find(
      ({ metadata, spec }) =>
        metadata.namespace === object.metadata.namespace &&
        textAt(spec, 'scaleTargetRef', 'kind') === object.kind &&
        textAt(spec, 'scaleTargetRef', 'name') === object.metadata.name,
    );
  return numberAt(scaler, 'spec', 'minReplicas') ?? 1;
}

/** Also of pods that are not started: somebody else may mount them. */
function addClaims({ object, namespace, name, replicas }: Workload, objects: PlanObjects): void {
  const first = numberAt(object, 'spec', 'ordinals', 'start') ?? 0;
  for (const claim of claimTemplatesOf(object)) {
    for (let ordinal = first; ordinal < first + replicas; ordinal += 1) {
      objects.addClaim(namespace, `${claim.name}-${name}-${ordinal}`, claim.template);
    }
  }
}

function servicesOf(
  environment: string,
  objects: PlanObjects,
  workloads: readonly Workload[],
  leftOut: LeftOut[],
): ServicePlan[] {
  const manifests = workloads.map(({ object }) => object);
  const sorted = [...objects.ofKind('Service')].sort((a, b) => compareText(sortKey(a), sortKey(b)));
  const services: ServicePlan[] = [];
  for (const [number, service] of sorted.entries()) {
    tolerate(leftOut, formatResource({ kind: 'Service', ...service.metadata }), () => {
      services.push(servicePlan(environment, service, number, manifests));
    });
  }
  return services;
}

function tolerate(leftOut: LeftOut[], what: string, attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    leftOut.push({ what, because: error.message });
  }
}

/** Kinds that the planning reads, or that only speak to a scheduler, an API server or its admission. */
const UNDERSTOOD: readonly string[] = [
  ...KINDS,
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'Service',
  'NetworkPolicy',
  'Namespace',
  'HorizontalPodAutoscaler',
  // `localSecrets` says itself what it makes nothing of.
  'ExternalSecret',
  'Password',
  'Certificate',
  'Issuer',
  'ClusterIssuer',
  // There is one node, one user and no API server.
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'PodDisruptionBudget',
  'PriorityClass',
  'LimitRange',
  'ResourceQuota',
  'StorageClass',
  'IngressClass',
  'CustomResourceDefinition',
  'ValidatingPolicy',
  'PolicyException',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

function notActedOn(objects: PlanObjects): LeftOut[] {
  return objects.all
    .filter(({ object }) => !UNDERSTOOD.includes(object.kind))
    .map(({ object }) => {
      if (object.kind === 'CronJob') {
        return {
          what: `${namespaceOf(object)}/${object.metadata.name}`,
          because: 'a CronJob: nothing runs by the clock here',
        };
      }
      if (podTemplateOf(object) !== undefined) {
        return {
          what: `${namespaceOf(object)}/${object.metadata.name}`,
          because: `a ${object.kind} without an owner is not run here`,
        };
      }
      return {
        what: formatResource({ kind: object.kind, ...object.metadata }),
        because: `no controller for ${object.kind} objects runs here`,
      };
    });
}

function namespacesOf(objects: PlanObjects): Map<string, Record<string, string>> {
  const declared = new Map(objects.ofKind('Namespace').map((object) => [object.metadata.name, object]));
  const names = new Set([
    ...declared.keys(),
    ...objects.all.flatMap(({ object }) => object.metadata.namespace ?? []),
  ]);
  return new Map(
    [...names].sort().map((name) => [
      name,
      {
        ...(fieldsAt(declared.get(name), 'metadata', 'labels') as Record<string, string>),
        'kubernetes.io/metadata.name': name,
      },
    ]),
  );
}

function namespaceOf(object: Manifest): string {
  return object.metadata.namespace ?? 'default';
}

function sortKey(object: Manifest): string {
  return [namespaceOf(object), object.metadata.name, object.kind].join('\0');
}
