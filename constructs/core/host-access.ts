/**
 * What a node agent sees of its node. Everything else in the platform sees nothing of it: each of these takes a typed
 * policy exception in the environment, and a namespace of its own that is not Pod Security "restricted".
 */
import { JsonPatch } from 'cdk8s';

export interface HostAccess {
  /** Why it cannot do its work without, for whoever reviews the manifest. */
  readonly reason: string;
  /**
   * Whether it stands in the node's network. NetworkPolicies know such a pod only by its node's address, so they name
   * the blocks in which the nodes lie; what it may dial itself, they cannot say.
   * @default a network of its own
   */
  readonly network?: { readonly nodes: readonly string[] };
  /** Whether it sees the node's processes. @default false */
  readonly processes?: boolean;
  /**
   * Whether it runs as root, for files that only root may read, and with which of root's powers.
   * @default the workload's `uid`, without any
   */
  readonly root?: { readonly capabilities: readonly 'DAC_READ_SEARCH'[] };
}

/** A path of the node, mounted by a container of a workload that has `HostAccess`. */
export interface HostPath {
  readonly path: string;
  readonly mountPath: string;
  /** @default true */
  readonly readOnly?: boolean;
  /** Whether mounts made on the node later show. @default false */
  readonly followsMounts?: boolean;
}

const HOST_ACCESS_ANNOTATION = 'hyperion.example.com/host-access';

export function hostAnnotations(host: HostAccess | undefined): Readonly<Record<string, string>> {
  return host === undefined ? {} : { [HOST_ACCESS_ANNOTATION]: host.reason };
}

export function hostPatches(host: HostAccess | undefined): JsonPatch[] {
  return [
    // A node that takes no other pods is watched all the same: a control plane's, one with GPUs, one that is being drained.
    ...(host === undefined
      ? []
      : [JsonPatch.add('/spec/template/spec/tolerations', [{ operator: 'Exists' }])]),
    ...(host?.network === undefined
      ? []
      : [
          JsonPatch.add('/spec/template/spec/hostNetwork', true),
          // Otherwise a pod in the node's network does not find the cluster's Services.
          JsonPatch.add('/spec/template/spec/dnsPolicy', 'ClusterFirstWithHostNet'),
        ]),
    // `hostPID` by the name of cdk8s' typed model, through which patched objects are rendered: it drops any other.
    ...(host?.processes === true ? [JsonPatch.add('/spec/template/spec/hostPid', true)] : []),
  ];
}
