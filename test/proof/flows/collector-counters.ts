/** A collector's own counters, from its /metrics. */
import { getText } from './stored-record';

/** Sum over all series of the counter; `undefined` when it has not counted yet. */
export async function readCounter(
  baseUrl: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return sumOf(await getText(`${baseUrl}/metrics`), name, labels);
}

export function sumOf(
  exposition: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  const values = exposition
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
