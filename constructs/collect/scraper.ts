/**
 * What vmagent and Prometheus have in common: where they look for targets, what they scrape, and what that amounts to.
 */
import type { Duration } from 'cdk8s';
import type { Component } from '../core/component';
import type { Endpoint } from '../core/endpoint';
import { scrapeJobs, type ScrapeJob } from '../core/scrape-jobs';
import type { Workload } from '../core/workload';
import type { ClusterScrapes } from './cluster-scrapes';
import { namespacesOf, type WatchedOperator } from './operator-scrapes';

export interface ScraperProps {
  /** Where it learns of targets. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** The platform's namespaces: in these, and in no other, it may look for the platform's pods. */
  readonly scrapes: readonly string[];
  /** What it scrapes beside the platform. @default nothing */
  readonly cluster?: ClusterScrapes;
  /** Operators of the cluster that keep the platform's certificates and secrets, and are watched with it. @default none */
  readonly operators?: readonly WatchedOperator[];
  /**
   * What it all gives.
   * @default estimated from the number of targets; with `cluster` there is none, for nobody can count the nodes here
   */
  readonly declared?: DeclaredSeries;
  /** Whence series and alerts come: an operator's decision. */
  readonly labels: { readonly cluster: string; readonly environment: string };
  /** Regular expressions of metric names that are thrown away where they are scraped. @default none */
  readonly drop?: readonly string[];
}

export interface DeclaredSeries {
  readonly activeSeries: number;
  readonly samplesPerSecond: number;
}

/** Series come and go, and targets have intervals of their own: the documented workloads are within a tenth. */
const DECLARED_TOLERANCE = 0.25;

/** Where it may find pods. */
export function scrapedNamespaces({ scrapes, operators = [] }: ScraperProps): readonly string[] {
  return [...scrapes, ...namespacesOf(operators)];
}

/** The jobs in the namespaces that it may look into, and the cluster's; the others are reported. */
export function visibleJobs(scraper: Component, props: ScraperProps): readonly ScrapeJob[] {
  const scrapes = scrapedNamespaces(props);
  const jobs = scrapeJobs(scraper.platform.graph);
  const isHidden = ({ namespace }: ScrapeJob): boolean =>
    namespace !== undefined && !scrapes.includes(namespace);
  const hidden = jobs.filter(isHidden);
  if (hidden.length > 0) {
    scraper.platform.report(scraper, {
      property: 'scrapes',
      value: scrapes,
      rule: `there are metrics in ${[...new Set(hidden.map((job) => job.namespace))].join(', ')} too: ${hidden.map((job) => job.name).join(', ')}`,
      remedy: 'add the namespace',
    });
  }
  return jobs.filter((job) => !isHidden(job));
}

export function connectTargets(workload: Workload, jobs: readonly ScrapeJob[]): void {
  for (const { endpoint } of jobs) {
    workload.connect(endpoint, {
      signals: ['metrics'],
      purpose: 'scrape',
      ...(endpoint.auth.kind === 'token' ? { credential: { kind: 'token' } } : {}),
    });
  }
}

export function checkDeclared(
  scraper: Component,
  { cluster, declared }: ScraperProps,
  interval: Duration,
): void {
  if (declared === undefined) {
    if (cluster === undefined) return;
    scraper.platform.report(scraper, {
      property: 'declared',
      value: 'none',
      rule: 'how many nodes and pods a cluster has is not known here, and so not what scraping them gives',
      remedy: 'declare activeSeries and samplesPerSecond of the cluster',
    });
    return;
  }
  const expected = declared.activeSeries / interval.toSeconds();
  if (Math.abs(declared.samplesPerSecond - expected) <= expected * DECLARED_TOLERANCE) return;
  scraper.platform.report(scraper, {
    property: 'declared.samplesPerSecond',
    value: declared.samplesPerSecond,
    rule: `${declared.activeSeries} series scraped every ${interval.toSeconds()} s give ${Math.round(expected)} samples/s`,
    remedy: 'correct activeSeries, samplesPerSecond or the interval',
  });
}
