/**
 * Tells people by e-mail before a month costs more than they meant. Each environment has an account of its own, so the budget
 * is the account's: a filter by tag would miss what takes no tags, traffic for one.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as budgets from '@pulumi/aws/budgets';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AwsContext } from './context';

export const BudgetSettings = Type.Object(
  {
    /** What a month may cost. */
    monthlyUsd: Type.Number(),
    /** E-mail addresses. */
    notify: Type.Array(Type.String({ minLength: 3 })),
  },
  { additionalProperties: false },
);
export type BudgetSettings = Static<typeof BudgetSettings>;

/** Percent of the budget: early enough to act, and when it is spent or will be. */
const ALERTS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
] as const;

/** AWS Budgets takes ten e-mail addresses for a notification. */
const MOST_ADDRESSES = 10;

export function makeBudget(outer: AwsContext, { monthlyUsd, notify }: BudgetSettings): void {
  const context = inLayer(outer, 'Budget');
  new budgets.Budget(
    context.name('budget'),
    {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      limitAmount: String(monthlyUsd),
      limitUnit: 'USD',
      notifications: ALERTS.map((alert) => ({
        ...alert,
        thresholdType: 'PERCENTAGE',
        comparisonOperator: 'GREATER_THAN',
        subscriberEmailAddresses: [...notify],
      })),
      tags: context.tags,
    },
    context.options,
  );
}

export function checkBudget({ monthlyUsd, notify }: BudgetSettings, path: string): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (monthlyUsd <= 0) {
    problems.push({
      path,
      property: 'monthlyUsd',
      value: monthlyUsd,
      rule: 'a budget is more than nothing: every month would exceed it',
      remedy: 'give what a month of this environment may cost, in US dollars',
    });
  }
  if (notify.length === 0 || notify.length > MOST_ADDRESSES) {
    problems.push({
      path,
      property: 'notify',
      value: notify,
      rule: `AWS Budgets writes to 1 to ${MOST_ADDRESSES} e-mail addresses, and nobody reads an alert that goes to none`,
      remedy: 'name the people or the mailing list who watch the cost',
    });
  }
  return problems;
}
