/**
 * A workload's manifest → its pods.
 */
import { cloudNamesIn, placeholder } from '../../../constructs/core/cloud-ref';
import type { Manifest } from '../../../policies/manifest';
import {
  containersOf,
  fieldsAt,
  listAt,
  numberAt,
  podTemplateOf,
  textAt,
  type Fields,
} from '../../manifest-data';
import { podAddress } from './addresses';
import type { PodPlan, ServicePlan } from '../cluster-plan';
import { containerPlan } from './pod-containers';
import type { PodIdentity } from './pod-identity';
import type { PlanObjects } from './plan-objects';
import { Obstacle } from './plan-obstacle';
import type { Programs } from '../programs';
import { serviceLinks } from './services';
import { claimVolume, volumesOf, type DeclaredVolume } from './volumes';

export interface Workload {
  readonly object: Manifest;
  readonly kind: PodPlan['kind'];
  readonly namespace: string;
  readonly name: string;
  readonly wave: number;
  /** Its place among all workloads, sorted by namespace and name. */
  readonly number: number;
  readonly replicas: number;
}

export interface WorkloadContext {
  readonly objects: PlanObjects;
  readonly services: readonly ServicePlan[];
  readonly programs: Programs;
  readonly memoryScale: number;
  /** Address of a workload's first pod, by `namespace/name`, for those that play something outside the cluster. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** Of `core/v1` and `batch/v1`. */
const DEFAULTS = { terminationGraceS: 30, backoffLimit: 6 } as const;

const ALWAYS_UNSUPPORTED = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const;

/**
 * The pods of a workload, in the order of their numbers.
 * @throws Obstacle when one of them could not start here
 */
export function podsOf(workload: Workload, context: WorkloadContext): PodPlan[] {
  const { object, kind } = workload;
  const spec = fieldsAt(object, 'spec');
  const podSpec = podTemplateOf(object)?.spec ?? {};
  if (spec.suspend === true) throw new Obstacle('suspended: somebody starts it by hand when it is needed');
  if (
    kind === 'Job' &&
    Math.max(numberAt(spec, 'completions') ?? 1, numberAt(spec, 'parallelism') ?? 1) > 1
  ) {
    throw new Obstacle('a Job with several completions is not run here');
  }
  if (workload.replicas === 0) throw new Obstacle('scaled to no replicas');
  for (const field of ALWAYS_UNSUPPORTED) {
    if (podSpec[field] === true) throw new Obstacle(`${field} is not to be had here`);
  }
  const sidecar = listAt(podSpec, 'initContainers').find(
    (each) => textAt(each, 'restartPolicy') === 'Always',
  );
  if (sidecar !== undefined) {
    throw new Obstacle(
      `init container ${textAt(sidecar, 'name') ?? '?'} restarts always, and init containers here end`,
    );
  }
  refuseMissingPrograms(podSpec, context.programs);
  const first = numberAt(spec, 'ordinals', 'start') ?? 0;
  const pods = Array.from({ length: workload.replicas }, (_, index) =>
    podPlan(workload, first + index, index, podSpec, context),
  );
  const cloudNames = [...new Set(pods.flatMap((pod) => cloudNamesIn(JSON.stringify(pod))))];
  if (cloudNames.length > 0) {
    throw new Obstacle(
      `needs what only the cloud knows, and no value is given for ${cloudNames.map(placeholder).join(', ')}`,
    );
  }
  return pods;
}

/** All of them at once, before anything else: it is the first thing that a reader wants to know. */
function refuseMissingPrograms(podSpec: Fields, programs: Programs): void {
  const reasons = containersOf(podSpec)
    .map(({ container }) => programs.find(textAt(container, 'image') ?? ''))
    .flatMap((program) => (program.found ? [] : [program.because]));
  if (reasons.length > 0) throw new Obstacle([...new Set(reasons)].join('; '));
}

function podPlan(
  workload: Workload,
  ordinal: number,
  index: number,
  podSpec: Fields,
  context: WorkloadContext,
): PodPlan {
  const { namespace, object, kind } = workload;
  const pod = identityOf(workload, ordinal, index, podSpec, context);
  const claims = claimsOf(object, pod);
  const declared = volumesOf({ pod, podSpec, objects: context.objects }).filter(
    // A claim of the StatefulSet goes before a volume of the same name.
    ({ plan }) => !claims.some((claim) => claim.plan.name === plan.name),
  );
  const volumes = [...declared, ...claims];
  const containerContext = {
    ...context,
    pod,
    podSpec,
    volumes,
    serviceLinks: podSpec.enableServiceLinks === false ? {} : serviceLinks(context.services, namespace),
  };
  const containers = (list: string): PodPlan['containers'] =>
    listAt(podSpec, list).map((container) => containerPlan(fieldsAt(container), containerContext));
  return {
    namespace,
    name: pod.name,
    workload: workload.name,
    kind,
    wave: workload.wave,
    labels: pod.labels,
    address: pod.address,
    subdomain: kind === 'StatefulSet' ? textAt(object, 'spec', 'serviceName') : undefined,
    namedPorts: namedPorts(podSpec),
    initContainers: containers('initContainers'),
    containers: containers('containers'),
    volumes: volumes.map(({ plan }) => plan),
    restartPolicy: restartPolicyOf(podSpec),
    backoffLimit: numberAt(object, 'spec', 'backoffLimit') ?? DEFAULTS.backoffLimit,
    terminationGraceS: numberAt(podSpec, 'terminationGracePeriodSeconds') ?? DEFAULTS.terminationGraceS,
  };
}

function identityOf(
  { object, kind, namespace, name, number }: Workload,
  ordinal: number,
  index: number,
  podSpec: Fields,
  { addresses }: WorkloadContext,
): PodIdentity {
  const podName = `${name}-${ordinal}`;
  const ownLabels: Readonly<Record<PodPlan['kind'], Readonly<Record<string, string>>>> = {
    StatefulSet: {
      'statefulset.kubernetes.io/pod-name': podName,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
    Job: { 'batch.kubernetes.io/job-name': name, 'job-name': name },
    Deployment: {},
    DaemonSet: {},
  };
  const metadata = fieldsAt(object, 'spec', 'template', 'metadata');
  const outside = index === 0 ? addresses.get(`${namespace}/${name}`) : undefined;
  return {
    namespace,
    name: podName,
    labels: { ...texts(fieldsAt(metadata, 'labels')), ...ownLabels[kind] },
    annotations: texts(fieldsAt(metadata, 'annotations')),
    serviceAccount: textAt(podSpec, 'serviceAccountName') ?? 'default',
    address: outside ?? podAddress(number, index),
  };
}

/** The claims that a StatefulSet makes for one of its pods: name of the template → claim. */
export function claimTemplatesOf(object: Manifest): { readonly name: string; readonly template: unknown }[] {
  if (object.kind !== 'StatefulSet') return [];
  return listAt(object, 'spec', 'volumeClaimTemplates').map((template) => ({
    name: textAt(template, 'metadata', 'name') ?? '?',
    template,
  }));
}

function claimsOf(object: Manifest, pod: PodIdentity): DeclaredVolume[] {
  return claimTemplatesOf(object).map(({ name, template }) => ({
    plan: claimVolume(name, pod.namespace, `${name}-${pod.name}`, template),
    readOnly: false,
  }));
}

function namedPorts(podSpec: Fields): Record<string, number> {
  return Object.fromEntries(
    containersOf(podSpec)
      .flatMap(({ container }) => listAt(container, 'ports'))
      .flatMap((port) => {
        const name = textAt(port, 'name');
        return name === undefined ? [] : [[name, numberAt(port, 'containerPort') ?? 0]];
      }),
  );
}

function restartPolicyOf(podSpec: Fields): PodPlan['restartPolicy'] {
  const policy = textAt(podSpec, 'restartPolicy');
  return policy === 'OnFailure' || policy === 'Never' ? policy : 'Always';
}

function texts(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
}
