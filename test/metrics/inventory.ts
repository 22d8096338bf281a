/**
 * What each program exposes at `/metrics`, as kept in this folder: names, types and labels, recorded from the real program
 * or taken from its makers' sources. README.md says how the lists come about.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

export interface Metric {
  readonly type: MetricType;
  /** Without those that belong to the type: `le` of a histogram, `quantile` of a summary. */
  readonly labels: readonly string[];
}

export interface Inventory {
  /** A name of the catalogue, or of what is scraped and is none of the platform's programs. */
  readonly program: string;
  readonly version: string;
  /** Read off the running program, or off its makers' sources where it cannot run here. */
  readonly source: 'recorded' | 'documented';
  /** The program's configurations that were recorded, or the files that were read. */
  readonly from: string;
  /** Why the version is not the catalogue's, where it is another one. */
  readonly standIn?: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** Labels of each series name. */
export type Series = ReadonlyMap<string, ReadonlySet<string>>;

const FOLDER = __dirname;
const read = new Map<string, Inventory | undefined>();

export const INVENTORY_NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

/** Undefined for a program that exposes nothing, or of which nothing is known. */
export function inventoryOf(program: string): Inventory | undefined {
  if (!read.has(program)) {
    const path = join(FOLDER, `${program}.json`);
    read.set(program, existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Inventory) : undefined);
  }
  return read.get(program);
}

/** As they are stored: a histogram is three of them. */
export function seriesOf({ metrics }: Pick<Inventory, 'metrics'>): Series {
  return new Map(Object.entries(metrics).flatMap(([name, metric]) => seriesOfMetric(name, metric)));
}

function seriesOfMetric(name: string, { type, labels }: Metric): [string, ReadonlySet<string>][] {
  const own = new Set(labels);
  switch (type) {
    case 'histogram':
      return [
        [`${name}_bucket`, new Set([...labels, 'le'])],
        [`${name}_sum`, own],
        [`${name}_count`, own],
      ];
    case 'summary':
      return [
        [name, new Set([...labels, 'quantile'])],
        [`${name}_sum`, own],
        [`${name}_count`, own],
      ];
    default:
      return [[name, own]];
  }
}
