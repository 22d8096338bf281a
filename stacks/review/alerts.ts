/** What somebody is told of, by whom, and which components it can be about. */
import { componentFinder } from '../../constructs/alert/owners';
import type { EvaluatedAlert, Platform } from '../../constructs/core/platform';
import type { AlertEntry } from './review-document';

export function alertEntries(platform: Platform): AlertEntry[] {
  const componentsOf = componentFinder(platform);
  const taken = new Set<string>();
  return platform.evaluatedRules.flatMap(({ evaluator, groups }) =>
    groups.flatMap((group) =>
      group.rules.flatMap((rule) => {
        if (!('alert' in rule)) return [];
        const id = `${rule.alert} of ${rule.component}`;
        // Two evaluators may watch the same thing.
        const own = taken.has(id) ? `${id} by ${evaluator}` : id;
        taken.add(own);
        return [alertEntry(own, evaluator, group.name, rule, componentsOf(rule))];
      }),
    ),
  );
}

function alertEntry(
  id: string,
  evaluatedBy: string,
  group: string,
  rule: EvaluatedAlert,
  components: readonly string[],
): AlertEntry {
  const { alert, component, severity, about, teams, expr, holds, summary, description, runbook } = rule;
  return {
    id,
    alert,
    group,
    component,
    components,
    severity,
    about,
    teams,
    expr,
    forSeconds: holds.toSeconds(),
    summary,
    description,
    runbook,
    evaluatedBy,
  };
}
