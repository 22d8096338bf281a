/**
 * Alerts and recorded series as data, and as the rule file that vmalert and Prometheus read. Every alert says which
 * component it is about, how bad it is, what happens and what to do first.
 */
import type { Duration } from 'cdk8s';
import type { Platform } from '../core/platform';
import { checkOwners, ownershipFinder } from './owners';

/** `critical` wakes somebody; `warning` is for the next working day; `info` is only to be seen. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What kind of trouble an alert is about: the review and the tests ask each component for its own. */
export type About =
  | 'down'
  | 'saturated'
  | 'dropping'
  | 'lagging'
  | 'filling'
  | 'failing'
  | 'age'
  | 'backup'
  | 'replication'
  | 'objective'
  | 'dead-man';

export interface AlertRule {
  /** In CamelCase, unique in the environment together with its component. */
  readonly alert: string;
  /** PromQL, which every reader of the file understands; no MetricsQL. */
  readonly expr: string;
  /** How long it must hold: longer than what mends itself takes. */
  readonly holds: Duration;
  readonly severity: Severity;
  readonly about: About;
  /** The workload or group of workloads that it is about. */
  readonly component: string;
  /** Scrape jobs that it can be about, where `component` is a template; for the review, not in the rule file. */
  readonly jobs?: readonly string[];
  /** One line; may name labels as `{{ $labels.pod }}`. */
  readonly summary: string;
  /** What it means for users, and what to look at first. */
  readonly description: string;
}

export interface RecordingRule {
  /** `level:metric:operation`. */
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  /** @default vmalert's own evaluation interval */
  readonly interval?: Duration;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}

/** What a rule file says of an alert beyond the rule itself, as the environment has it. */
export interface AlertContacts {
  /** Its label `team`: a name, or a template. */
  readonly team: (rule: AlertRule) => string;
  /** Its page. */
  readonly runbook: (rule: AlertRule) => string;
}

export function renderRules(groups: readonly RuleGroup[], contacts: AlertContacts): object {
  return {
    groups: groups.map((group) => ({
      name: group.name,
      ...(group.interval === undefined ? {} : { interval: seconds(group.interval) }),
      rules: group.rules.map((rule) =>
        'alert' in rule ? renderAlert(rule, contacts) : renderRecording(rule),
      ),
    })),
  };
}

/** The same for the component `evaluator`: what is wrong with the groups is reported, and the review learns of them. */
export function renderCheckedRules(
  platform: Platform,
  evaluator: string,
  groups: readonly RuleGroup[],
): object {
  for (const { name, rule } of ruleMistakes(groups)) {
    platform.report(evaluator, {
      property: 'rules',
      value: name,
      rule,
      remedy: 'rename it, or leave one of the two out',
    });
  }
  checkOwners(platform);
  const ownership = ownershipFinder(platform);
  const runbook = ({ alert }: AlertRule): string => `${platform.runbooks}/${runbookFile(alert)}`;
  platform.evaluatedRules.push({
    evaluator,
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) =>
        'alert' in rule ? { ...rule, teams: ownership(rule).teams, runbook: runbook(rule) } : rule,
      ),
    })),
  });
  return renderRules(groups, { team: (rule) => ownership(rule).label, runbook });
}

/** Name of an alert's page under `docs/runbooks/`: `DiskFull` has `disk-full.md`. */
export function runbookFile(alert: string): string {
  return `${alert.replace(/(?<=[a-z0-9])[A-Z]/g, '-$&').toLowerCase()}.md`;
}

/** What is wrong with the groups as a whole, as rule and offending name; the expressions are judged by the programs. */
export function ruleMistakes(
  groups: readonly RuleGroup[],
): { readonly name: string; readonly rule: string }[] {
  const alerts = groups.flatMap((group) => group.rules.filter((rule) => 'alert' in rule));
  return [
    ...repeated(groups.map((group) => group.name)).map((name) => ({
      name,
      rule: 'every group has a name of its own',
    })),
    ...repeated(alerts.map((alert) => `${alert.alert} of ${alert.component}`)).map((name) => ({
      name,
      rule: 'a component has each alert once',
    })),
    ...alerts
      .filter((alert) => !/^([A-Z][a-z0-9]*)+$/.test(alert.alert))
      .map((alert) => ({ name: alert.alert, rule: "an alert's name is in CamelCase" })),
  ];
}

/** A duration as rule files write it, e.g. `300s`. */
function seconds(duration: Duration): string {
  return `${duration.toSeconds()}s`;
}

function renderAlert(rule: AlertRule, contacts: AlertContacts): object {
  return {
    alert: rule.alert,
    expr: rule.expr,
    for: seconds(rule.holds),
    labels: { severity: rule.severity, component: rule.component, team: contacts.team(rule) },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: contacts.runbook(rule),
    },
  };
}

function renderRecording(rule: RecordingRule): object {
  return {
    record: rule.record,
    expr: rule.expr,
    ...(rule.labels === undefined ? {} : { labels: rule.labels }),
  };
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
