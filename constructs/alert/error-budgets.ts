/**
 * Objectives as rules: recorded shares of bad events over several windows, and alerts when the budget for errors is spent too
 * fast. Windows and burn rates follow from how much of the budget may be gone before somebody is told: "Alerting on SLOs", The
 * Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 */
import { Duration } from 'cdk8s';
import { OBJECTIVES, type Events, type Objective } from './objectives';
import type { AlertContext } from './programs/program-alert';
import type { AlertRule, RecordingRule, RuleGroup, Severity } from './rules';

/** Over which time the budget is counted, as the objectives are. */
export const PERIOD_HOURS = 30 * 24;

export interface Burn {
  readonly severity: Severity;
  /** Part of the period's budget that is gone when it fires. */
  readonly spent: number;
  readonly longHours: number;
}

/** The workbook's four: two that wake somebody, two that are for the next working day. */
export const BURNS: readonly Burn[] = [
  { severity: 'critical', spent: 0.02, longHours: 1 },
  { severity: 'critical', spent: 0.05, longHours: 6 },
  { severity: 'warning', spent: 0.1, longHours: 24 },
  { severity: 'warning', spent: 0.1, longHours: 72 },
];
/** A twelfth of the long window still has to be bad, so that the alert ends soon after the trouble does. */
const SHORT_SHARE = 1 / 12;
/** The shortest window, in which rates are recorded: ten scrapes. */
const SHORTEST = '5m';

/** How many times faster than evenly the budget is spent. */
export function burnRate({ spent, longHours }: Burn): number {
  return Number(((spent * PERIOD_HOURS) / longHours).toFixed(3));
}

export function shortHours({ longHours }: Burn): number {
  return longHours * SHORT_SHARE;
}

export function errorBudgets(context: AlertContext): RuleGroup[] {
  const promised = OBJECTIVES.flatMap((objective) => {
    const events = objective.events(context);
    return events === undefined ? [] : [{ objective, events }];
  });
  if (promised.length === 0) return [];
  return [
    {
      name: 'objectives',
      rules: [
        ...promised.flatMap(({ objective, events }) => recorded(objective, events)),
        ...windows().map((window) => ({ record: ratio(window), expr: ratioExpr(window) })),
        alert(
          'ErrorBudgetBurnsFast',
          'critical',
          'At this pace the month’s budget is gone within days, or hours. `objective:errors:ratio_rate5m` says which promise is broken now; the dashboard of the objectives has its parts.',
        ),
        alert(
          'ErrorBudgetBurns',
          'warning',
          'A tenth of the month’s budget is gone, and it goes on. Look for what fails a little all the time: one replica, one sender, one route.',
        ),
      ],
    },
  ];
}

function recorded({ name, target }: Objective, { total, bad }: Events): RecordingRule[] {
  const labels = { objective: name };
  return [
    { record: 'objective:total:rate5m', labels, expr: total },
    { record: 'objective:bad:rate5m', labels, expr: bad },
    // Floating-point subtraction leaves digits that nobody means.
    { record: 'objective:errors:budget', labels, expr: `vector(${Number((1 - target).toFixed(6))})` },
  ];
}

/** Of all burns, each once, the shortest first. */
function windows(): string[] {
  const hours = BURNS.flatMap((burn) => [shortHours(burn), burn.longHours]);
  return [...new Set(hours)].sort((a, b) => a - b).map(windowOf);
}

function ratio(window: string): string {
  return `objective:errors:ratio_rate${window}`;
}

/** Sums of recorded rates weigh each moment by its traffic, and cost no more than their own series. */
function ratioExpr(window: string): string {
  if (window === SHORTEST) return 'objective:bad:rate5m / objective:total:rate5m';
  return `sum_over_time(objective:bad:rate5m[${window}]) / sum_over_time(objective:total:rate5m[${window}])`;
}

function alert(name: string, severity: Severity, description: string): AlertRule {
  const conditions = BURNS.filter((burn) => burn.severity === severity).map((burn) => {
    const over = (hours: number): string =>
      `${ratio(windowOf(hours))} > on (objective) ${burnRate(burn)} * objective:errors:budget`;
    return `(${over(burn.longHours)} and on (objective) ${over(shortHours(burn))})`;
  });
  return {
    alert: name,
    about: 'objective',
    expr: `max by (objective) (${conditions.join(' or ')})`,
    // The windows themselves are the wait.
    holds: Duration.minutes(2),
    severity,
    component: '{{ $labels.objective }}',
    summary: '{{ $value | humanizePercentage }} of the events of {{ $labels.objective }} are bad',
    description,
  };
}

/** As PromQL writes it. */
function windowOf(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)}m`;
  return hours % 24 === 0 ? `${hours / 24}d` : `${hours}h`;
}
