/** The page of all alerts: each once, with where it is evaluated and what it can be about. */
import type { EvaluatedAlert } from '../constructs/core/platform';
import type { Environments } from '../stacks/environment';
import { code, sorted, stacked, table } from './environment-page/markdown';

interface Listed {
  readonly alert: EvaluatedAlert;
  readonly environments: ReadonlySet<string>;
  /** Components by name; templates replaced by the scrape jobs that they stand for. */
  readonly components: ReadonlySet<string>;
  readonly severities: ReadonlySet<string>;
}

/** More of them would make the line a list of the environment's components, which its page is. */
const MOST_COMPONENTS = 8;

export function alertsPage(environments: Environments): string {
  const listed = alertsOf(environments);
  return [
    '<!-- Written by `npm run docs`. -->',
    '# All alerts',
    'Every alert of every environment, by what it is about. Its name leads to its [runbook](runbooks/README.md); what to do with a ' +
      'page stands in the guide for whoever is [on call](guides/on-call.md). Expressions and texts are in the ' +
      'environments’ `rules.yml`, and on the review page.',
    ...sorted([...listed.values()].map(({ alert }) => alert.about)).map((about) => section(about, listed)),
  ]
    .join('\n\n')
    .concat('\n');
}

function section(about: string, listed: ReadonlyMap<string, Listed>): string {
  const names = sorted([...listed].filter(([, { alert }]) => alert.about === about).map(([name]) => name));
  const rows = names.flatMap((name) => {
    const found = listed.get(name);
    if (found === undefined) return [];
    const file = found.alert.runbook.split('/').at(-1) ?? '';
    return [
      [
        `[${name}](runbooks/${file})`,
        sorted(found.severities).join(', '),
        componentsText(sorted(found.components)),
        stacked(sorted(found.environments).map(code)),
      ],
    ];
  });
  return `## ${about}\n\n${table(['alert', 'severity', 'about', 'evaluated in'], rows)}`;
}

function componentsText(components: readonly string[]): string {
  const shown = components.slice(0, MOST_COMPONENTS).map(code).join(', ');
  const more = components.length - MOST_COMPONENTS;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function alertsOf(environments: Environments): ReadonlyMap<string, Listed> {
  const listed = new Map<
    string,
    { alert: EvaluatedAlert; environments: Set<string>; components: Set<string>; severities: Set<string> }
  >();
  for (const [environment, { build }] of Object.entries(environments)) {
    const alerts = build().evaluatedRules.flatMap(({ groups }) =>
      groups.flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule] : []))),
    );
    for (const alert of alerts) {
      const known = listed.get(alert.alert) ?? {
        alert,
        environments: new Set(),
        components: new Set(),
        severities: new Set(),
      };
      known.environments.add(environment);
      known.severities.add(alert.severity);
      for (const component of componentsOf(alert)) known.components.add(component);
      listed.set(alert.alert, known);
    }
  }
  return listed;
}

function componentsOf({ component, jobs = [] }: EvaluatedAlert): readonly string[] {
  return component.includes('{{') ? jobs : [component];
}
