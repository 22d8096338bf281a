/**
 * What the dashboards of one environment are about: which programs are scraped in it and which data sources Grafana has.
 * A panel is made of what the subject has, so none is there without its data.
 */
import type { Platform } from '../../core/platform';
import { scrapeJobs } from '../../core/scrape-jobs';
import { Workload } from '../../core/workload';
import { alertNamed } from './alert-limits';
import { orNone, promql, RATE_WINDOW, type PromQL } from './panel';

/** Identifiers of the data sources that Grafana has, and what has to be known to ask them. */
export interface Sources {
  readonly metrics: string;
  readonly logs?: string;
  readonly traces?: string;
  readonly traceAnalytics?: string;
  readonly readings?: { readonly uid: string; readonly bucket: string };
}

export interface SubjectProps {
  readonly sources: Sources;
  /** Whether the metrics are of several clusters, which people choose from. @default false */
  readonly manyClusters?: boolean;
  /** Labels of every series of the platform, where the store of metrics holds others' too. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Namespace of the platform's pods, where the logs are theirs. @default the logs are of services (`service_name`) */
  readonly podNamespace?: string;
  /** What is scraped and no component of the platform: Ceph's manager, by the name of the pool that the platform fills. */
  readonly cephPool?: string;
  /** What is asked of the analytics over traces. @default nothing */
  readonly traceQueries?: TraceQueries;
}

/**
 * SQL by name, with ClickHouse's own parameters: `{from:DateTime}`, `{to:DateTime}`, `{limit:UInt32}`
 * (`store/clickhouse/queries.ts`).
 */
export interface TraceQueries {
  readonly services: string;
  readonly edges: string;
  readonly slowTraces: string;
  readonly incompleteTraces: string;
  readonly completeness: string;
}

/** Name of the variable by which people choose clusters. */
export const CLUSTER_VARIABLE = 'cluster';

export class Subject {
  public readonly sources: Sources;
  public readonly manyClusters: boolean;
  public readonly podNamespace: string | undefined;
  public readonly cephPool: string | undefined;
  public readonly traceQueries: TraceQueries | undefined;
  private readonly jobsByProgram = new Map<string, string[]>();
  private readonly scope: readonly string[];

  public constructor(
    private readonly platform: Platform,
    props: SubjectProps,
  ) {
    this.traceQueries = props.traceQueries;
    this.sources = props.sources;
    this.manyClusters = props.manyClusters ?? false;
    this.podNamespace = props.podNamespace;
    this.cephPool = props.cephPool;
    this.scope = [
      ...(this.manyClusters ? [`${CLUSTER_VARIABLE}=~"$${CLUSTER_VARIABLE}"`] : []),
      ...Object.entries(props.labels ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ];
    for (const { name, endpoint } of scrapeJobs(platform.graph)) {
      const { owner } = endpoint;
      // Of what is no workload (kubelet, cadvisor) the job's name is the program's.
      const programs = owner instanceof Workload ? programsOf(owner) : [name];
      for (const program of programs) {
        this.jobsByProgram.set(program, [...(this.jobsByProgram.get(program) ?? []), name]);
      }
    }
  }

  /** Whether any of these programs is scraped. */
  public has(...programs: readonly string[]): boolean {
    return programs.some((program) => this.jobsByProgram.has(program));
  }

  /** What `make` gives, where any of these programs is scraped; otherwise nothing. */
  public where<T>(programs: string | readonly string[], make: () => readonly T[]): readonly T[] {
    return this.has(...[programs].flat()) ? make() : [];
  }

  /** Jobs that scrape these programs, in the order of the graph. */
  public jobs(...programs: readonly string[]): readonly string[] {
    return [...new Set(programs.flatMap((program) => this.jobsByProgram.get(program) ?? []))];
  }

  /** Matcher for the jobs of these programs, for metrics that other programs expose, too. */
  public job(...programs: readonly string[]): string {
    const names = this.jobs(...programs);
    const [first] = names;
    return names.length === 1 ? `job=${JSON.stringify(first)}` : `job=~${JSON.stringify(names.join('|'))}`;
  }

  /** A selector of the platform's own series. */
  public series(metric: string, ...matchers: readonly string[]): string {
    const all = [...matchers, ...this.scope];
    return all.length === 0 ? metric : `${metric}{${all.join(', ')}}`;
  }

  public rate(metric: string, ...matchers: readonly string[]): string {
    return `rate(${this.series(metric, ...matchers)}[${RATE_WINDOW}])`;
  }

  /** Labels that an aggregation keeps: with several clusters always which one, too. */
  public by(labels: string): string {
    const all = [...(this.manyClusters ? ['cluster'] : []), ...split(labels)];
    return all.length === 0 ? '' : ` by (${[...new Set(all)].join(', ')}) `;
  }

  /** `sum by (job, pod) (…)` with its legend. */
  public sum(labels: string, expr: string): PromQL {
    return this.aggregate('sum', labels, expr);
  }

  public max(labels: string, expr: string): PromQL {
    return this.aggregate('max', labels, expr);
  }

  public min(labels: string, expr: string): PromQL {
    return this.aggregate('min', labels, expr);
  }

  /** A sum that is nothing at all while everything is well: then it shows zero. */
  public trouble(labels: string, expr: string): readonly PromQL[] {
    return orNone(this.sum(labels, expr));
  }

  /** Of a histogram, over the labels that are kept. */
  public quantile(share: number, labels: string, metric: string, ...matchers: readonly string[]): PromQL {
    const kept = this.by([...split(labels), 'le'].join(', '));
    return promql(
      `histogram_quantile(${share}, sum${kept}(${this.rate(`${metric}_bucket`, ...matchers)}))`,
      this.legend(labels),
    );
  }

  /** Whether the environment's rules record that series; `ALERTS` where it has any alert. */
  public records(name: string): boolean {
    return this.platform.evaluatedRules
      .flatMap(({ groups }) => groups)
      .flatMap(({ rules }) => rules)
      .some((rule) => ('record' in rule ? rule.record === name : name === 'ALERTS'));
  }

  /** Whether the environment evaluates that alert. */
  public isWatchedBy(alert: string): boolean {
    return alertNamed(this.platform, alert) !== undefined;
  }

  public legend(labels: string): string {
    const all = [...(this.manyClusters ? ['cluster'] : []), ...split(labels)];
    return all.length === 0 ? 'all' : [...new Set(all)].map((label) => `{{${label}}}`).join(' ');
  }

  private aggregate(operator: string, labels: string, expr: string): PromQL {
    return promql(`${operator}${this.by(labels)}(${expr})`, this.legend(labels));
  }
}

/** Init containers count: they bring what runs in others. */
function programsOf({
  spec: { container, sidecars = [], initContainers = [] },
}: Workload): readonly string[] {
  return [...new Set([container, ...sidecars, ...initContainers].map(({ image }) => image.name))];
}

function split(labels: string): string[] {
  return labels.split(/, */).filter((label) => label !== '');
}
