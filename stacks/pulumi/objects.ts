/**
 * One Kubernetes object as one Pulumi resource of the provider's own type, whatever its kind: what kinds there are is the
 * manifests' business, and `@pulumi/kubernetes` has a class for the built-in ones only (docs/adr/0021).
 */
import { createRequire } from 'node:module';
import {
  ComponentResource,
  CustomResource,
  type CustomResourceOptions,
  type Input,
  type Output,
} from '@pulumi/pulumi';
import type { Manifest } from '../../policies/manifest';
import { listAt, textAt } from '../manifest-data';

const load = createRequire(__filename);
const { version } = load('@pulumi/kubernetes/package.json') as { readonly version: string };

/** What is sent to the cluster; all but its name may be known after deployment only. */
export interface SentObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & Readonly<
    Record<string, Input<unknown>>
  >;
  readonly [field: string]: Input<unknown>;
}

export class KubernetesObject extends CustomResource {
  /** What the cluster says about it. */
  declare public readonly status: Output<unknown>;

  public constructor(object: SentObject, options: CustomResourceOptions) {
    super(
      typeToken(object),
      resourceName(object),
      { ...object, status: undefined },
      // Without a version the engine would take whichever plug-in it finds.
      { ...options, version },
    );
  }
}

/** Groups the objects of one component in the stack's tree. */
export class ComponentGroup extends ComponentResource {
  public constructor(component: string) {
    super('hyperion:platform:Component', component);
    this.registerOutputs();
  }
}

/** As the provider names kinds: the core group, which has no name, is `core`. */
function typeToken({ apiVersion, kind }: SentObject): string {
  return `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/** E.g. `Service/hyperion-store/loki`: what identifies it in the cluster, and nothing that depends on its neighbours. */
export function resourceName({
  kind,
  metadata: { namespace, name },
}: Pick<SentObject, 'kind' | 'metadata'>): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

/** Kinds whose operator keeps data for them. */
const DATA_KINDS: ReadonlySet<string> = new Set([
  'CephObjectStore',
  'Kafka',
  'KafkaNodePool',
  'KafkaTopic',
  'ObjectBucketClaim',
  'PersistentVolumeClaim',
]);

/** What is lost with the object: a mistake in the code must not delete it in production. */
export interface Keeping {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/**
 * `protect` refuses the deletion. `retainOnDelete` leaves the object in the cluster when it is deleted from the stack all the
 * same. A StatefulSet is not retained: its volumes outlive it anyway, and a replacement of the same name needs the old one
 * gone. A namespace takes its claims with it, so that one with claims is kept as they are.
 */
export function keepingOf(object: Manifest, all: readonly Manifest[]): Keeping {
  if (object.kind === 'StatefulSet') return { protect: hasClaims(object), retainOnDelete: false };
  const keeps =
    object.kind === 'Namespace'
      ? all.some(
          (one) =>
            one.metadata.namespace === object.metadata.name && (DATA_KINDS.has(one.kind) || hasClaims(one)),
        )
      : DATA_KINDS.has(object.kind);
  return { protect: keeps, retainOnDelete: keeps };
}

function hasClaims(object: Manifest): boolean {
  return listAt(object, 'spec', 'volumeClaimTemplates').length > 0;
}

/** Where the provider knows no readiness of a kind, by which words of its status it is told. */
const READINESS: Readonly<Record<string, string>> = {
  Certificate: 'condition=Ready',
  CephObjectStore: 'jsonpath={.status.phase}=Ready',
  ClusterIssuer: 'condition=Ready',
  ClusterSecretStore: 'condition=Ready',
  ExternalSecret: 'condition=Ready',
  Issuer: 'condition=Ready',
  Kafka: 'condition=Ready',
  KafkaTopic: 'condition=Ready',
  KafkaUser: 'condition=Ready',
  ObjectBucketClaim: 'jsonpath={.status.phase}=Bound',
};

const SKIP = { 'pulumi.com/skipAwait': 'true' };

/** Annotations by which the provider knows what to wait for, beside what it knows by itself. */
export function awaitAnnotations(
  object: Manifest,
  {
    until,
    ingressClasses,
  }: { readonly until: 'ready' | 'applied'; readonly ingressClasses: ReadonlySet<string> },
): Readonly<Record<string, string>> {
  const never =
    // A task that somebody starts by hand is not done by itself.
    (object.kind === 'Job' && isSuspended(object)) ||
    // The environment's own controllers tell an Ingress no address: it is their Service's.
    (object.kind === 'Ingress' && ingressClasses.has(textAt(object, 'spec', 'ingressClassName') ?? ''));
  if (until === 'applied' || never) return SKIP;
  const readiness = READINESS[object.kind];
  return readiness === undefined ? {} : { 'pulumi.com/waitFor': readiness };
}

function isSuspended({ spec }: Manifest): boolean {
  return typeof spec === 'object' && spec !== null && 'suspend' in spec && spec.suspend === true;
}

/** Whether the next wave waits for it: it runs something, or stands for something that runs. */
export function isWaitedFor(object: Manifest): boolean {
  return READINESS[object.kind] !== undefined || RUNNING_KINDS.has(object.kind);
}

const RUNNING_KINDS: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment', 'Job', 'StatefulSet']);
