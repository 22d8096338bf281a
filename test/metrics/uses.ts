/**
 * Where PromQL stands in what an environment renders, and which labels of its answers people are shown: alerts and recorded
 * series in rule files, panels, variables and annotations of dashboards.
 */
import { parse } from 'yaml';
import { fieldsAt, listAt, textAt } from '../../stacks/manifest-data';
import type { Synthesis } from '../../stacks/synthesis';

export interface Use {
  /** For people: `alert LokiDown`, `panel Queue of telemetry-stuck`. */
  readonly where: string;
  /** With Grafana's variables replaced. */
  readonly expr: string;
  /** Labels of the answer that its text names. */
  readonly shown: readonly string[];
}

export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

const RULES = /^config\/[^/]+\/rules\.yml$/;
const DASHBOARDS = /^config\/[^/]*grafana[^/]*\/.+\.json$/;
const TEMPLATE_LABEL = /\$labels\.(\w+)|\.Labels\.(\w+)/g;
const LEGEND_LABEL = /\{\{\s*([a-zA-Z_]\w*)\s*\}\}/g;

export function usesOf(synthesis: Synthesis): readonly Use[] {
  return [...ruleUses(synthesis), ...dashboardUses(synthesis)];
}

export function recordingsOf(synthesis: Synthesis): readonly Recording[] {
  return rulesOf(synthesis).flatMap((rule) => {
    const record = textAt(rule, 'record');
    if (record === undefined) return [];
    return [
      {
        record,
        expr: textAt(rule, 'expr') ?? '',
        labels: fieldsAt(rule, 'labels') as Readonly<Record<string, string>>,
      },
    ];
  });
}

function rulesOf({ files }: Synthesis): readonly unknown[] {
  return [...files]
    .filter(([path]) => RULES.test(path))
    .flatMap(([, text]) => listAt(parse(text), 'groups').flatMap((group) => listAt(group, 'rules')));
}

function ruleUses(synthesis: Synthesis): readonly Use[] {
  return rulesOf(synthesis).map((rule) => {
    const alert = textAt(rule, 'alert');
    const texts = [
      ...Object.values(fieldsAt(rule, 'annotations')),
      ...Object.values(fieldsAt(rule, 'labels')),
    ];
    const component = textAt(rule, 'labels', 'component');
    return {
      where:
        alert === undefined
          ? `recorded series ${textAt(rule, 'record') ?? ''}`
          : `alert ${alert}${component === undefined ? '' : ` of ${component}`}`,
      expr: textAt(rule, 'expr') ?? '',
      shown: named(texts.map(String), TEMPLATE_LABEL),
    };
  });
}

function dashboardUses({ files }: Synthesis): readonly Use[] {
  return [...files]
    .filter(([path]) => DASHBOARDS.test(path))
    .flatMap(([path, text]) => usesInDashboard(path.replace(/^.*\/|\.json$/g, ''), JSON.parse(text)));
}

export function usesInDashboard(name: string, dashboard: unknown): readonly Use[] {
  const panels = listAt(dashboard, 'panels').flatMap((panel) => [panel, ...listAt(panel, 'panels')]);
  const ofPanels = panels.flatMap((panel) =>
    listAt(panel, 'targets')
      .filter((target) => isPrometheus(target, panel))
      .map((target) => ({
        where: `panel “${textAt(panel, 'title') ?? ''}” of ${name}`,
        expr: withoutVariables(textAt(target, 'expr') ?? ''),
        shown: named([textAt(target, 'legendFormat') ?? ''], LEGEND_LABEL),
      })),
  );
  const ofVariables = listAt(dashboard, 'templating', 'list').flatMap((variable) =>
    variableUse(name, variable),
  );
  const ofAnnotations = listAt(dashboard, 'annotations', 'list')
    .filter((annotation) => isPrometheus(annotation, annotation) && textAt(annotation, 'expr') !== undefined)
    .map((annotation) => ({
      where: `annotation “${textAt(annotation, 'name') ?? ''}” of ${name}`,
      expr: withoutVariables(textAt(annotation, 'expr') ?? ''),
      shown: named(
        [textAt(annotation, 'titleFormat') ?? '', textAt(annotation, 'textFormat') ?? ''],
        LEGEND_LABEL,
      ),
    }));
  return [...ofPanels, ...ofVariables, ...ofAnnotations];
}

/** `label_values(series, label)` asks for the series as an expression does. */
function variableUse(name: string, variable: unknown): readonly Use[] {
  if (textAt(variable, 'type') !== 'query' || textAt(variable, 'datasource', 'type') !== 'prometheus')
    return [];
  const query =
    textAt(variable, 'query', 'query') ?? textAt(variable, 'query') ?? textAt(variable, 'definition') ?? '';
  const asked = /^label_values\((?:(.*),)?\s*(\w+)\)$/s.exec(query.trim());
  return [
    {
      where: `variable ${textAt(variable, 'name') ?? ''} of ${name}`,
      expr: withoutVariables(asked === null ? query : (asked[1] ?? 'up')),
      shown: asked?.[2] === undefined ? [] : [asked[2]],
    },
  ];
}

function isPrometheus(target: unknown, panel: unknown): boolean {
  return (textAt(target, 'datasource', 'type') ?? textAt(panel, 'datasource', 'type')) === 'prometheus';
}

const VARIABLE = /\$\{\w+(?::\w+)?\}|\[\[\w+\]\]|\$[A-Za-z_]\w*/g;

/** In quotes a variable may be anything; between brackets it is a duration; elsewhere a number. `$1` is no variable. */
export function withoutVariables(expr: string): string {
  return expr
    .replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => quoted.replace(VARIABLE, '.*'))
    .replace(/\[([^\]"]*)\]/g, (inBrackets) => inBrackets.replace(VARIABLE, '5m'))
    .replace(/\$\{?__(range|interval|rate_interval)\}?(?![_\w])/g, '5m')
    .replace(VARIABLE, '1');
}

function named(texts: readonly string[], pattern: RegExp): readonly string[] {
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, a, b]) => a ?? b ?? ''))),
  ].sort();
}
