/**
 * Tells people when the environment costs more than was meant: at shares of a monthly budget, and when the month is
 * forecast to end above it.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { Output } from '@pulumi/pulumi';
import * as consumption from '@pulumi/azure-native/consumption';
import type { SettingProblem } from '../setting-error';
import { type AzureContext, inLayer } from './context';

export const BudgetSettings = Type.Object(
  {
    /** A month, in the currency of the subscription's bill. */
    monthlyAmount: Type.Number(),
    /** First month that counts, e.g. `2026-12`; Azure does not let it change. */
    firstMonth: Type.String(),
    /** Who is told. */
    contacts: Type.Array(Type.String()),
  },
  { additionalProperties: false },
);
export type BudgetSettings = Static<typeof BudgetSettings>;

/** Early enough to act, at the end, and beyond it. */
const ACTUAL_PERCENT = [50, 80, 100] as const;
const FORECAST_PERCENT = 110;

/** @param nodeResourceGroup AKS' own, where nodes and disks are: most of the bill */
export function makeBudget(
  outer: AzureContext,
  nodeResourceGroup: Output<string>,
  { monthlyAmount, firstMonth, contacts }: BudgetSettings,
): void {
  const context = inLayer(outer, 'Budget');
  const notify = (threshold: number, thresholdType: 'Actual' | 'Forecasted') => ({
    enabled: true,
    operator: 'GreaterThanOrEqualTo',
    threshold,
    thresholdType,
    contactEmails: [...contacts],
  });
  new consumption.Budget(
    context.name('monthly-budget'),
    {
      budgetName: context.name('monthly-budget'),
      scope: `/subscriptions/${context.subscriptionId}`,
      filter: {
        dimensions: {
          name: 'ResourceGroupName',
          operator: 'In',
          values: [context.resourceGroupName, nodeResourceGroup],
        },
      },
      category: 'Cost',
      timeGrain: 'Monthly',
      amount: monthlyAmount,
      timePeriod: { startDate: `${firstMonth}-01T00:00:00Z` },
      notifications: {
        ...Object.fromEntries(
          ACTUAL_PERCENT.map((percent) => [`actual-${percent}`, notify(percent, 'Actual')]),
        ),
        [`forecast-${FORECAST_PERCENT}`]: notify(FORECAST_PERCENT, 'Forecasted'),
      },
    },
    context.options,
  );
}

export function checkBudget(
  { monthlyAmount, firstMonth, contacts }: BudgetSettings,
  path: string,
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (!(monthlyAmount > 0)) {
    problems.push({
      path,
      property: 'monthlyAmount',
      value: monthlyAmount,
      rule: 'a budget is more than nothing, or it warns from the first hour',
      remedy: 'set what the environment may cost a month',
    });
  }
  if (!/^20\d\d-(0[1-9]|1[0-2])$/.test(firstMonth)) {
    problems.push({
      path,
      property: 'firstMonth',
      value: firstMonth,
      rule: 'a budget begins with a month, written like 2026-12',
      remedy: 'set the month of the first deployment, and leave it',
    });
  }
  if (contacts.length === 0) {
    problems.push({
      path,
      property: 'contacts',
      value: contacts,
      rule: 'somebody has to be told when the budget runs out',
      remedy: 'name at least one mail address',
    });
  }
  for (const contact of contacts.filter((one) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(one))) {
    problems.push({
      path,
      property: 'contacts',
      value: contact,
      rule: 'a contact is a mail address',
      remedy: 'write it like platform@example.com',
    });
  }
  return problems;
}
