/**
 * Whose an alert is: the components that it can be about, and the teams that answer for them. Rules bear the team as a label,
 * by which Alertmanager routes.
 */
import type { Platform } from '../core/platform';
import { scrapeJobs } from '../core/scrape-jobs';

/** Whoever runs the platform: the owner of what no other team has. */
const DEFAULT_TEAM = 'platform';

/** What says which components an alert can be about. */
export interface Subject {
  readonly component: string;
  /** Scrape jobs, where `component` is a template. */
  readonly jobs?: readonly string[];
}

export interface Ownership {
  /** All that it can be for. */
  readonly teams: readonly string[];
  /** The label's value: a template where the job decides. */
  readonly label: string;
}

/** An alert names workloads, scrape jobs or components; an outsider that is scraped is no component. */
export function componentFinder(platform: Platform): (alert: Subject) => string[] {
  const names = new Map<string, string>();
  for (const { name, endpoint } of scrapeJobs(platform.graph)) names.set(name, endpoint.owner.componentName);
  for (const { id, componentName } of platform.graph.parties) names.set(id, componentName);
  const components = platform.components.map(({ node }) => node.id);
  for (const name of components) names.set(name, name);
  return ({ component, jobs = [component] }) => [
    ...new Set(
      jobs.flatMap((name) => {
        const found = names.get(name);
        return found !== undefined && components.includes(found) ? [found] : [];
      }),
    ),
  ];
}

/** By the platform's `owners`, of a complete graph. */
export function ownershipFinder(platform: Platform): (alert: Subject) => Ownership {
  const teams = new Map(
    Object.entries(platform.owners).flatMap(([team, components]) =>
      components.map((component) => [component, team] as const),
    ),
  );
  const componentsOf = componentFinder(platform);
  const teamOf = (name: string): string =>
    teams.get(componentsOf({ component: name })[0] ?? name) ?? DEFAULT_TEAM;
  return ({ component, jobs = [component] }) => {
    const byTeam = new Map<string, string[]>();
    for (const job of jobs) {
      const team = teamOf(job);
      byTeam.set(team, [...(byTeam.get(team) ?? []), job]);
    }
    const [first = DEFAULT_TEAM, ...others] = [...byTeam.keys()].sort();
    return { teams: [first, ...others], label: others.length === 0 ? first : labelByJob(byTeam) };
  };
}

/** In the templates that Prometheus and vmalert have in common. Names of jobs are letters, digits and dashes. */
function labelByJob(byTeam: ReadonlyMap<string, readonly string[]>): string {
  const choices = [...byTeam]
    .filter(([team]) => team !== DEFAULT_TEAM)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([team, jobs]) => `if match "^(${jobs.join('|')})$" $labels.job }}${team}{{ `);
  return `{{ ${choices.join('else ')}else }}${DEFAULT_TEAM}{{ end }}`;
}

/** Reports owners of what is not there, and what has two. */
export function checkOwners(platform: Platform): void {
  const components = platform.components.map(({ node }) => node.id);
  const owned = Object.entries(platform.owners).flatMap(([team, names]) =>
    names.map((name) => ({ team, name })),
  );
  for (const [index, { team, name }] of owned.entries()) {
    const other = owned.slice(0, index).find((earlier) => earlier.name === name);
    if (!components.includes(name)) {
      platform.report('', {
        property: `owners.${team}`,
        value: name,
        rule: `a team answers for components of its environment: ${components.join(', ')}`,
        remedy: 'correct the name, or leave it out',
      });
    } else if (other !== undefined) {
      platform.report('', {
        property: `owners.${team}`,
        value: name,
        rule: `one team answers for a component, and this one is of ${other.team} already`,
        remedy: 'leave one of the two out',
      });
    }
  }
}
