/** A Kubernetes object as plain data: what rules judge, and what the emitters make. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** Names one object. Cluster-wide objects have no namespace. */
export interface ResourceRef {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** `Deployment telemetry/loki`, or `ClusterRole metrics-reader`. */
export function formatResource({ kind, namespace, name }: ResourceRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
