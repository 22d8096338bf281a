/**
 * The objects of a synthesis as resources, in the order in which they may be made:
 *
 *   namespaces → policies
 *              → each component's ground: network rules, rights, configuration, secrets, certificates
 *              → waves: stores before those that write to them, as in `start-order.ts`; a wave's pods wait for the one before
 *
 * Within a wave nothing waits: a Service waits for its pods and its pods for their secrets, in the cluster.
 */
import type { CustomResourceOptions, ProviderResource, Resource } from '@pulumi/pulumi';
import type { Manifest } from '../../policies/manifest';
import { fieldsAt } from '../manifest-data';
import { POLICIES_WAVE } from '../start-order';
import type { Synthesis, SynthesisedObject } from '../synthesis';
import {
  awaitAnnotations,
  ComponentGroup,
  isWaitedFor,
  keepingOf,
  KubernetesObject,
  resourceName,
  type SentObject,
} from './objects';
import { resolved, type ReferenceValues } from './references';

export interface ApplyInputs {
  readonly synthesis: Synthesis;
  /** Of the cloud, by name. */
  readonly values: ReferenceValues;
  readonly provider: ProviderResource;
  /** What the cluster needs before its first object. */
  readonly cluster: readonly Resource[];
  /** Operators, and what they need. */
  readonly operators: readonly Resource[];
  readonly await: 'ready' | 'applied';
}

/** By resource name, e.g. `Ingress/monitoring/load-balancer-grafana`. */
export type AppliedObjects = ReadonlyMap<string, KubernetesObject>;

export function applyObjects(inputs: ApplyInputs): AppliedObjects {
  const applying = new Applying(inputs);
  const { objects } = inputs.synthesis;
  const inNamespaceWave = objects.filter(({ wave }) => wave < POLICIES_WAVE);
  const isNamespace = ({ object }: SynthesisedObject): boolean => object.kind === 'Namespace';
  for (const one of inNamespaceWave.filter(isNamespace)) applying.apply(one, inputs.cluster);
  for (const one of inNamespaceWave.filter((other) => !isNamespace(other))) {
    const namespace = applying.namespaceOf(one);
    applying.apply(one, namespace.length > 0 ? namespace : inputs.cluster);
  }
  const policies = objects
    .filter(({ wave }) => wave === POLICIES_WAVE)
    .map((one) => applying.apply(one, inputs.operators));
  applyWaves(
    applying,
    objects.filter(({ wave }) => wave > POLICIES_WAVE),
    { ...inputs, policies },
  );
  return applying.applied;
}

function applyWaves(
  applying: Applying,
  objects: readonly SynthesisedObject[],
  { operators, policies }: ApplyInputs & { readonly policies: readonly Resource[] },
): void {
  const grounds = new Map<string, Resource[]>();
  for (const one of objects.filter(({ object }) => GROUND_KINDS.has(object.kind))) {
    const ground = grounds.get(one.component) ?? [...applying.namespaceOf(one)];
    const made = applying.apply(one, [...operators, ...applying.namespaceOf(one)]);
    grounds.set(one.component, [...ground, made]);
  }
  let before = policies;
  const rest = objects.filter(({ object }) => !GROUND_KINDS.has(object.kind));
  for (const wave of [...new Set(rest.map((one) => one.wave))].sort((a, b) => a - b)) {
    const members = rest.filter((one) => one.wave === wave);
    const made = members.map((one) => ({
      ...one,
      resource: applying.apply(one, [
        ...before,
        ...(grounds.get(one.component) ?? applying.namespaceOf(one)),
      ]),
    }));
    const running = made.filter(({ object }) => isWaitedFor(object)).map(({ resource }) => resource);
    // A wave in which nothing runs hands on what it waited for.
    if (running.length > 0) before = running;
  }
}

/** What a pod finds when it starts. Nothing here waits for a pod. */
const GROUND_KINDS: ReadonlySet<string> = new Set([
  'Certificate',
  'ClusterRole',
  'ClusterRoleBinding',
  'ConfigMap',
  'ExternalSecret',
  'Issuer',
  'LimitRange',
  'NetworkPolicy',
  'ResourceQuota',
  'Role',
  'RoleBinding',
  'Secret',
  'ServiceAccount',
  'StorageClass',
]);

/** A node that has to be added first, a large image, a volume that has to be attached. */
const READY_LIMIT = '20m';

class Applying {
  public readonly applied = new Map<string, KubernetesObject>();
  private readonly groups = new Map<string, ComponentGroup>();
  private readonly all: readonly Manifest[];
  private readonly ingressClasses: ReadonlySet<string>;

  public constructor(private readonly inputs: ApplyInputs) {
    this.all = inputs.synthesis.objects.map(({ object }) => object);
    this.ingressClasses = new Set(
      this.all.filter(({ kind }) => kind === 'IngressClass').map(({ metadata }) => metadata.name),
    );
  }

  public apply({ component, object }: SynthesisedObject, dependsOn: readonly Resource[]): KubernetesObject {
    const group = this.groups.get(component) ?? new ComponentGroup(component);
    this.groups.set(component, group);
    const resource = new KubernetesObject(this.sent(object), {
      parent: group,
      provider: this.inputs.provider,
      dependsOn: [...new Set(dependsOn)],
      ...this.fate(object),
    });
    this.applied.set(resourceName(object), resource);
    return resource;
  }

  /** Empty for what belongs to the cluster, and for a namespace that somebody else made. */
  public namespaceOf({ object }: SynthesisedObject): readonly Resource[] {
    const { namespace } = object.metadata;
    if (namespace === undefined) return [];
    const made = this.applied.get(resourceName({ kind: 'Namespace', metadata: { name: namespace } }));
    return made === undefined ? [] : [made];
  }

  private sent(object: Manifest): SentObject {
    const annotations = awaitAnnotations(object, {
      until: this.inputs.await,
      ingressClasses: this.ingressClasses,
    });
    const metadata =
      Object.keys(annotations).length === 0
        ? object.metadata
        : {
            ...object.metadata,
            annotations: { ...fieldsAt(object.metadata, 'annotations'), ...annotations },
          };
    return resolved({ ...object, metadata }, this.inputs.values) as SentObject;
  }

  private fate(object: Manifest): CustomResourceOptions {
    const { tier } = this.inputs.synthesis.platform;
    const keeping = tier === 'prod' ? keepingOf(object, this.all) : {};
    const timeouts = { create: READY_LIMIT, update: READY_LIMIT };
    return { ...keeping, ...(isWaitedFor(object) ? { customTimeouts: timeouts } : {}) };
  }
}
