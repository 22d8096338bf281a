/**
 * node-exporter: what each node's kernel tells of its processors, memory, disks, file systems and network. It stands in
 * the node's network and sees its processes and files, all of it read-only.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';

export interface NodeExporterProps extends ComponentProps {
  /** Address blocks in which the nodes lie. */
  readonly nodes: readonly string[];
  /** @default NODE_EXPORTER_DEFAULTS.resources */
  readonly resources?: Resources;
}

const NODE_EXPORTER_DEFAULTS = {
  // kube-prometheus asks for 102m and 180Mi for itself and the proxy before it.
  resources: { cpuMillis: 100, cpuLimitMillis: 250, memory: Size.mebibytes(128) },
} as const satisfies Partial<NodeExporterProps>;

const PORT = 9100;
/** `nobody`, the image's own user. */
const UID = 65534;
/** A scrape in progress. */
const DRAIN_SECONDS = 10;
const ROOT_DIR = '/host/root';
const PROC_DIR = '/host/proc';
const SYS_DIR = '/host/sys';
/** One for each container: series of a few minutes' life that say nothing of the node. */
const CONTAINER_MOUNTS =
  '^/(dev|proc|sys|run/k3s/containerd/.+|var/lib/docker/.+|var/lib/kubelet/pods/.+)($|/)';
const CONTAINER_DEVICES = '^(veth.*|[a-f0-9]{15})$';

export class NodeExporter extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: NodeExporterProps) {
    super(scope, id, props, { layer: 'collect', summary: 'Gives the metrics of each node (node-exporter)' });
    const workload = new Workload(this, id, {
      kind: 'DaemonSet',
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      host: {
        reason: "reads the node's own counters: its network devices, its processes and its file systems",
        network: { nodes: props.nodes },
        processes: true,
      },
      container: {
        image: CATALOG['node-exporter'],
        // On the address that the cluster knows, and on no other that the node may have.
        env: { NODE_ADDRESS: { field: 'status.hostIP' } },
        args: nodeExporterArgs(`[$(NODE_ADDRESS)]:${PORT}`),
        resources: props.resources ?? NODE_EXPORTER_DEFAULTS.resources,
        probes: { readiness: { http: '/', port: PORT } },
        hostPaths: [
          { path: '/proc', mountPath: PROC_DIR },
          { path: '/sys', mountPath: SYS_DIR, followsMounts: true },
          { path: '/', mountPath: ROOT_DIR, followsMounts: true },
        ],
      },
    });
    this.metrics = workload.listenForScrapes({
      name: 'metrics',
      port: PORT,
    });
  }
}

/** Those of kube-prometheus. */
function nodeExporterArgs(address: string): string[] {
  return [
    `--web.listen-address=${address}`,
    `--path.procfs=${PROC_DIR}`,
    `--path.sysfs=${SYS_DIR}`,
    `--path.rootfs=${ROOT_DIR}`,
    `--path.udev.data=${ROOT_DIR}/run/udev/data`,
    '--no-collector.wifi',
    '--no-collector.btrfs',
    `--collector.filesystem.mount-points-exclude=${CONTAINER_MOUNTS}`,
    `--collector.netclass.ignored-devices=${CONTAINER_DEVICES}`,
    `--collector.netdev.device-exclude=${CONTAINER_DEVICES}`,
  ];
}
