/** Prometheus' text format → names, types and labels. Values are dropped. Source: "Exposition formats", version 0.0.4. */
import type { Metric, MetricType } from './inventory';

const TYPE_LINE = /^# TYPE (\S+) (\w+)\s*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+\S+(?:\s+\S+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"/g;
const TYPES: ReadonlySet<string> = new Set(['counter', 'gauge', 'histogram', 'summary']);
const PARTS: Readonly<Partial<Record<MetricType, readonly string[]>>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
};
/** Given by the type. */
const OF_TYPE: Readonly<Partial<Record<MetricType, string>>> = { histogram: 'le', summary: 'quantile' };

export function parseExposition(text: string): Readonly<Record<string, Metric>> {
  const types = new Map<string, MetricType>();
  const labels = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const typed = TYPE_LINE.exec(line);
    if (typed !== null) {
      const [, name = '', type = ''] = typed;
      types.set(name, TYPES.has(type) ? (type as MetricType) : 'untyped');
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (sample === null) continue;
    const [, series = '', inBraces = ''] = sample;
    const family = familyOf(series, types);
    const known = labels.get(family) ?? new Set();
    labels.set(family, known);
    for (const [, label = ''] of inBraces.matchAll(LABEL)) known.add(label);
  }
  return Object.fromEntries(
    [...labels].map(([name, found]) => {
      const type = types.get(name) ?? 'untyped';
      return [name, { type, labels: [...found].filter((label) => label !== OF_TYPE[type]).sort() }];
    }),
  );
}

/** Everything that any of them has; the first that knows a type gives it. */
export function merged(all: readonly Readonly<Record<string, Metric>>[]): Readonly<Record<string, Metric>> {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))].sort();
  return Object.fromEntries(
    names.map((name) => {
      const found = all.flatMap((one) => one[name] ?? []);
      const type = found.find((metric) => metric.type !== 'untyped')?.type ?? 'untyped';
      return [name, { type, labels: [...new Set(found.flatMap(({ labels }) => labels))].sort() }];
    }),
  );
}

function familyOf(series: string, types: ReadonlyMap<string, MetricType>): string {
  for (const [type, suffixes] of Object.entries(PARTS)) {
    for (const suffix of suffixes) {
      const name = series.slice(0, -suffix.length);
      if (series.endsWith(suffix) && types.get(name) === type) return name;
    }
  }
  return series;
}
