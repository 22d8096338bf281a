/** Whether what an expression asks for is exposed, with the labels that it uses; and if not, what is missing and what is near. */
import { didYouMean } from '../../stacks/cli/nearest';
import { INVENTORY_NAMES, inventoryOf, seriesOf } from './inventory';
import { analyse, type Matcher, type Selector } from './promql';
import type { SeriesGroup } from './series-groups';
import type { Use } from './uses';

type Labels = ReadonlySet<string> | 'any labels';

interface Found {
  readonly name: string;
  readonly labels: Labels;
  readonly from: string;
}

/** Sentences; none where everything is exposed. */
export function judgeUse(
  environment: string,
  { where, expr, shown }: Use,
  groups: readonly SeriesGroup[],
): readonly string[] {
  const { selectors, mistakes } = analyse(expr, shown);
  const missing = selectors.flatMap((selector) => judgeSelector(selector, groups));
  return [...new Set([...mistakes, ...missing])].map(
    (mistake) => `${environment}: ${where}: ${mistake}\n    in ${expr}`,
  );
}

function judgeSelector(selector: Selector, groups: readonly SeriesGroup[]): readonly string[] {
  const admitted = groups.filter(({ fixed }) => selector.matchers.every((matcher) => admits(matcher, fixed)));
  const found = admitted.flatMap((group) => inGroup(selector, group));
  if (found.length === 0) return [whyNone(selector, groups)];
  const unknown = namedValues(selector, groups);
  if (found.some(({ labels }) => lacking(selector, labels).length === 0)) return unknown;
  const [closest] = found.sort(
    (a, b) => lacking(selector, a.labels).length - lacking(selector, b.labels).length,
  );
  if (closest === undefined) return unknown;
  const labels = closest.labels === 'any labels' ? [] : [...closest.labels];
  return [
    ...unknown,
    ...lacking(selector, closest.labels).map(
      (label) =>
        `${closest.name} (${closest.from}) has no label ${label}; it has ${labels.sort().join(', ') || 'none'}.${didYouMean(label, labels)}`,
    ),
  ];
}

function inGroup({ metric }: Selector, { series, from }: SeriesGroup): Found[] {
  if (typeof metric === 'string') {
    const labels = series.get(metric);
    return labels === undefined ? [] : [{ name: metric, labels, from }];
  }
  return [...series].filter(([name]) => metric.test(name)).map(([name, labels]) => ({ name, labels, from }));
}

function lacking({ labelsUsed }: Selector, labels: Labels): readonly string[] {
  return labels === 'any labels' ? [] : labelsUsed.filter((label) => !labels.has(label));
}

/** Whether a series with these fixed values can match; what is not fixed may be anything. */
function admits({ label, operator, value }: Matcher, fixed: Readonly<Record<string, string>>): boolean {
  const actual = fixed[label];
  if (actual === undefined) return true;
  switch (operator) {
    case '=':
      return actual === value;
    case '!=':
      return actual !== value;
    case '=~':
      return new RegExp(`^(?:${value})$`).test(actual);
    case '!~':
      return !new RegExp(`^(?:${value})$`).test(actual);
  }
}

/** Of `job=~"a|b"`, each that no job is called. */
function namedValues({ matchers }: Selector, groups: readonly SeriesGroup[]): readonly string[] {
  return matchers
    .filter(({ label, operator, value }) => label === 'job' && operator === '=~' && /^[\w|-]+$/.test(value))
    .flatMap(({ value }) => value.split('|').filter((job) => !jobsOf(groups).includes(job)))
    .map((job) => `there is no job ${job}.${didYouMean(job, jobsOf(groups))}`);
}

function whyNone(selector: Selector, groups: readonly SeriesGroup[]): string {
  const name = typeof selector.metric === 'string' ? selector.metric : String(selector.metric);
  const elsewhere = groups.filter((group) => inGroup(selector, group).length > 0).map(({ from }) => from);
  if (elsewhere.length > 0) {
    const jobs = selector.matchers.filter(({ label }) => label === 'job').map(({ value }) => value);
    return `“${selector.text}” matches nothing: ${name} comes from ${elsewhere.join(', ')}.${jobs.map((job) => didYouMean(job, jobsOf(groups))).join('')}`;
  }
  const others = INVENTORY_NAMES.filter((program) => exposes(program, selector));
  if (others.length > 0)
    return `${name} is exposed by ${others.join(', ')}, which does not run here or is not scraped`;
  const [prefix = ''] = name.split('_');
  const names = new Set(
    groups.flatMap(({ series }) => [...series.keys()].filter((each) => each.startsWith(prefix))),
  );
  return `nothing exposes ${name}.${typeof selector.metric === 'string' ? didYouMean(name, [...names]) : ''}`;
}

function exposes(program: string, { metric }: Selector): boolean {
  const inventory = inventoryOf(program);
  if (inventory === undefined) return false;
  const names = seriesOf(inventory);
  return typeof metric === 'string' ? names.has(metric) : [...names.keys()].some((name) => metric.test(name));
}

function jobsOf(groups: readonly SeriesGroup[]): readonly string[] {
  return groups.flatMap(({ fixed }) => fixed.job ?? []);
}
