/**
 * vmagent, the scrape agent: collects the metrics of every workload of the platform, its own included, and by choice
 * those of the cluster, and writes them to one or several metrics stores; what a store cannot take waits on a volume. What
 * it scrapes is read off the graph when the environment is complete, so it can stand anywhere in a system.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps, type MountedConfig } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Credential } from '../core/credential';
import { Delivery, scaleLoad, type Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { goFlags } from '../core/go-flags';
import type { Platform } from '../core/platform';
import { bytesOf, humanBytes } from '../core/quantity';
import { scrapeJobs, type ScrapeJob } from '../core/scrape-jobs';
import { Workload } from '../core/workload';
import { addClusterTargets, scrapePermissions } from './cluster-scrapes';
import { addOperatorTargets } from './operator-scrapes';
import { checkDestinations, destinationFiles, type RemoteWriteDestination } from './remote-write';
import { renderScrapeConfig, type RelabelRule } from './scrape-config';
import { checkDeclared, connectTargets, scrapedNamespaces, visibleJobs, type ScraperProps } from './scraper';
import { renderAggregation, type AggregationRule } from './vmagent-config';
import { LEAST_QUEUE_BYTES, queueSizes, writtenShare } from './vmagent-queues';

export interface VmagentDestination extends RemoteWriteDestination {
  /** @default none */
  readonly credential?: Credential & { kind: 'bearer' };
  /**
   * How often a series gets a sample there, e.g. 5 minutes for a store that keeps it for years: the last of each interval.
   * @default every sample
   */
  readonly aggregate?: { readonly interval: Duration };
}

export interface VmagentProps extends ComponentProps, ScraperProps {
  /** Each gets everything, and has a queue of its own. */
  readonly destinations: readonly [VmagentDestination, ...VmagentDestination[]];
  /** Steps of relabelling of every series on its way out. @default none */
  readonly relabel?: readonly RelabelRule[];
  /** Series of which only aggregates go on, to every destination. @default none */
  readonly aggregate?: readonly AggregationRule[];
  /** Volume of the queues: an operator's decision, checked against the outage that the environment declares. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** @default VMAGENT_DEFAULTS.interval */
  readonly interval?: Duration;
  /** @default VMAGENT_DEFAULTS.resources */
  readonly resources?: Resources;
}

const VMAGENT_DEFAULTS = {
  // Two samples within the minute by which people look at graphs, and what rules are evaluated by.
  interval: Duration.seconds(30),
  // The documented figure for a cluster with 50,000 series.
  resources: { cpuMillis: 250, memory: Size.mebibytes(512) },
} as const satisfies Partial<VmagentProps>;

const PORT = 8429;
const UID = 65534;
const CONFIG_DIR = '/etc/vmagent';
const QUEUE_DIR = '/var/lib/vmagent';
/** Of the volume: the rest is for the file system, and for the block that is being written when the limit is reached. */
const QUEUE_SHARE = 0.9;
/** It writes what is in memory to the queue when it stops. */
const DRAIN_SECONDS = 60;
/** Model parameters: the larger programs here show about so many series, and a compressed block so many bytes each. */
const SAMPLES_PER_TARGET = 1500;
const BYTES_PER_SAMPLE = 10;

/** A destination with what was computed for it. */
interface Queue {
  readonly to: VmagentDestination;
  /** How much of what is scraped is written there. */
  readonly share: number;
  readonly bytes: number;
}

