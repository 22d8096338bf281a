/**
 * The scrape configuration of vmagent and of Prometheus, derived from the graph: one job for each endpoint with metrics.
 * The keys are Prometheus' own; `vmagent -dryRun` and `promtool` judge the result, and refuse keys that they do not know.
 */
import { External, type Party } from '../core/party';
import type { ScrapeJob } from '../core/scrape-jobs';

export interface ScrapeConfigProps {
  readonly jobs: readonly ScrapeJob[];
  readonly intervalSeconds: number;
  /** Put on every series. */
  readonly labels: Readonly<Record<string, string>>;
  /** Regular expressions of metric names that are thrown away where they are scraped. @default none */
  readonly drop?: readonly string[];
}

/** One step of relabelling, in the keys that both programs know. */
export interface RelabelRule {
  /** @default 'replace' */
  readonly action?: 'replace' | 'keep' | 'drop' | 'keepequal' | 'labeldrop' | 'labelkeep' | 'labelmap';
  readonly source_labels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly target_label?: string;
  readonly replacement?: string;
}

/** Below the interval, so that a slow target is seen as such rather than scraped twice at once. */
const TIMEOUT_SHARE = 1 / 3;
/** Where Kubernetes mounts what a pod needs for its API. */
const ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';
const ANNOTATION = '__meta_kubernetes_pod_annotation_prometheus_io';

export function renderScrapeConfig(props: ScrapeConfigProps): { global: object; scrape_configs: object[] } {
  return {
    global: {
      scrape_interval: `${props.intervalSeconds}s`,
      scrape_timeout: `${Math.ceil(props.intervalSeconds * TIMEOUT_SHARE)}s`,
      external_labels: { ...props.labels },
    },
    scrape_configs: props.jobs.map((job) => ({
      ...renderJob(job),
      ...(props.drop === undefined || props.drop.length === 0
        ? {}
        : { metric_relabel_configs: [dropped(props.drop)] }),
    })),
  };
}

function renderJob(job: ScrapeJob): object {
  const { endpoint } = job;
  const { discovery, relabel } = found(job);
  return {
    job_name: job.name,
    metrics_path: endpoint.path,
    ...(endpoint.tls ? { scheme: 'https' } : {}),
    ...(endpoint.auth.kind === 'token'
      ? {
          authorization: { credentials_file: `${ACCOUNT_DIR}/token` },
          tls_config: {
            ca_file: `${ACCOUNT_DIR}/ca.crt`,
            // Not every authority puts the addresses into an API server's certificate; this name it always has.
            ...(endpoint.scrape.targets === 'api-servers' ? { server_name: 'kubernetes' } : {}),
          },
        }
      : {}),
    // Otherwise `namespace` and `pod` of what the metrics are about would give way to those of the target.
    ...(endpoint.scrape.aboutOthers === true ? { honor_labels: true } : {}),
    kubernetes_sd_configs: [discovery],
    relabel_configs: relabel,
  };
}

/** How the targets of a job are found, and what they are called. */
function found(job: ScrapeJob): { readonly discovery: object; readonly relabel: readonly RelabelRule[] } {
  switch (job.endpoint.scrape.targets) {
    case undefined:
      return {
        // Jobs of one namespace share one watch of its pods.
        discovery: { role: 'pod', namespaces: { names: [job.namespace] } },
        relabel: relabelPods(job),
      };
    case 'nodes':
      return {
        discovery: { role: 'node' },
        relabel: [
          copy('__meta_kubernetes_node_name', 'node'),
          copy('__meta_kubernetes_node_name', 'instance'),
        ],
      };
    case 'api-servers':
      return {
        discovery: { role: 'endpointslice', namespaces: { names: ['default'] } },
        // Each by its own address: through the Service, one of them would answer for all.
        relabel: [
          keep('__meta_kubernetes_service_name', 'kubernetes'),
          keep('__meta_kubernetes_endpointslice_port_name', 'https'),
        ],
      };
    case 'annotated-pods':
      return { discovery: { role: 'pod' }, relabel: relabelAnnotated(job.endpoint.port) };
  }
}

function relabelPods({ endpoint, uncounted }: ScrapeJob): RelabelRule[] {
  return [
    // One port of one workload: what the endpoint is.
    ...labelsOf(endpoint.owner).map(([label, value]) =>
      keep(`__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, '_')}`, value),
    ),
    keep('__meta_kubernetes_pod_container_port_name', endpoint.name),
    drop('__meta_kubernetes_pod_phase', 'Pending|Succeeded|Failed'),
    // The names of the pod would pass for those of what the metrics are about.
    ...(endpoint.scrape.aboutOthers === true
      ? []
      : [copy('__meta_kubernetes_namespace', 'namespace'), copy('__meta_kubernetes_pod_name', 'pod')]),
    ...(uncounted ? [copy('__meta_kubernetes_pod_node_name', 'node')] : []),
    // An address is another one after each restart, and with it every series.
    copy(uncounted ? '__meta_kubernetes_pod_node_name' : '__meta_kubernetes_pod_name', 'instance'),
  ];
}

/** Of the platform's own workloads one label tells them all apart; others' pods have what their makers gave them. */
function labelsOf(owner: Party): readonly (readonly [label: string, value: string])[] {
  if (owner instanceof External && owner.reach.kind === 'pods') return Object.entries(owner.reach.labels);
  return [['app.kubernetes.io/component', owner.id]];
}

function relabelAnnotated(port: number): RelabelRule[] {
  return [
    keep(`${ANNOTATION}_scrape`, 'true'),
    keep(`${ANNOTATION}_port`, String(port)),
    drop('__meta_kubernetes_pod_phase', 'Pending|Succeeded|Failed'),
    {
      source_labels: [`${ANNOTATION}_path`],
      regex: '(.+)',
      target_label: '__metrics_path__',
    },
    // Whether the port is declared or not; a pod with several ports gives the same target several times.
    {
      source_labels: ['__meta_kubernetes_pod_ip', `${ANNOTATION}_port`],
      separator: ':',
      target_label: '__address__',
    },
    copy('__meta_kubernetes_namespace', 'namespace'),
    copy('__meta_kubernetes_pod_name', 'pod'),
    copy('__meta_kubernetes_pod_name', 'instance'),
  ];
}

function dropped(names: readonly string[]): RelabelRule {
  return drop('__name__', names.join('|'));
}

function keep(label: string, value: string): RelabelRule {
  return { action: 'keep', source_labels: [label], regex: value };
}

function drop(label: string, values: string): RelabelRule {
  return { action: 'drop', source_labels: [label], regex: values };
}

function copy(from: string, to: string): RelabelRule {
  return { source_labels: [from], target_label: to };
}
