/**
 * The scrape configuration of vmagent and of Prometheus, derived from the graph: one job for each endpoint with metrics.
 * The keys are Prometheus' own; `vmagent -dryRun` and `promtool` judge the result, and refuse keys that they do not know.
 */
import type { ScrapeJob } from '../core/scrape-jobs';

export interface ScrapeConfigProps {
  readonly jobs: readonly ScrapeJob[];
  readonly intervalSeconds: number;
  /** Put on every series. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Below the interval, so that a slow target is seen as such rather than scraped twice at once. */
const TIMEOUT_SHARE = 1 / 3;

export function renderScrapeConfig(props: ScrapeConfigProps): { global: object; scrape_configs: object[] } {
  return {
    global: {
      scrape_interval: `${props.intervalSeconds}s`,
      scrape_timeout: `${Math.ceil(props.intervalSeconds * TIMEOUT_SHARE)}s`,
      external_labels: { ...props.labels },
    },
    scrape_configs: props.jobs.map((job) => renderJob(job)),
  };
}

function renderJob({ name, endpoint, namespace }: ScrapeJob): object {
  return {
    job_name: name,
    metrics_path: endpoint.path,
    ...(endpoint.tls ? { scheme: 'https' } : {}),
    // Jobs of one namespace share one watch of its pods.
    kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [namespace] } }],
    relabel_configs: [
      // One port of one workload: what the endpoint is.
      keep('__meta_kubernetes_pod_label_app_kubernetes_io_component', endpoint.owner.id),
      keep('__meta_kubernetes_pod_container_port_name', endpoint.name),
      {
        action: 'drop',
        source_labels: ['__meta_kubernetes_pod_phase'],
        regex: 'Pending|Succeeded|Failed',
      },
      copy('__meta_kubernetes_namespace', 'namespace'),
      copy('__meta_kubernetes_pod_name', 'pod'),
      // An address is another one after each restart, and with it every series.
      copy('__meta_kubernetes_pod_name', 'instance'),
    ],
  };
}

function keep(label: string, value: string): object {
  return { action: 'keep', source_labels: [label], regex: value };
}

function copy(from: string, to: string): object {
  return { source_labels: [from], target_label: to };
}
