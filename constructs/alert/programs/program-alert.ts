/**
 * The alerts of one program, as the files of this folder give them: for which programs, and what to say of those that
 * run in an environment.
 */
import { Duration } from 'cdk8s';
import type { Platform } from '../../core/platform';
import type { ScrapeJob } from '../../core/scrape-jobs';
import type { Workload } from '../../core/workload';
import type { RuleGroup } from '../rules';

export type Evaluator = 'vmalert' | 'prometheus';

export interface ProgramAlerts {
  /**
   * Names in the catalogue: the groups are made where a container of the environment runs one of them. Or names of scrape
   * jobs that are nobody's workload: `kubelet`, `cadvisor`, `api-server`.
   */
  readonly programs: readonly string[];
  /** For what runs in no container of the environment, and is asked for through something else. @default false */
  readonly runsIn?: (platform: Platform) => boolean;
  readonly groups: (context: AlertContext) => readonly RuleGroup[];
}

export interface AlertContext {
  readonly platform: Platform;
  readonly evaluatedBy: Evaluator;
  /** Those that run one of the programs, in any container. */
  readonly workloads: readonly Workload[];
  /** What of the programs is scraped: of the workloads above, or the cluster's. Empty where none has metrics. */
  readonly jobs: readonly ScrapeJob[];
  /** Matchers of the series of `jobs`, without braces: `job=~"loki|loki-canary"`, and whatever tells the platform's series from others'. */
  readonly selector: string;
  /** The same for other programs' jobs. */
  readonly selectorOf: (jobs: readonly ScrapeJob[]) => string;
  /** The scrape jobs of other programs. */
  readonly jobsOf: (...programs: readonly string[]) => readonly ScrapeJob[];
  /**
   * `by (job, pod)`. Use it in every aggregation that keeps labels: where the store holds several clusters it keeps the
   * cluster, too, and the alert says which one it is about.
   */
  readonly by: (...labels: readonly string[]) => string;
  /** `on (job, pod)`, likewise, for whatever joins two aggregations. */
  readonly on: (...labels: readonly string[]) => string;
}

/** The scraped job bears the workload's name, so that an alert and `ComponentDown` are about the same component. */
export const ITS_WORKLOAD = '{{ $labels.job }}';

/** Longer than a restart or a rolling update of one replica takes. */
export const SOON = Duration.minutes(5);
/** Longer than a burst, for what is only bad when it stays. */
export const LASTING = Duration.minutes(15);

/**
 * The share of requests that fail, by job.
 * @param counter of requests, with a label `status_code`: HTTP has numbers, gRPC calls inside a program have words, which count
 * for neither
 */
export function failedShare({ by, selector }: AlertContext, counter: string): string {
  const requests = (status: string): string =>
    `sum ${by('job')} (rate(${counter}{status_code=~"${status}", ${selector}}[5m]))`;
  return `${requests('5..')} / ${requests('[1-5]..')}`;
}

/** Programs of a workload's containers: init containers count, for they bring what runs in others. */
export function programsOf({ spec }: Workload): readonly string[] {
  const { container, sidecars = [], initContainers = [] } = spec;
  return [container, ...sidecars, ...initContainers].map(({ image }) => image.name);
}
