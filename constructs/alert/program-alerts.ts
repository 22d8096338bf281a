/**
 * The alerts of whatever runs in an environment, read off its graph: a component whose program is known here needs no
 * line anywhere.
 */
import type { Platform } from '../core/platform';
import { scrapeJobs, type ScrapeJob } from '../core/scrape-jobs';
import { Workload } from '../core/workload';
import { DEAD_MAN_GROUP } from './dead-man';
import { errorBudgets } from './error-budgets';
import { ALL_PROGRAM_ALERTS } from './programs/all';
import { programsOf, type AlertContext, type Evaluator, type ProgramAlerts } from './programs/program-alert';
import { resourceAlerts } from './resources';
import type { AlertRule, RuleGroup } from './rules';

export interface ProgramAlertsProps {
  readonly evaluatedBy: Evaluator;
  /** Labels of every series of the platform, where the store holds others' too. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether the store holds series of several clusters with the same programs, told apart by `cluster`. @default false */
  readonly manyClusters?: boolean;
}

/** Of a complete graph: call it when everything else is there. */
export function programAlerts(platform: Platform, props: ProgramAlertsProps): RuleGroup[] {
  const everything = contextOf(platform, [], props);
  return [
    DEAD_MAN_GROUP,
    ...ALL_PROGRAM_ALERTS.flatMap((program) => groupsOf(platform, program, props)),
    ...(props.manyClusters === true ? [] : resourceAlerts(everything)),
    ...errorBudgets(everything),
  ];
}

function groupsOf(platform: Platform, program: ProgramAlerts, props: ProgramAlertsProps): RuleGroup[] {
  const context = contextOf(platform, program.programs, props);
  const isThere =
    context.workloads.length > 0 || context.jobs.length > 0 || program.runsIn?.(platform) === true;
  if (!isThere) return [];
  const jobs = context.jobs.map(({ name }) => name);
  return program.groups(context).map((group) => ({
    ...group,
    rules: group.rules.map((rule) =>
      'alert' in rule ? ofCluster(withJobs(rule, jobs), props.manyClusters ?? false) : rule,
    ),
  }));
}

function contextOf(
  platform: Platform,
  programs: readonly string[],
  { evaluatedBy, labels = {}, manyClusters = false }: ProgramAlertsProps,
): AlertContext {
  const all = scrapeJobs(platform.graph);
  const jobsOf = (...names: readonly string[]): readonly ScrapeJob[] =>
    all.filter(({ name, endpoint: { owner } }) =>
      owner instanceof Workload ? isOneOf(programsOf(owner), names) : names.includes(name),
    );
  const selectorOf = (jobs: readonly ScrapeJob[]): string =>
    [
      matcher(
        'job',
        jobs.map(({ name }) => name),
      ),
      ...Object.entries(labels).map(([name, value]) => matcher(name, [value])),
    ].join(', ');
  const kept = (names: readonly string[]): string =>
    [...(manyClusters ? ['cluster'] : []), ...names].join(', ');
  const jobs = jobsOf(...programs);
  return {
    platform,
    evaluatedBy,
    workloads: platform.graph.parties.filter(
      (party): party is Workload => party instanceof Workload && isOneOf(programsOf(party), programs),
    ),
    jobs,
    selector: selectorOf(jobs),
    selectorOf,
    jobsOf,
    by: (...names) => `by (${kept(names)})`,
    on: (...names) => `on (${kept(names)})`,
  };
}

/** A template says which job it is about only when it fires; the review wants to know before. */
function withJobs(rule: AlertRule, jobs: readonly string[]): AlertRule {
  return rule.component.includes('{{') ? { jobs, ...rule } : rule;
}

/**
 * Every alert carries the cluster of whoever evaluates it as `cluster`; the one that it is about is its `spoke`.
 */
function ofCluster(rule: AlertRule, manyClusters: boolean): AlertRule {
  if (!manyClusters) return rule;
  return {
    ...rule,
    expr: `label_replace(${rule.expr}, "spoke", "$1", "cluster", "(.+)")`,
    summary: `${rule.summary} (cluster {{ $labels.spoke }})`,
  };
}

function isOneOf(programs: readonly string[], wanted: readonly string[]): boolean {
  return programs.some((program) => wanted.includes(program));
}

/** Names of jobs, clusters and namespaces are letters, digits and dashes: nothing to escape but a dot. */
function matcher(label: string, values: readonly string[]): string {
  const [first = ''] = values;
  if (values.length === 1) return `${label}=${JSON.stringify(first)}`;
  return `${label}=~${JSON.stringify(values.map((value) => value.replaceAll('.', '[.]')).join('|'))}`;
}
