/** What somebody is told of, by whom, and which components it can be about. */
import type { EvaluatedAlert, Platform } from '../../constructs/core/platform';
import { scrapeJobs } from '../../constructs/core/scrape-jobs';
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
  const { alert, component, severity, about, team, expr, holds, summary, description, runbook } = rule;
  return {
    id,
    alert,
    group,
    component,
    components,
    severity,
    about,
    team,
    expr,
    forSeconds: holds.toSeconds(),
    summary,
    description,
    runbook,
    evaluatedBy,
  };
}

/** An alert names workloads, scrape jobs or components. */
function componentFinder(platform: Platform): (alert: EvaluatedAlert) => string[] {
  const names = new Map<string, string>();
  for (const { name, endpoint } of scrapeJobs(platform.graph)) names.set(name, endpoint.owner.componentName);
  for (const { id, componentName } of platform.graph.parties) names.set(id, componentName);
  const components = platform.components.map(({ node }) => node.id);
  for (const name of components) names.set(name, name);
  return ({ component, jobs = [component] }) => [
    ...new Set(
      jobs.flatMap((name) => {
        const found = names.get(name);
        // An outsider that is scraped is no component.
        return found !== undefined && components.includes(found) ? [found] : [];
      }),
    ),
  ];
}
