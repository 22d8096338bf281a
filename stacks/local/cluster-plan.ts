/**
 * What the loopback cluster runs, as data: the pods, Services and network policies of an environment's manifests, with
 * every value, file and address already resolved. Computed by `planCluster`; the node runs it and looks nothing up.
 */
import type { Manifest } from '../../policies/manifest';

export interface ClusterPlan {
  /** The environment's name. */
  readonly name: string;
  readonly pods: readonly PodPlan[];
  readonly services: readonly ServicePlan[];
  /** The environment's NetworkPolicies as they are; the node's firewall enforces them. */
  readonly networkPolicies: readonly Manifest[];
  /** Labels of each namespace, for `namespaceSelector`. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Names beyond the cluster's own that its DNS answers, e.g. of a store in the cloud → address of the pod standing in. */
  readonly outsideNames: ReadonlyMap<string, string>;
  /** What the manifests ask for and this cluster does not run, each with the reason. Printed, never silent. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  /** `hyperion-view/grafana` */
  readonly what: string;
  readonly because: string;
}

export interface PodPlan {
  readonly namespace: string;
  /** `otel-logs-0` of a StatefulSet, `otel-ingress-0` of a Deployment too: the same at every start. */
  readonly name: string;
  /** The workload's own name, for `--only`, `--kill` and the view. */
  readonly workload: string;
  /** `Job`s end; everything else is kept running. */
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job';
  /** Start order of its manifest; pods of one wave start together, later waves do not wait for earlier ones' readiness. */
  readonly wave: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Address within the cluster's own network, e.g. `10.244.0.7`. */
  readonly address: string;
  /** The headless Service that gives it a name of its own, for StatefulSets. */
  readonly subdomain: string | undefined;
  /** Container ports by name, for NetworkPolicies that name theirs. */
  readonly namedPorts: Readonly<Record<string, number>>;
  readonly initContainers: readonly ContainerPlan[];
  readonly containers: readonly ContainerPlan[];
  readonly volumes: readonly VolumePlan[];
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  /** How often a Job's pod is tried again. */
  readonly backoffLimit: number;
  readonly terminationGraceS: number;
}

export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  /** Program and arguments as the container sees them, `$(VARIABLE)`s resolved. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string | undefined;
  readonly user: number;
  readonly group: number;
  readonly mounts: readonly MountPlan[];
  /** Files of this machine that the program needs at a path of its image: path in the container → path here; read-only. */
  readonly imageFiles: Readonly<Record<string, string>>;
  readonly probes: Readonly<Partial<Record<'startup' | 'liveness' | 'readiness', ProbePlan>>>;
  readonly limits: { readonly cpus: number | undefined; readonly memoryBytes: number | undefined };
  /** What runs in place of the image, when it is not the image's own program at its version; printed. */
  readonly standIn: string | undefined;
}

export interface MountPlan {
  readonly path: string;
  readonly volume: string;
  readonly subPath: string | undefined;
  readonly readOnly: boolean;
}

export type VolumePlan =
  /** ConfigMap, Secret, downward API or projected volume: path in the volume → content. */
  | { readonly kind: 'files'; readonly name: string; readonly files: Readonly<Record<string, FilePlan>> }
  /** emptyDir: lives as long as the pod's sandbox, survives restarts of its containers. */
  | { readonly kind: 'scratch'; readonly name: string; readonly sizeBytes: number | undefined }
  /** A claim, as `namespace/name`: survives kills and restarts of the pod, gone with the cluster unless it was told to keep its folder. */
  | { readonly kind: 'claim'; readonly name: string; readonly claim: string; readonly sizeBytes: number };

export interface FilePlan {
  readonly content: string;
  /** Permission bits, e.g. 0o440. */
  readonly mode: number;
  /** Not to be shown anywhere. */
  readonly secret: boolean;
}

export interface ProbePlan {
  readonly action:
    | {
        readonly kind: 'http';
        readonly port: number;
        readonly path: string;
        readonly tls: boolean;
        readonly headers: Readonly<Record<string, string>>;
      }
    | { readonly kind: 'tcp'; readonly port: number }
    | { readonly kind: 'grpc'; readonly port: number; readonly service: string }
    | { readonly kind: 'exec'; readonly argv: readonly [string, ...string[]] };
  readonly initialDelayS: number;
  readonly periodS: number;
  readonly timeoutS: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

export interface ServicePlan {
  readonly namespace: string;
  readonly name: string;
  /** `None` of a headless Service is undefined. */
  readonly clusterAddress: string | undefined;
  /** Address of 127.0.0.0/8 on which the machine's own users reach it. */
  readonly loopbackAddress: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReady: boolean;
  readonly ports: readonly ServicePortPlan[];
}

export interface ServicePortPlan {
  readonly name: string | undefined;
  readonly port: number;
  /** Of the pods; named ports are resolved. */
  readonly targetPort: number;
  readonly protocol: 'TCP' | 'UDP';
}
