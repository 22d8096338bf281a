/**
 * Which number a series has in the file. Called within a transaction only; remembers what it has seen, up to a limit.
 */
import type { Reading } from '../../telemetry/reading';
import type { WriteStatements } from './write-statements';

interface SeriesNumbers {
  readonly metric: number;
  readonly series: number;
}

/** Some 400 bytes each: 40 MB. Whoever has more series looks them up again, which is slower and not wrong. */
const REMEMBERED = 100_000;

export class SeriesRegistry {
  private readonly known = new Map<string, SeriesNumbers>();
  private readonly metrics = new Map<string, number>();
  private epoch: number | undefined;

  public constructor(private readonly statements: WriteStatements) {}

  /** At the start of each transaction: another process may have deleted series. */
  public refresh(): void {
    const { epoch } = this.statements.epoch.get([]) as { epoch: number };
    if (epoch !== this.epoch) this.forget();
    this.epoch = epoch;
  }

  /** After a transaction that did not come to its end: what was found in it may not be in the file. */
  public forget(): void {
    this.known.clear();
    this.metrics.clear();
    this.epoch = undefined;
  }

  public numbersOf({ metric, tags }: Reading): SeriesNumbers {
    // The order of tags is the sender's; an order that was not seen yet costs one look-up.
    const key = metric + JSON.stringify(tags);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const metricNumber = this.metricNumber(metric);
    const numbers = { metric: metricNumber, series: this.seriesNumber(metric, metricNumber, tags) };
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(key, numbers);
    return numbers;
  }

  private metricNumber(name: string): number {
    let number = this.metrics.get(name);
    if (number === undefined) {
      this.statements.addMetric.run([name]);
      number = (this.statements.findMetric.get([name]) as { id: number }).id;
      this.metrics.set(name, number);
    }
    return number;
  }

  private seriesNumber(name: string, metric: number, tags: Reading['tags']): number {
    const { uuid = '', hostname = '', model = '', gpu_id: gpuId = '', device = '' } = tags;
    const canonical = canonicalTags(tags);
    this.statements.addSeries.run([metric, name, uuid, hostname, model, gpuId, device, canonical]);
    return (this.statements.findSeries.get([metric, canonical]) as { id: number }).id;
  }
}

/** The same text for the same tags, in whatever order they came. */
function canonicalTags(tags: Reading['tags']): string {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}
