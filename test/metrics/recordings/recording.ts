/** One run of real programs of which something is recorded. */
import { parseExposition } from '../exposition';
import type { Metric } from '../inventory';

export interface Recorded {
  /** As the inventory is called. */
  readonly program: string;
  readonly version: string;
  /** Which configuration of it ran, and under what load. */
  readonly from: string;
  readonly standIn?: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

export interface Recording {
  readonly name: string;
  readonly record: () => Promise<readonly Recorded[]>;
}

export async function metricsAt(url: string): Promise<Readonly<Record<string, Metric>>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return parseExposition(await response.text());
}
