/**
 * Prometheus: scrapes every workload of a small platform, and by choice the cluster; keeps the samples on its own volume,
 * writes copies of them elsewhere by choice, evaluates the alert rules and tells Alertmanager. What it scrapes and what it calls down are read off the graph when the environment is complete.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps, type MountedConfig } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Credential } from '../core/credential';
import { Delivery } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import { bytesOf, humanBytes, humanSeconds } from '../core/quantity';
import { scrapeJobs, type ScrapeJob } from '../core/scrape-jobs';
import { Workload } from '../core/workload';
import { addClusterTargets, scrapePermissions } from './cluster-scrapes';
import { REMOTE_WRITE_QUEUE, renderPrometheus } from './prometheus-config';
import { addOperatorTargets } from './operator-scrapes';
import {
  checkDestinations,
  destinationFiles,
  type DestinationFiles,
  type RemoteWriteDestination,
} from './remote-write';
import { checkDeclared, connectTargets, scrapedNamespaces, visibleJobs, type ScraperProps } from './scraper';

/** Where a copy of every sample goes. */
export interface PrometheusDestination extends RemoteWriteDestination {
  /** @default none */
  readonly credential?:
    (Credential & { kind: 'bearer' }) | (Credential & { kind: 'basic' } & { readonly username: string });
}

export interface PrometheusProps extends ComponentProps, ScraperProps {
  readonly alertmanager: Endpoint<'alerts', 'alertmanager-api'>;
  /** The rule file's content, of what is scraped. */
  readonly rules: (jobs: readonly ScrapeJob[]) => object;
  /** @default none */
  readonly remoteWrite?: readonly PrometheusDestination[];
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
/** Model parameters: a sample in a queue refers to the labels of its series; on the wire a block is compressed. */
const QUEUED_BYTES_PER_SAMPLE = 100;
const WRITTEN_BYTES_PER_SAMPLE = 10;
const REMOTE_WRITE_MEMORY = Size.kibibytes(
  (REMOTE_WRITE_QUEUE.capacity * REMOTE_WRITE_QUEUE.max_shards * QUEUED_BYTES_PER_SAMPLE) / 1000,
);

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
    const destinations = props.remoteWrite ?? [];
    checkDeclared(this, props, interval);
    checkDestinations(this, 'remoteWrite', destinations);
    const { files, mounts } = destinationFiles(this, CONFIG_DIR, destinations);
    if (props.cluster !== undefined) addClusterTargets(scope, props.cluster);
    addOperatorTargets(scope, props.operators ?? []);
    const config = this.config(props, interval, files);
    this.workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: props.replicas ?? REPLICAS[scope.tier],
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      identity: scrapePermissions(scrapedNamespaces(props), props.cluster),
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
        ...mounts,
        volumes: [{ claim: 'data', mountPath: DATA_DIR }],
      },
    });
    const http = { name: 'http', port: PORT, access: 'read' } as const;
    this.query = this.workload.listen({ ...http, protocol: 'prometheus-query', signals: ['queries'] });
    this.metrics = this.workload.listenForScrapes({
      ...http,
    });
    this.workload.connect(props.kubernetesApi, {
      signals: ['coordination'],
      purpose: 'pods to scrape',
      credential: { kind: 'token' },
    });
    this.workload.connect(props.alertmanager, { signals: ['alerts'], purpose: 'what fires' });
    scope.whenComplete(() => {
      const jobs = scrapeJobs(scope.graph);
      connectTargets(this.workload, jobs);
      this.copy(destinations, samplesPerSecond(props, jobs, interval));
      this.checkVolume(props, jobs, interval);
    });
  }

  private config(
    props: PrometheusProps,
    interval: Duration,
    files: readonly DestinationFiles[],
  ): MountedConfig {
    return this.deferredConfigMap(`${this.node.id}-config`, () => {
      const jobs = visibleJobs(this, props);
      const { alertmanager, labels, drop = [], remoteWrite = [] } = props;
      const prometheus = renderPrometheus({
        jobs,
        intervalSeconds: interval.toSeconds(),
        labels,
        drop,
        ruleFile: `${CONFIG_DIR}/rules.yml`,
        alertmanager,
        remoteWrite: remoteWrite.map(({ remoteWrite: { url }, credential }, i) => ({
          url,
          username: credential?.kind === 'basic' ? credential.username : undefined,
          secretFile: files[i]?.secretFile,
          caFile: files[i]?.caFile,
        })),
      });
      return [
        ConfigFile.yaml(this.platform, 'prometheus.yml', prometheus),
        ConfigFile.yaml(this.platform, 'rules.yml', props.rules(jobs)),
      ];
    });
  }

  private copy(destinations: readonly PrometheusDestination[], eventsPerSecond: number): void {
    for (const { remoteWrite, credential } of destinations) {
      this.workload.connect(remoteWrite, {
        signals: ['metrics'],
        purpose: 'a copy of every sample',
        // The samples themselves are on its own volume.
        delivery: Delivery.bestEffort(REMOTE_WRITE_MEMORY),
        load: { eventsPerSecond, bytesPerSecond: eventsPerSecond * WRITTEN_BYTES_PER_SAMPLE },
        ...(credential === undefined ? {} : { credential }),
      });
    }
  }

  private checkVolume(props: PrometheusProps, jobs: readonly ScrapeJob[], interval: Duration): void {
    const { volume, retention, declared } = props;
    const perSecond = samplesPerSecond(props, jobs, interval);
    const bytes = (perSecond * retention.toSeconds() * BYTES_PER_SAMPLE) / BLOCKS_SHARE;
    const samples =
      declared === undefined
        ? `${countTargets(jobs)} targets × ${SERIES_PER_TARGET} series ÷ ${interval.toSeconds()} s`
        : `${declared.samplesPerSecond} samples/s`;
    const because =
      `${samples} × ${BYTES_PER_SAMPLE} B × ` +
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

function samplesPerSecond(
  { declared }: ScraperProps,
  jobs: readonly ScrapeJob[],
  interval: Duration,
): number {
  return declared?.samplesPerSecond ?? (countTargets(jobs) * SERIES_PER_TARGET) / interval.toSeconds();
}

function countTargets(jobs: readonly ScrapeJob[]): number {
  return jobs.reduce((sum, job) => sum + job.targets, 0);
}

/** Prometheus counts a megabyte as 2^20 bytes. */
function blocksMebibytes(volume: Size): number {
  return Math.floor((bytesOf(volume) * BLOCKS_SHARE) / 1024 ** 2);
}
