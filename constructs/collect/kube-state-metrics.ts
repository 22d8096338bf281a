/**
 * kube-state-metrics: the state of the cluster's objects (pods that wait, Deployments that lack replicas, volumes that
 * are not bound) as metrics. What it watches and what it may read is one list.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import type { PermissionRule } from '../core/service-identity';
import { Workload } from '../core/workload';

export interface KubeStateMetricsProps extends ComponentProps {
  /** What it watches. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** @default KUBE_STATE_METRICS_DEFAULTS.resources */
  readonly resources?: Resources;
}

const KUBE_STATE_METRICS_DEFAULTS = {
  // "Resource recommendation" of its README: 0.1 cores and 250 MiB, for a hundred nodes.
  resources: { cpuMillis: 100, memory: Size.mebibytes(256) },
} as const satisfies Partial<KubeStateMetricsProps>;

/** By API group. No Secrets and no ConfigMaps: it would hold their contents in memory for the sake of a count. */
const WATCHED = {
  '': [
    'namespaces',
    'nodes',
    'persistentvolumeclaims',
    'persistentvolumes',
    'pods',
    'resourcequotas',
    'services',
  ],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'networking.k8s.io': ['ingresses'],
  policy: ['poddisruptionbudgets'],
  'storage.k8s.io': ['storageclasses'],
} as const satisfies Partial<Record<PermissionRule['apiGroup'], readonly string[]>>;

const PORT = 8080;
/** Its own metrics, and whether it is ready. */
const TELEMETRY_PORT = 8081;
/** `nobody`, the image's own user. */
const UID = 65534;
/** A scrape in progress. */
const DRAIN_SECONDS = 10;

export class KubeStateMetrics extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: KubeStateMetricsProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: "Gives the state of the cluster's objects as metrics (kube-state-metrics)",
    });
    const workload = new Workload(this, id, {
      kind: 'Deployment',
      // Two would give everything twice; it has no state, and is back within seconds.
      replicas: 1,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      identity: {
        clusterPermissions: groups().map((apiGroup) => ({
          apiGroup,
          resources: WATCHED[apiGroup],
          verbs: ['list', 'watch'],
        })),
      },
      container: {
        image: CATALOG['kube-state-metrics'],
        args: [
          `--port=${PORT}`,
          `--telemetry-port=${TELEMETRY_PORT}`,
          `--resources=${groups()
            .flatMap((apiGroup) => WATCHED[apiGroup])
            .join(',')}`,
        ],
        resources: props.resources ?? KUBE_STATE_METRICS_DEFAULTS.resources,
        probes: {
          readiness: { http: '/readyz', port: TELEMETRY_PORT },
          liveness: { http: '/livez', port: PORT },
        },
      },
    });
    this.metrics = workload.listenForScrapes({
      name: 'metrics',
      port: PORT,
      scrape: { aboutOthers: true },
    });
    // For the kubelet's probes; its own metrics say nothing that anybody here asks.
    workload.listen({
      name: 'ready',
      port: TELEMETRY_PORT,
      protocol: 'http',
      signals: ['coordination'],
      access: 'control',
    });
    workload.connect(props.kubernetesApi, {
      signals: ['coordination'],
      purpose: 'the state of the cluster’s objects',
      credential: { kind: 'token' },
    });
  }
}

function groups(): (keyof typeof WATCHED)[] {
  return Object.keys(WATCHED) as (keyof typeof WATCHED)[];
}
