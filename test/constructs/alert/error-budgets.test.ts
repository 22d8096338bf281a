/**
 * Error budgets: burn rates and windows by arithmetic, as The Site Reliability Workbook has them.
 */
import {
  BURNS,
  burnRate,
  errorBudgets,
  PERIOD_HOURS,
  shortHours,
} from '../../../constructs/alert/error-budgets';
import { OBJECTIVES } from '../../../constructs/alert/objectives';
import type { AlertContext } from '../../../constructs/alert/programs/program-alert';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';

it('has the workbook\u2019s burn rates and windows', () => {
  expect(BURNS.map((burn) => [burn.longHours, shortHours(burn), burnRate(burn)])).toEqual([
    [1, 1 / 12, 14.4],
    [6, 0.5, 6],
    [24, 2, 3],
    [72, 6, 1],
  ]);
});

describe.each(BURNS)('a burn over $longHours h', (burn) => {
  it('spends, when it fires at its rate for its window, just the part of the budget that it says', () => {
    expect((burnRate(burn) * burn.longHours) / PERIOD_HOURS).toBeCloseTo(burn.spent, 6);
  });

  it.each(OBJECTIVES)('can be reached with $name', ({ target }) => {
    // More than all events cannot be bad.
    expect(burnRate(burn) * (1 - target)).toBeLessThan(1);
  });
});

it('has no rules where nothing is promised', () => {
  const { platform } = synthesisOf('hub-dev');
  const nothing: AlertContext = {
    platform,
    evaluatedBy: 'vmalert',
    workloads: [],
    jobs: [],
    selector: '',
    selectorOf: () => '',
    jobsOf: () => [],
    by: () => 'by ()',
    on: () => 'on ()',
  };
  expect(errorBudgets(nothing)).toEqual([]);
});

/** What an environment promises, in the order of the flow. */
const PROMISES: Readonly<Record<string, readonly string[]>> = {
  anton: ['ingest-availability', 'delivery', 'log-completeness', 'log-freshness', 'log-query-availability'],
  'hub-infra': ['delivery', 'metrics-availability', 'dashboard-availability'],
  'hyperion-prod': [
    'ingest-availability',
    'delivery',
    'log-completeness',
    'log-freshness',
    'metrics-availability',
    'log-query-availability',
    'trace-query-availability',
    'dashboard-availability',
  ],
  'telemetry-prod': ['ingest-availability', 'api-availability', 'dashboard-availability'],
  'epiphany-prod': ['front-availability', 'dashboard-availability'],
};

it.each(Object.entries(PROMISES))('%s promises what it can measure', (environment, promises) => {
  expect(promisesOf(environment)).toEqual(promises);
});

it('every environment that evaluates promises something', () => {
  const silent = ENVIRONMENT_NAMES.filter((name) => promisesOf(name).length === 0);
  expect(silent).toEqual(['hub-dev', 'hub-staging', 'hub-prod']);
});

function promisesOf(environment: string): string[] {
  return synthesisOf(environment)
    .platform.evaluatedRules.flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
    .flatMap((rule) =>
      'record' in rule && rule.record === 'objective:errors:budget' && 'labels' in rule
        ? String((rule.labels as Record<string, string>).objective)
        : [],
    );
}