export class Vmagent extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  private readonly workload: Workload;

  public constructor(scope: Platform, id: string, props: VmagentProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: "Scrapes the platform's own metrics (vmagent), with a queue on disk",
    });
    const interval = props.interval ?? VMAGENT_DEFAULTS.interval;
    checkDeclared(this, props, interval);
    checkDestinations(this, 'destinations', props.destinations);
    const queues = this.queues(props, interval);
    const config = this.config(props, interval);
    const { files, mounts } = destinationFiles(this, CONFIG_DIR, props.destinations);
    if (props.cluster !== undefined) addClusterTargets(scope, props.cluster);
    addOperatorTargets(scope, props.operators ?? []);
    this.workload = new Workload(this, id, {
      kind: 'StatefulSet',
      // One: two would scrape everything twice. While it restarts, targets keep their counters.
      replicas: 1,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      identity: scrapePermissions(scrapedNamespaces(props), props.cluster),
      claims: [{ name: 'queue', ...props.volume }],
      container: {
        image: CATALOG.vmagent,
        args: goFlags({
          'promscrape.config': `${CONFIG_DIR}/scrape.yml`,
          'promscrape.config.strictParse': true,
          // A pod with several ports is found once for each of them.
          'promscrape.suppressDuplicateScrapeTargetErrors':
            props.cluster?.annotatedPods === undefined ? undefined : true,
          'remoteWrite.relabelConfig': fileOf('relabel.yml', props.relabel),
          'streamAggr.config': fileOf('aggregation.yml', props.aggregate),
          // What is repeated belongs together by its order: the first of each is the first destination's.
          'remoteWrite.url': queues.map(({ to }) => to.remoteWrite.url),
          'remoteWrite.bearerTokenFile': eachOrNone(files.map(({ secretFile }) => secretFile)),
          'remoteWrite.tlsCAFile': eachOrNone(files.map(({ caFile }) => caFile)),
          'remoteWrite.streamAggr.dedupInterval': eachOrNone(
            queues.map(({ to }) => to.aggregate && `${to.aggregate.interval.toSeconds()}s`),
          ),
          'remoteWrite.tmpDataPath': QUEUE_DIR,
          'remoteWrite.maxDiskUsagePerURL': queues.map(({ bytes }) => bytes),
          loggerFormat: 'json',
        }),
        resources: props.resources ?? VMAGENT_DEFAULTS.resources,
        probes: { readiness: { http: '/health', port: PORT } },
        configs: [{ mountPath: CONFIG_DIR, config }],
        ...mounts,
        volumes: [{ claim: 'queue', mountPath: QUEUE_DIR }],
      },
    });
    this.metrics = this.workload.listenForScrapes({
      name: 'http',
      port: PORT,
    });
    this.workload.connect(props.kubernetesApi, {
      signals: ['coordination'],
      purpose: 'pods to scrape',
      credential: { kind: 'token' },
    });
    scope.whenComplete(() => {
      const jobs = scrapeJobs(scope.graph);
      connectTargets(this.workload, jobs);
      this.write(queues, this.scraped(props, jobs, interval));
    });
  }

  private queues({ volume, destinations }: VmagentProps, interval: Duration): Queue[] {
    const bytes = Math.floor(bytesOf(volume.size) * QUEUE_SHARE);
    if (bytes < LEAST_QUEUE_BYTES * destinations.length) {
      const each = destinations.length === 1 ? '' : ` for each of ${destinations.length} destinations`;
      this.problem({
        property: 'volume.size',
        value: humanBytes(bytesOf(volume.size)),
        rule: `the queue takes ${QUEUE_SHARE * 100} % of it and needs ${humanBytes(LEAST_QUEUE_BYTES)} at least${each}`,
        remedy: `give ${destinations.length} GiB or more`,
      });
    }
    const shares = destinations.map(({ aggregate }) => writtenShare(interval, aggregate?.interval));
    const sizes = queueSizes(bytes, shares);
    return destinations.map((to, i) => ({ to, share: shares[i] ?? 1, bytes: sizes[i] ?? 0 }));
  }

  private config(props: VmagentProps, interval: Duration): MountedConfig {
    const scope = this.platform;
    const { labels, drop = [], relabel = [], aggregate = [] } = props;
    return this.deferredConfigMap(`${this.node.id}-config`, () => [
      ConfigFile.yaml(
        scope,
        'scrape.yml',
        renderScrapeConfig({
          jobs: visibleJobs(this, props),
          intervalSeconds: interval.toSeconds(),
          labels,
          drop,
        }),
      ),
      ...(relabel.length === 0 ? [] : [ConfigFile.yaml(scope, 'relabel.yml', relabel)]),
      ...(aggregate.length === 0
        ? []
        : [ConfigFile.yaml(scope, 'aggregation.yml', renderAggregation(aggregate))]),
    ]);
  }

  private scraped({ declared }: VmagentProps, jobs: readonly ScrapeJob[], interval: Duration): Load {
    const targets = jobs.reduce((sum, job) => sum + job.targets, 0);
    const eventsPerSecond =
      declared?.samplesPerSecond ?? (targets * SAMPLES_PER_TARGET) / interval.toSeconds();
    this.derived(
      'samples scraped each second',
      Math.round(eventsPerSecond),
      declared === undefined
        ? `${SAMPLES_PER_TARGET} from each target of ${jobs.length} jobs every ${interval.toSeconds()} s`
        : `declared, of ${declared.activeSeries} series every ${interval.toSeconds()} s`,
    );
    return { eventsPerSecond, bytesPerSecond: eventsPerSecond * BYTES_PER_SAMPLE };
  }

  private write(queues: readonly Queue[], scraped: Load): void {
    for (const { to, share, bytes } of queues) {
      const load = scaleLoad(scraped, share);
      this.workload.connect(to.remoteWrite, {
        signals: ['metrics'],
        purpose: "the platform's own metrics",
        delivery: Delivery.diskQueue(Size.kibibytes(Math.floor(bytes / 1024)), 1, 'loses'),
        load,
        ...(to.credential === undefined ? {} : { credential: to.credential }),
      });
    }
  }
}

function fileOf(name: string, content: readonly unknown[] | undefined): string | undefined {
  return content === undefined || content.length === 0 ? undefined : `${CONFIG_DIR}/${name}`;
}

/** A value for every destination, empty where it has none: a single one would hold for all. */
function eachOrNone(values: readonly (string | undefined)[]): string[] | undefined {
  return values.every((value) => value === undefined) ? undefined : values.map((value) => value ?? '');
}
