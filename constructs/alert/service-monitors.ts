/**
 * What a Prometheus that was there before is to scrape and to watch, for the Prometheus operator: a `ServiceMonitor` for
 * each endpoint with metrics, read off the flow graph, and one `PrometheusRule`. That Prometheus is a party of the graph,
 * so each pod's NetworkPolicy lets it, and nobody else, at the metrics.
 */
import { ApiObject, Duration } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import { connect } from '../core/connect';
import {
  PrometheusRule,
  ServiceMonitor,
  ServiceMonitorSpecEndpointsRelabelingsAction as Relabel,
} from '../core/imports/monitoring.coreos.com';
import type { External } from '../core/party';
import type { Platform } from '../core/platform';
import { scrapeJobs, type ScrapeJob } from '../core/scrape-jobs';

export interface ServiceMonitorsProps extends ComponentProps {
  /** The Prometheus that scrapes. */
  readonly prometheus: External;
  /** Labels by which its operator finds monitors and rules (`serviceMonitorSelector`, `ruleSelector`). */
  readonly selectedBy: Readonly<Record<string, string>>;
  /** The rules, as `renderRules` gives them, for what is scraped. */
  readonly rules: (jobs: readonly ScrapeJob[]) => object;
  /** @default DEFAULTS.interval */
  readonly interval?: Duration;
}

const DEFAULTS = {
  // As often as Grafana's rate windows here assume.
  interval: Duration.seconds(30),
} satisfies Partial<ServiceMonitorsProps>;

export class ServiceMonitors extends Component {
  public constructor(scope: Platform, id: string, props: ServiceMonitorsProps) {
    super(scope, id, props, {
      layer: 'alert',
      summary: 'Scrape targets and alerts for the Prometheus that is there already',
    });
    const interval = (props.interval ?? DEFAULTS.interval).toSeconds();
    scope.whenComplete(() => {
      const jobs = scrapeJobs(scope.graph).filter(({ namespace }) => namespace !== undefined);
      for (const job of jobs) {
        this.addMonitor(job, interval, props.selectedBy);
        connect(props.prometheus, job.endpoint, { signals: ['metrics'], purpose: 'scrape' });
      }
      this.addRules(props.rules(jobs), props.selectedBy);
    });
  }

  private addMonitor({ name, endpoint, namespace }: ScrapeJob, interval: number, labels: object): void {
    const { owner } = endpoint;
    const service = endpoint.via === 'headless' ? `${owner.id}-headless` : owner.id;
    new ServiceMonitor(this, `monitor-${name}`, {
      metadata: { name, labels: { ...labels } },
      spec: {
        namespaceSelector: { matchNames: [namespace ?? this.namespace] },
        selector: {
          matchLabels: {
            'app.kubernetes.io/name': owner.componentName,
            'app.kubernetes.io/component': owner.id,
          },
        },
        endpoints: [
          {
            port: endpoint.name,
            path: endpoint.path,
            interval: `${interval}s`,
            scrapeTimeout: `${Math.min(10, interval)}s`,
            relabelings: [
              // A workload's headless Service has the same labels and would bring every pod a second time.
              {
                action: Relabel.KEEP,
                sourceLabels: ['__meta_kubernetes_service_name'],
                regex: service,
              },
              // The job by which alerts and dashboards know it.
              { action: Relabel.REPLACE, targetLabel: 'job', replacement: name },
            ],
          },
        ],
      },
    });
  }

  /** The groups of a rule file are the specification of the resource; the file goes to `config/` for promtool. */
  private addRules(rules: object, labels: object): void {
    const name = `${this.platform.system}-rules`;
    new ApiObject(this, 'rules', {
      ...PrometheusRule.GVK,
      metadata: { name, labels: { ...labels } },
      spec: rules,
    });
    this.configs.push({ configMapName: name, files: [ConfigFile.yaml(this.platform, 'rules.yml', rules)] });
  }
}
