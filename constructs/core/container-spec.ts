/**
 * What a component says about one container, and how it becomes a hardened cdk8s-plus container: non-root, read-only
 * root file system, no capabilities, seccomp on, requests and limits, probes that fit the image.
 */
import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import type { CatalogEntry } from './catalog';
import { imageOf } from './catalog';
import type { MountedConfig } from './component';
import type { HostAccess, HostPath } from './host-access';
import type { SecretKey } from './secrets';

export type EnvSource =
  | string
  | { readonly secret: SecretKey }
  | {
      readonly field:
        | 'metadata.name'
        | 'metadata.namespace'
        // A replica's number in its StatefulSet, from 0.
        | "metadata.labels['apps.kubernetes.io/pod-index']"
        | 'status.podIP'
        | 'spec.nodeName'
        | 'status.hostIP';
    };

export interface Resources {
  readonly cpuMillis: number;
  readonly memory: Size;
  /** @default the request: what the node has not promised can be taken away at any time */
  readonly memoryLimit?: Size;
  /**
   * Ceiling of a burst.
   * @default twice the request: start-up and compaction burst, and a noisy neighbour stays bounded
   */
  readonly cpuLimitMillis?: number;
}

/** What the container may have at most. */
export interface ResourceLimits {
  readonly cpuMillis: number;
  readonly memory: Size;
}

export function limitsOf({ cpuMillis, cpuLimitMillis, memory, memoryLimit }: Resources): ResourceLimits {
  return { cpuMillis: cpuLimitMillis ?? cpuMillis * 2, memory: memoryLimit ?? memory };
}

export type ProbeCheck =
  | { readonly http: string; readonly port: number; readonly scheme?: 'HTTP' | 'HTTPS' }
  | { readonly tcp: number }
  /** Only for images with a shell or the program in question; distroless ones take HTTP. */
  | { readonly exec: readonly string[] };

export interface Probes {
  readonly readiness: ProbeCheck;
  /** @default the same check as readiness, with more patience: 6 failures, 20 s apart */
  readonly liveness?: ProbeCheck;
  /**
   * How long the first start may take, e.g. replaying a write-ahead log.
   * @default 60 s
   */
  readonly startupSeconds?: number;
  /** @default 10 */
  readonly readinessPeriodSeconds?: number;
  /** @default 20 */
  readonly livenessPeriodSeconds?: number;
}

