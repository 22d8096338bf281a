/**
 * Which series an environment's store has, as its scrape configuration (the rendered one) makes them of what the programs
 * expose: one group for each job, with the labels that scraping adds.
 */
import { parse } from 'yaml';
import { scrapeJobs } from '../../constructs/core/scrape-jobs';
import { listAt, textAt } from '../../stacks/manifest-data';
import type { Synthesis } from '../../stacks/synthesis';
import { inventoryOf, seriesOf } from './inventory';
import { programsOf } from './program-of-job';

export interface SeriesGroup {
  /** Who makes them, for people: `job loki of hyperion-dev`. */
  readonly from: string;
  /** Labels whose value is known, the same on every series. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly series: ReadonlyMap<string, ReadonlySet<string> | 'any labels'>;
}

/** Every scraper adds these about each target. Source: "Jobs and instances" of Prometheus' documentation. */
const ABOUT_SCRAPES = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];
/** Further ones of vmagent. Source: its documentation, "Automatically generated metrics". */
const ABOUT_SCRAPES_OF_VMAGENT = ['scrape_response_size_bytes', 'scrape_timeout_seconds'];
/** What the Prometheus operator adds for a ServiceMonitor. Source: its `promcfg.go`, generateServiceMonitorConfig. */
const OF_SERVICE_MONITORS = ['job', 'instance', 'namespace', 'pod', 'service', 'container', 'endpoint'];

/** As a scraper knows one job. */
interface Scraping {
  readonly job: string;
  readonly target: readonly string[];
  readonly honours: boolean;
  readonly dropped: readonly RegExp[];
  readonly external: Readonly<Record<string, string>>;
  readonly about: readonly string[];
}

export function seriesGroups(synthesis: Synthesis): readonly SeriesGroup[] {
  const jobs = scrapeJobs(synthesis.platform.graph);
  return scrapings(synthesis).map((scraping) => {
    const job = jobs.find(({ name }) => name === scraping.job);
    return groupOf(synthesis.environment, scraping, job === undefined ? [] : programsOf(job));
  });
}

/** The rendered configuration of whoever scrapes; where that is an operator, the objects that tell it what to do. */
function scrapings(synthesis: Synthesis): readonly Scraping[] {
  const file = (path: string): unknown => {
    const text = synthesis.files.get(`config/${path}`);
    return text === undefined ? undefined : parse(text);
  };
  const agent = file('vmagent/scrape.yml');
  const prometheus = file('prometheus/prometheus.yml');
  if (agent !== undefined) {
    const external = (agent as { global: { external_labels: Record<string, string> } }).global
      .external_labels;
    return ofFile(agent, external, [...ABOUT_SCRAPES, ...ABOUT_SCRAPES_OF_VMAGENT]);
  }
  // External labels are put on what leaves it, not on what it evaluates.
  if (prometheus !== undefined) return ofFile(prometheus, {}, ABOUT_SCRAPES);
  return ofMonitors(synthesis);
}

function ofFile(
  config: unknown,
  external: Readonly<Record<string, string>>,
  about: readonly string[],
): readonly Scraping[] {
  return listAt(config, 'scrape_configs').map((job) => ({
    job: textAt(job, 'job_name') ?? '',
    target: [
      'job',
      'instance',
      ...listAt(job, 'relabel_configs').flatMap((rule) => textAt(rule, 'target_label') ?? []),
    ].filter((label) => !label.startsWith('__')),
    honours: (job as { honor_labels?: boolean }).honor_labels === true,
    dropped: listAt(job, 'metric_relabel_configs')
      .filter(
        (rule) => textAt(rule, 'action') === 'drop' && listAt(rule, 'source_labels').includes('__name__'),
      )
      .map((rule) => new RegExp(`^(?:${textAt(rule, 'regex') ?? ''})$`)),
    external,
    about,
  }));
}

function ofMonitors({ objects }: Synthesis): readonly Scraping[] {
  return objects
    .filter(({ object }) => object.kind === 'ServiceMonitor')
    .flatMap(({ object }) => listAt(object, 'spec', 'endpoints'))
    .map((endpoint) => {
      const job = listAt(endpoint, 'relabelings').find((rule) => textAt(rule, 'targetLabel') === 'job');
      return {
        job: textAt(job, 'replacement') ?? '',
        ...{ target: OF_SERVICE_MONITORS, honours: false, dropped: [], external: {}, about: ABOUT_SCRAPES },
      };
    });
}

function groupOf(environment: string, scraping: Scraping, programs: readonly string[]): SeriesGroup {
  const { job, target, honours, dropped, external, about } = scraping;
  const added = [...target, ...Object.keys(external)];
  const series = new Map<string, ReadonlySet<string>>(about.map((name) => [name, new Set(added)]));
  for (const program of programs) {
    const inventory = inventoryOf(program);
    if (inventory === undefined) continue;
    for (const [name, labels] of seriesOf(inventory)) {
      if (dropped.some((pattern) => pattern.test(name))) continue;
      const own = [...labels].map((label) =>
        target.includes(label) && !honours ? `exported_${label}` : label,
      );
      series.set(name, new Set([...own, ...added, ...(series.get(name) ?? [])]));
    }
  }
  return { from: `job ${job} of ${environment}`, fixed: { ...external, job }, series };
}
