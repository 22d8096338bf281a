/**
 * Alloy's configuration: the pods of its own node, their lines as Kubernetes gives them, what of a line becomes a label
 * and what structured metadata, how much may pass, and how it is pushed.
 */
import { Duration } from 'cdk8s';
import { AlloyFile, type Stage } from './alloy/components';
import { Expression } from './alloy/syntax';

export interface LinesPerSecond {
  readonly linesPerSecond: number;
  /** What may pass at once after a quiet time. */
  readonly burstLines: number;
}

export interface AlloyConfigProps {
  readonly pushUrl: string;
  readonly cluster: string;
  readonly fields: readonly string[];
  readonly labels: readonly string[];
  readonly rateLimit: LinesPerSecond;
  readonly namespaceLimit?: LinesPerSecond;
}

/** Discovered for each container: label → where Kubernetes' discovery has it, the later ones first of all. */
export const ALLOY_POD_LABELS = {
  namespace: ['__meta_kubernetes_namespace'],
  app: ['__meta_kubernetes_pod_label_app', '__meta_kubernetes_pod_label_app_kubernetes_io_name'],
  container: ['__meta_kubernetes_pod_container_name'],
  pod: ['__meta_kubernetes_pod_name'],
  node: ['__meta_kubernetes_pod_node_name'],
} as const;

/** Set in the pod to its node's name; in an image it is the pod's. */
export const ALLOY_NODE_VARIABLE = 'HOSTNAME';

/** Alloy's own figures, written down because the delivery guarantee is computed with them. */
const BATCH = { size: '1MiB', wait: Duration.seconds(1) };
const BACKOFF = {
  least: Duration.millis(500),
  // Alloy's five minutes would be five minutes of silence after the store's return.
  most: Duration.seconds(30),
  // For ever: after the ten of Alloy's own it drops the batch. While it retries, the lines wait in the nodes' files.
  retries: 0,
};

export function renderAlloy(props: AlloyConfigProps): string {
  const file = new AlloyFile();
  file.logging({ level: 'info', format: 'json' });
  const { targets } = file.discoveryKubernetes('pods', {
    role: 'pod',
    selectors: [
      {
        role: 'pod',
        field: Expression.concat('spec.nodeName=', Expression.environment(ALLOY_NODE_VARIABLE)),
      },
    ],
  });
  const { output } = file.discoveryRelabel('pods', {
    targets,
    rules: Object.entries(ALLOY_POD_LABELS).flatMap(([targetLabel, sources]) =>
      sources.map((source) => ({ sourceLabels: [source], regex: '(.+)', targetLabel })),
    ),
  });
  const { receiver: written } = file.lokiWrite('default', {
    endpoint: {
      url: props.pushUrl,
      batchSize: BATCH.size,
      batchWait: BATCH.wait,
      minBackoff: BACKOFF.least,
      maxBackoff: BACKOFF.most,
      maxRetries: BACKOFF.retries,
    },
    externalLabels: { cluster: props.cluster },
  });
  const { receiver: processed } = file.lokiProcess('pods', {
    forwardTo: [written],
    stages: stages(props),
  });
  file.lokiSourceKubernetes('pods', { targets: output, forwardTo: [processed] });
  return file.text;
}

function stages({ fields, labels, rateLimit, namespaceLimit }: AlloyConfigProps): readonly Stage[] {
  const labelled = fields.filter((field) => labels.includes(field));
  const metadata = [...Object.keys(ALLOY_POD_LABELS), ...fields].filter((name) => !labels.includes(name));
  return [
    // First, so that what a namespace writes too much takes nothing from the others' share below.
    ...(namespaceLimit === undefined
      ? []
      : [
          {
            kind: 'limit',
            rate: namespaceLimit.linesPerSecond,
            burst: namespaceLimit.burstLines,
            byLabel: 'namespace',
            drop: true,
          } as const,
        ]),
    // Before the parsing, which is what costs. Without `drop`: lines above the rate wait in the files, none is lost.
    { kind: 'limit', rate: rateLimit.linesPerSecond, burst: rateLimit.burstLines },
    // A line that is no JSON object goes on as it is.
    ...(fields.length === 0 ? [] : [{ kind: 'json', expressions: sameNames(fields) } as const]),
    ...(labelled.length === 0 ? [] : [{ kind: 'labels', values: sameNames(labelled) } as const]),
    ...(metadata.length === 0 ? [] : [{ kind: 'structured_metadata', values: sameNames(metadata) } as const]),
    // Whatever else Alloy puts on a line (`job`, `instance` with the pod's name) is gone: the budget is what stays.
    { kind: 'label_keep', values: labels },
  ];
}

/** Name → empty, by which Alloy means the name itself. */
function sameNames(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, '']));
}