export interface ContainerSpec {
  /** @default the workload's name */
  readonly name?: string;
  readonly image: CatalogEntry;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, EnvSource>>;
  readonly resources: Resources;
  /** Left out only by containers that end (init containers, jobs). */
  readonly probes?: Probes;
  readonly configs?: readonly { readonly mountPath: string; readonly config: MountedConfig }[];
  /** Secret keys as files, mode 0440, readable by the pod's group. */
  readonly secretFiles?: readonly {
    readonly mountPath: string;
    readonly secretName: string;
    readonly keys?: readonly string[];
  }[];
  /** Writable directories that vanish with the pod; the root file system is read-only. One name is one directory, shared. */
  readonly scratch?: readonly { readonly mountPath: string; readonly size: Size; readonly name?: string }[];
  /** Claims of the workload that this container mounts, by name. */
  readonly volumes?: readonly {
    readonly claim: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  /** Paths of the node, for a workload with `host`. @default none */
  readonly hostPaths?: readonly HostPath[];
  /** Command run before the container is told to stop, e.g. to leave a ring. */
  readonly preStop?: readonly string[];
  readonly user?: number;
  /**
   * The only capability that Pod Security "restricted" lets a container keep.
   * @default none
   */
  readonly addCapabilities?: readonly 'NET_BIND_SERVICE'[];
}

const PROBE_PERIOD_SECONDS = 10;
const LIVENESS_PERIOD_SECONDS = 20;
const PROBE_TIMEOUT_SECONDS = 5;

const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';
const POD_INDEX_FIELD = `metadata.labels['${POD_INDEX_LABEL}']`;

const FIELDS: Readonly<Record<string, kplus.EnvFieldPaths>> = {
  'metadata.name': kplus.EnvFieldPaths.POD_NAME,
  'metadata.namespace': kplus.EnvFieldPaths.POD_NAMESPACE,
  'status.podIP': kplus.EnvFieldPaths.POD_IP,
  'spec.nodeName': kplus.EnvFieldPaths.NODE_NAME,
  'status.hostIP': kplus.EnvFieldPaths.NODE_IP,
};

/** Everything of a cdk8s-plus container but its volumes, which belong to the pod. */
export function containerProps(
  pod: kplus.AbstractPod,
  name: string,
  spec: ContainerSpec,
  host?: HostAccess,
): kplus.ContainerProps {
  const { resources, probes } = spec;
  const limits = limitsOf(resources);
  const capabilities = [...(spec.addCapabilities ?? []), ...(host?.root?.capabilities ?? [])];
  return {
    name,
    image: imageOf(spec.image),
    imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT,
    ...(spec.command === undefined ? {} : { command: [...spec.command] }),
    ...(spec.args === undefined ? {} : { args: [...spec.args] }),
    envVariables: Object.fromEntries(
      Object.entries(spec.env ?? {}).map(([key, source]) => [key, envValue(pod, source)]),
    ),
    resources: {
      cpu: {
        request: kplus.Cpu.millis(resources.cpuMillis),
        limit: kplus.Cpu.millis(limits.cpuMillis),
      },
      memory: { request: resources.memory, limit: limits.memory },
    },
    securityContext: {
      ensureNonRoot: host?.root === undefined,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: {
        drop: [kplus.Capability.ALL],
        ...(capabilities.length === 0 ? {} : { add: capabilities.map((name) => kplus.Capability[name]) }),
      },
      seccompProfile: { type: kplus.SeccompProfileType.RUNTIME_DEFAULT },
      ...(spec.user === undefined ? {} : { user: spec.user }),
    },
    ...(probes === undefined ? {} : probeProps(probes)),
    ...(spec.preStop === undefined
      ? {}
      : { lifecycle: { preStop: kplus.Handler.fromCommand([...spec.preStop]) } }),
  };
}

function envValue(pod: kplus.AbstractPod, source: EnvSource): kplus.EnvValue {
  if (typeof source === 'string') return kplus.EnvValue.fromValue(source);
  if ('secret' in source) {
    const { secretName, key } = source.secret;
    const id = `secret-${secretName}`;
    const secret =
      (pod.node.tryFindChild(id) as kplus.ISecret | undefined) ??
      kplus.Secret.fromSecretName(pod, id, secretName);
    return kplus.EnvValue.fromSecretValue({ secret, key });
  }
  if (source.field === POD_INDEX_FIELD) {
    return kplus.EnvValue.fromFieldRef(kplus.EnvFieldPaths.POD_LABEL, { key: POD_INDEX_LABEL });
  }
  const path = FIELDS[source.field];
  if (path === undefined) throw new Error(`no downward-API field ${source.field}`);
  return kplus.EnvValue.fromFieldRef(path);
}

function probeProps(probes: Probes): Pick<kplus.ContainerProps, 'readiness' | 'liveness' | 'startup'> {
  const seconds = (n: number): Duration => Duration.seconds(n);
  const startupSeconds = probes.startupSeconds ?? 60;
  return {
    readiness: probe(probes.readiness, {
      period: probes.readinessPeriodSeconds ?? PROBE_PERIOD_SECONDS,
      failures: 3,
    }),
    liveness: probe(probes.liveness ?? probes.readiness, {
      period: probes.livenessPeriodSeconds ?? LIVENESS_PERIOD_SECONDS,
      failures: 6,
    }),
    startup: probe(probes.liveness ?? probes.readiness, {
      period: PROBE_PERIOD_SECONDS,
      failures: Math.ceil(startupSeconds / PROBE_PERIOD_SECONDS),
    }),
  };

  function probe(check: ProbeCheck, timing: { period: number; failures: number }): kplus.Probe {
    const options = {
      periodSeconds: seconds(timing.period),
      failureThreshold: timing.failures,
      timeoutSeconds: seconds(PROBE_TIMEOUT_SECONDS),
    };
    if ('http' in check) {
      return kplus.Probe.fromHttpGet(check.http, {
        ...options,
        port: check.port,
        scheme: check.scheme === 'HTTPS' ? kplus.ConnectionScheme.HTTPS : kplus.ConnectionScheme.HTTP,
      });
    }
    if ('tcp' in check) return kplus.Probe.fromTcpSocket({ ...options, port: check.tcp });
    return kplus.Probe.fromCommand([...check.exec], options);
  }
}
