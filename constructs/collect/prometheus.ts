/**
 * Prometheus: scrapes every workload of a small platform, keeps the samples on its own volume, evaluates the alert rules
 * and tells Alertmanager. What it scrapes and what it calls down are read off the graph when the environment is complete.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import { bytesOf, humanBytes, humanSeconds } from '../core/quantity';
import { scrapeJobs, type ScrapeJob } from '../core/scrape-jobs';
import { Workload } from '../core/workload';
import { renderPrometheus } from './prometheus-config';

export interface PrometheusProps extends ComponentProps {
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** The platform's namespaces: in these, and in no other, it may look for pods. */
  readonly scrapes: readonly string[];
  readonly alertmanager: Endpoint<'alerts', 'alertmanager-api'>;
  /** The rule file's content, of what is scraped. */
  readonly rules: (jobs: readonly ScrapeJob[]) => object;
  /** What every alert says of where it comes from: an operator's decision. */
  readonly labels: { readonly cluster: string; readonly environment: string };
  /** How long samples are kept: an operator's decision. */
  readonly retention: Duration;
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** @default PROMETHEUS_DEFAULTS.interval */
  readonly interval?: Duration;
  /** @default dev 1, prod 2: each scrapes and evaluates everything, and Alertmanager sends each alert once */
  readonly replicas?: number;
  /** @default PROMETHEUS_DEFAULTS.resources */
  readonly resources?: Resources;
}

const PROMETHEUS_DEFAULTS = {
  // Two samples within the minute by which people look at graphs, and what rules are evaluated by.
  interval: Duration.seconds(30),
  // Some ten thousand series and a few dozen rules.
  resources: { cpuMillis: 100, cpuLimitMillis: 1000, memory: Size.mebibytes(512) },
} as const satisfies Partial<PrometheusProps>;

const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 2 };
const PORT = 9090;
/** `nobody`, the image's own user. */
const UID = 65534;
const CONFIG_DIR = '/etc/prometheus';
const DATA_DIR = '/prometheus';
/** Queries end, and what is in memory is closed; the write-ahead log has the rest. */
const DRAIN_SECONDS = 120;
/** Of the volume, for blocks: the rest is for the write-ahead log and for compaction. "Storage", Prometheus documentation. */
const BLOCKS_SHARE = 0.8;
/** Model parameters: the larger programs here show about so many series; the documentation says 1 to 2 bytes. */
const SERIES_PER_TARGET = 500;
const BYTES_PER_SAMPLE = 2;

export class Prometheus extends Component {
  public readonly query: Endpoint<'queries', 'prometheus-query'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  private readonly workload: Workload;

  public constructor(scope: Platform, id: string, props: PrometheusProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: "Scrapes the platform's own metrics and evaluates alert rules (Prometheus)",
    });
    const interval = props.interval ?? PROMETHEUS_DEFAULTS.interval;
    const config = this.deferredConfigMap(`${id}-config`, () => {
      const jobs = this.jobs(props);
      const scraped = { jobs, intervalSeconds: interval.toSeconds(), labels: props.labels };
      const { alertmanager } = props;
      return [
        ConfigFile.yaml(
          scope,
          'prometheus.yml',
          renderPrometheus({ ...scraped, ruleFile: `${CONFIG_DIR}/rules.yml`, alertmanager }),
        ),
        ConfigFile.yaml(scope, 'rules.yml', props.rules(jobs)),
      ];
    });
    this.workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: props.replicas ?? REPLICAS[scope.tier],
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      identity: {
        permissions: Object.fromEntries(
          props.scrapes.map((namespace) => [
            namespace,
            [{ apiGroup: '', resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
          ]),
        ),
      },
      claims: [{ name: 'data', ...props.volume }],
      container: {
        image: CATALOG.prometheus,
        args: [
          `--config.file=${CONFIG_DIR}/prometheus.yml`,
          `--storage.tsdb.path=${DATA_DIR}`,
          `--storage.tsdb.retention.time=${props.retention.toSeconds()}s`,
          // Whichever comes first: a full volume would take no more samples at all.
          `--storage.tsdb.retention.size=${blocksMebibytes(props.volume.size)}MB`,
          `--web.listen-address=:${PORT}`,
          '--log.format=json',
        ],
        resources: props.resources ?? PROMETHEUS_DEFAULTS.resources,
        probes: {
          readiness: { http: '/-/ready', port: PORT },
          liveness: { http: '/-/healthy', port: PORT },
          // Reads its write-ahead log.
          startupSeconds: 300,
        },
        configs: [{ mountPath: CONFIG_DIR, config }],
        volumes: [{ claim: 'data', mountPath: DATA_DIR }],
      },
    });
    const http = { name: 'http', port: PORT, access: 'read' } as const;
    this.query = this.workload.listen({ ...http, protocol: 'prometheus-query', signals: ['queries'] });
    this.metrics = this.workload.listen({
      ...http,
      protocol: 'prometheus-scrape',
      signals: ['metrics'],
      path: '/metrics',
    });
    this.workload.connect(props.kubernetesApi, {
      signals: ['coordination'],
      purpose: 'pods to scrape',
      credential: { kind: 'token' },
    });
    this.workload.connect(props.alertmanager, { signals: ['alerts'], purpose: 'what fires' });
    scope.whenComplete(() => {
      const jobs = scrapeJobs(scope.graph);
      for (const { endpoint } of jobs) {
        this.workload.connect(endpoint, { signals: ['metrics'], purpose: 'scrape' });
      }
      this.checkVolume(props, jobs, interval);
    });
  }

  /** The jobs in the namespaces that it may look into; the others are reported. */
  private jobs({ scrapes }: PrometheusProps): readonly ScrapeJob[] {
    const jobs = scrapeJobs(this.platform.graph);
    const hidden = jobs.filter((job) => !scrapes.includes(job.namespace));
    if (hidden.length > 0) {
      this.problem({
        property: 'scrapes',
        value: scrapes,
        rule: `there are metrics in ${[...new Set(hidden.map((job) => job.namespace))].join(', ')} too: ${hidden.map((job) => job.name).join(', ')}`,
        remedy: 'add the namespace',
      });
    }
    return jobs.filter((job) => scrapes.includes(job.namespace));
  }

  private checkVolume(
    { volume, retention }: PrometheusProps,
    jobs: readonly ScrapeJob[],
    interval: Duration,
  ): void {
    const targets = jobs.reduce((sum, job) => sum + job.targets, 0);
    const perSecond = (targets * SERIES_PER_TARGET) / interval.toSeconds();
    const bytes = (perSecond * retention.toSeconds() * BYTES_PER_SAMPLE) / BLOCKS_SHARE;
    const because =
      `${targets} targets × ${SERIES_PER_TARGET} series ÷ ${interval.toSeconds()} s × ${BYTES_PER_SAMPLE} B × ` +
      `${humanSeconds(retention.toSeconds())}, in ${BLOCKS_SHARE * 100} % of the volume`;
    this.derived('volume that the retention needs', humanBytes(bytes), because);
    if (bytesOf(volume.size) >= bytes) return;
    this.problem({
      property: 'volume.size',
      value: humanBytes(bytesOf(volume.size)),
      rule: `it holds the retention: ${because} = ${humanBytes(bytes)}`,
      remedy: 'enlarge it, or keep samples for a shorter time',
    });
  }
}

/** Prometheus counts a megabyte as 2^20 bytes. */
function blocksMebibytes(volume: Size): number {
  return Math.floor((bytesOf(volume) * BLOCKS_SHARE) / 1024 ** 2);
}
