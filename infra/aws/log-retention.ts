/**
 * How long CloudWatch keeps a log.
 */
import type { SettingProblem } from '../setting-error';

/** The periods that CloudWatch Logs knows (API reference, PutRetentionPolicy), from a week to ten years. */
const LOG_DAYS: readonly number[] = [
  7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function checkLogDays(days: number, path: string, property: string): readonly SettingProblem[] {
  if (LOG_DAYS.includes(days)) return [];
  return [
    {
      path,
      property,
      value: days,
      rule: 'CloudWatch Logs keeps a log for certain numbers of days only, and an incident is looked into for at least a week',
      remedy: `take one of ${LOG_DAYS.join(', ')}`,
    },
  ];
}
