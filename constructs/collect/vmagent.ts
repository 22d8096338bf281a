/**
 * vmagent, the scrape agent: collects the metrics of every workload of the platform, its own included, and writes them
 * to the metrics store; what the store cannot take waits on a volume. What it scrapes is read off the graph when the
 * environment is complete, so it can stand anywhere in a system.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Credential } from '../core/credential';
import { Delivery, type Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { goFlags } from '../core/go-flags';
import type { Platform } from '../core/platform';
import { bytesOf, humanBytes } from '../core/quantity';
import { scrapeJobs, type ScrapeJob } from '../core/scrape-jobs';
import { Workload } from '../core/workload';
import { renderScrapeConfig } from './vmagent-config';

export interface VmagentProps extends ComponentProps {
  readonly remoteWrite: Endpoint<'metrics', 'prometheus-remote-write'>;
  /** @default none */
  readonly credential?: Credential & { kind: 'bearer' };
  /** Where it learns of pods. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** The platform's namespaces: in these, and in no other, it may look for pods. */
  readonly scrapes: readonly string[];
  /** Identity of this cluster in a store that may hold several: an operator's decision. */
  readonly labels: { readonly cluster: string; readonly environment: string };
  /** Volume of the queue: an operator's decision, checked against the outage that the environment declares. */
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
const SECRETS_DIR = '/etc/vmagent-secrets';
const QUEUE_DIR = '/var/lib/vmagent';
/** Of the volume: the rest is for the file system, and for the block that is being written when the limit is reached. */
const QUEUE_SHARE = 0.9;
/** "Calculating disk space for persistence queue", vmagent documentation. */
const LEAST_QUEUE_BYTES = 500 * 1024 ** 2;
/** It writes what is in memory to the queue when it stops. */
const DRAIN_SECONDS = 60;
/** Model parameters: the larger programs here show about so many series, and a compressed block so many bytes each. */
const SAMPLES_PER_TARGET = 1500;
const BYTES_PER_SAMPLE = 10;

export class Vmagent extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  private readonly workload: Workload;

  public constructor(scope: Platform, id: string, props: VmagentProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: "Scrapes the platform's own metrics (vmagent), with a queue on disk",
    });
    const interval = props.interval ?? VMAGENT_DEFAULTS.interval;
    const queueBytes = Math.floor(bytesOf(props.volume.size) * QUEUE_SHARE);
    if (queueBytes < LEAST_QUEUE_BYTES) {
      this.problem({
        property: 'volume.size',
        value: humanBytes(bytesOf(props.volume.size)),
        rule: `the queue takes ${QUEUE_SHARE * 100} % of it and needs ${humanBytes(LEAST_QUEUE_BYTES)} at least`,
        remedy: 'give 1 GiB or more',
      });
    }
    const config = this.deferredConfigMap(`${id}-config`, () => [
      ConfigFile.yaml(
        scope,
        'scrape.yml',
        renderScrapeConfig({
          jobs: this.jobs(props),
          intervalSeconds: interval.toSeconds(),
          labels: props.labels,
        }),
      ),
    ]);
    const token = props.credential === undefined ? undefined : this.secret(props.credential.secret);
    this.workload = new Workload(this, id, {
      kind: 'StatefulSet',
      // One: two would scrape everything twice. While it restarts, targets keep their counters.
      replicas: 1,
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
      claims: [{ name: 'queue', ...props.volume }],
      container: {
        image: CATALOG.vmagent,
        args: goFlags({
          'promscrape.config': `${CONFIG_DIR}/scrape.yml`,
          'promscrape.config.strictParse': true,
          'remoteWrite.url': props.remoteWrite.url,
          'remoteWrite.bearerTokenFile': token === undefined ? undefined : `${SECRETS_DIR}/${token.key}`,
          'remoteWrite.tmpDataPath': QUEUE_DIR,
          'remoteWrite.maxDiskUsagePerURL': queueBytes,
          loggerFormat: 'json',
        }),
        resources: props.resources ?? VMAGENT_DEFAULTS.resources,
        probes: { readiness: { http: '/health', port: PORT } },
        configs: [{ mountPath: CONFIG_DIR, config }],
        ...(token === undefined
          ? {}
          : {
              secretFiles: [{ mountPath: SECRETS_DIR, secretName: token.secretName, keys: [token.key] }],
            }),
        volumes: [{ claim: 'queue', mountPath: QUEUE_DIR }],
      },
    });
    this.metrics = this.workload.listen({
      name: 'http',
      port: PORT,
      protocol: 'prometheus-scrape',
      signals: ['metrics'],
      access: 'read',
      path: '/metrics',
    });
    this.workload.connect(props.kubernetesApi, {
      signals: ['coordination'],
      purpose: 'pods to scrape',
      credential: { kind: 'token' },
    });
    scope.whenComplete(() => {
      this.connect(props, interval, Size.kibibytes(Math.floor(queueBytes / 1024)));
    });
  }

  /** The jobs in the namespaces that it may look into; the others are reported. */
  private jobs(props: VmagentProps): readonly ScrapeJob[] {
    const jobs = scrapeJobs(this.platform.graph);
    const hidden = jobs.filter((job) => !props.scrapes.includes(job.namespace));
    if (hidden.length > 0) {
      this.problem({
        property: 'scrapes',
        value: props.scrapes,
        rule: `there are metrics in ${[...new Set(hidden.map((job) => job.namespace))].join(', ')} too: ${hidden.map((job) => job.name).join(', ')}`,
        remedy: 'add the namespace',
      });
    }
    return jobs.filter((job) => props.scrapes.includes(job.namespace));
  }

  private connect(props: VmagentProps, interval: Duration, queue: Size): void {
    const jobs = scrapeJobs(this.platform.graph);
    for (const { endpoint } of jobs) {
      this.workload.connect(endpoint, { signals: ['metrics'], purpose: 'scrape' });
    }
    const load = scrapeLoad(jobs, interval.toSeconds());
    this.derived(
      'samples scraped each second',
      Math.round(load.eventsPerSecond),
      `${SAMPLES_PER_TARGET} from each target of ${jobs.length} jobs every ${interval.toSeconds()} s`,
    );
    this.workload.connect(props.remoteWrite, {
      signals: ['metrics'],
      purpose: "the platform's own metrics",
      delivery: Delivery.diskQueue(queue, 1, 'loses'),
      load,
      ...(props.credential === undefined ? {} : { credential: props.credential }),
    });
  }
}

function scrapeLoad(jobs: readonly ScrapeJob[], intervalSeconds: number): Load {
  const targets = jobs.reduce((sum, job) => sum + job.targets, 0);
  const eventsPerSecond = (targets * SAMPLES_PER_TARGET) / intervalSeconds;
  return { eventsPerSecond, bytesPerSecond: eventsPerSecond * BYTES_PER_SAMPLE };
}
