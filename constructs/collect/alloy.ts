/**
 * Alloy, the log agent: on each node it follows the logs of the node's pods, reads fields out of JSON lines, keeps the
 * labels to an allow-list and pushes what it has in batches.
 *
 * It reads through the Kubernetes API (`loki.source.kubernetes`), not the node's files (`loki.source.file`): that costs
 * the kubelets and the API server more, but needs no root, no path of the node and no exception from a policy.
 *
 * Delivery is at least once while the agent lives. A push that is refused is tried again for ever; meanwhile the agent
 * stops reading, and lines wait in the nodes' log files until the kubelet rotates them, which is the queue that the
 * outage budget counts. Told to stop, the agent sends what it holds; killed, it loses that (10 MiB at most), because a
 * position moves on when the line is handed to the queue. A new pod has no positions: it reads the files from their
 * beginning, and Loki gives a line of the same stream, time and text once. A write-ahead log (`loki.write`, `wal`) would
 * bridge a kill, but is experimental in this version.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { Delivery, type Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { bytesOf, humanBytes, humanSeconds } from '../core/quantity';
import { Workload } from '../core/workload';
import { labelMistakes, rateMistakes } from './alloy-checks';
import { ALLOY_NODE_VARIABLE, renderAlloy, type LinesPerSecond } from './alloy-config';

export interface AlloyProps extends ComponentProps {
  /** Where it pushes. */
  readonly push: Endpoint<'logs', 'loki-http'>;
  /** Where it learns of pods and follows their logs. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** Value of the label `cluster` on every line: an operator's decision. */
  readonly cluster: string;
  /** Nodes of the cluster: each has one agent, and its share of the load. */
  readonly nodes: number;
  /**
   * Fields read out of lines that are JSON objects. One that is not in `labels` becomes structured metadata.
   * @default ALLOY_DEFAULTS.fields
   */
  readonly fields?: readonly string[];
  /**
   * What becomes a label besides `cluster`, of the fields and of `namespace`, `app`, `container`, `pod` and `node`: the
   * allow-list is the budget for streams, an operator's decision. All else becomes structured metadata.
   */
  readonly labels: readonly string[];
  /**
   * What one agent lets through: an operator's decision, checked against the declared load. What is above it waits in
   * the log files.
   */
  readonly rateLimit: LinesPerSecond;
  /**
   * What one agent lets through of a single namespace, so that a noisy one does not keep the others waiting. What is
   * above it is lost, and counted in `loki_process_dropped_lines_by_label_total`.
   * @default none: no line is dropped
   */
  readonly namespaceLimit?: LinesPerSecond;
  /** Of the whole cluster, at the declared peak. */
  readonly load: Load;
  /**
   * The log files on a node, which are what waits while the push is refused: how large one grows before it is rotated
   * (`containerLogMaxSize` of the kubelet), and how fast the busiest container writes, at the declared peak.
   */
  readonly logFiles: { readonly maxSize: Size; readonly busiestBytesPerSecond: number };
  /** @default ALLOY_DEFAULTS.resources */
  readonly resources?: Resources;
}

const ALLOY_DEFAULTS = {
  // What most structured loggers write; a trace's ID leads from a line to its trace.
  fields: ['level', 'trace_id'],
  // The system's document.
  resources: { cpuMillis: 500, memory: Size.mebibytes(512) },
} as const satisfies Partial<AlloyProps>;

const PORT = 12345;
/** User `alloy` of the image, which starts as root unless told otherwise. */
const UID = 473;
/** Of its own it takes 15 s to send what is queued. */
const DRAIN_SECONDS = 60;
const CONFIG_DIR = '/etc/alloy';
const CONFIG_FILE = 'config.alloy';
const STORAGE_DIR = '/var/lib/alloy';

export class Alloy extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: AlloyProps) {
    super(scope, id, props, { layer: 'collect', summary: "Follows the pods' logs on each node (Alloy)" });
    const fields = props.fields ?? ALLOY_DEFAULTS.fields;
    for (const mistake of [...labelMistakes({ ...props, fields }), ...rateMistakes(props)]) {
      this.problem(mistake);
    }
    const config = this.configMap(`${id}-config`, [
      { name: CONFIG_FILE, text: renderAlloy({ ...props, fields, pushUrl: props.push.url }) },
    ]);
    const workload = new Workload(this, id, {
      kind: 'DaemonSet',
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      identity: {
        // Over the whole cluster: a pod of any namespace may run on its node. Nothing of it is written.
        clusterPermissions: [
          { apiGroup: '', resources: ['pods'], verbs: ['get', 'list', 'watch'] },
          { apiGroup: '', resources: ['pods/log'], verbs: ['get'] },
        ],
      },
      container: {
        image: CATALOG.alloy,
        args: [
          'run',
          `--server.http.listen-addr=0.0.0.0:${PORT}`,
          `--storage.path=${STORAGE_DIR}`,
          '--disable-reporting',
          // Nobody profiles it through the port that metrics are read from, nor takes its settings away.
          '--server.http.enable-pprof=false',
          '--server.http.disable-support-bundle',
          `${CONFIG_DIR}/${CONFIG_FILE}`,
        ],
        env: { [ALLOY_NODE_VARIABLE]: { field: 'spec.nodeName' } },
        resources: props.resources ?? ALLOY_DEFAULTS.resources,
        probes: { readiness: { http: '/-/ready', port: PORT } },
        configs: [{ mountPath: CONFIG_DIR, config }],
        // Positions, a few bytes for each container.
        scratch: [{ mountPath: STORAGE_DIR, size: Size.mebibytes(64) }],
      },
    });
    this.metrics = workload.listenForScrapes({
      name: 'http',
      port: PORT,
    });
    workload.connect(props.kubernetesApi, {
      signals: ['coordination'],
      purpose: 'pods of the node and their logs',
      credential: { kind: 'token' },
    });
    workload.connect(props.push, {
      signals: ['logs'],
      purpose: "the pods' logs",
      delivery: Delivery.diskQueue(this.logFilesOfNode(props), props.nodes, 'loses'),
      load: props.load,
    });
  }

  /** What of a node's log files counts as its queue: the busiest container's is full first, and lines are lost. */
  private logFilesOfNode({ logFiles, load, nodes }: AlloyProps): Size {
    const { maxSize, busiestBytesPerSecond } = logFiles;
    const seconds = bytesOf(maxSize) / busiestBytesPerSecond;
    this.derived(
      'outage that the log files bridge',
      humanSeconds(seconds),
      `${humanBytes(bytesOf(maxSize))} before rotation ÷ ${humanBytes(busiestBytesPerSecond)}/s of the busiest container`,
    );
    return Size.kibibytes(Math.floor((seconds * load.bytesPerSecond) / nodes / 1024));
  }
}
