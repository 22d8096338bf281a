/**
 * Error budgets: one promise of each environment is broken badly, and then a little for days.
 */
import type { AlertCase, AlertCases, Place } from './case';

/** Series of events, by the first of these programs that the environment has. */
function eventsOf({ jobs }: Place): { objective: string; series: (bad: string) => Record<string, string> } {
  const [door] = jobs('vmauth');
  if (door !== undefined) {
    const own = `job="${door}", pod="a-0", username="grafana"`;
    return {
      objective: 'metrics-availability',
      series: (bad) => ({
        [`vmauth_user_requests_total{${own}}`]: '0+6000x4400',
        [`vmauth_user_request_backend_errors_total{${own}}`]: bad,
      }),
    };
  }
  const [grafana] = jobs('grafana');
  if (grafana !== undefined) {
    const own = `job="${grafana}", pod="g-0", handler="/", method="GET"`;
    return {
      objective: 'dashboard-availability',
      series: (bad) => ({
        [`grafana_http_request_duration_seconds_count{status_code="200", ${own}}`]: '0+6000x4400',
        [`grafana_http_request_duration_seconds_count{status_code="500", ${own}}`]: bad,
      }),
    };
  }
  const own = `job="${jobs('loki-canary')[0] ?? 'loki-canary'}", pod="c-0"`;
  return {
    objective: 'log-completeness',
    series: (bad) => ({
      [`loki_canary_entries_total{${own}}`]: '0+6000x4400',
      [`loki_canary_missing_entries_total{${own}}`]: bad,
    }),
  };
}

export const objectiveCases: AlertCases = (place) => {
  const { objective, series } = eventsOf(place);
  const of = (alert: string, severity: string, bad: string, healthy: string, after: string): AlertCase => ({
    alert,
    series: series(bad),
    silent: series(healthy),
    after,
    fires: { objective, component: objective, severity },
  });
  return [
    // A tenth of all for hours, against a single bad minute.
    of('ErrorBudgetBurnsFast', 'critical', '0+600x200', '0x60 600x140', '3h'),
    // One in a hundred for three days, against one in ten thousand.
    { ...of('ErrorBudgetBurns', 'warning', '0+120x4400', '0+1x4400', '73h'), every: '10m' },
  ];
};
