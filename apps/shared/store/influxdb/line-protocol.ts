/**
 * Readings as InfluxDB's line protocol: `metric,tag=value,… value=1.5 1758801600000000`, times in microseconds.
 */
import type { Reading } from '../../telemetry/reading';
import { storedName, storedValue } from './tag-names';

/** What separates. Line breaks cannot be escaped: no reading has one (reading.ts). */
const SEPARATORS = /[ ,=]/g;
const MEASUREMENT_SEPARATORS = /[ ,]/g;
/** Of neither kind that needs a thought: a separator, or a backslash at the end (`storedValue`). */
const THOUGHTFUL = /[ ,=\\]/;

export function encodeLines(readings: readonly Reading[]): string {
  const encoder = new LineEncoder();
  let lines = '';
  for (const reading of readings) lines += encoder.encode(reading);
  return lines;
}

/** A tag's name and what stands before its value. */
interface TagPlan {
  readonly name: string;
  readonly before: string;
}

/** Readings of one batch are alike: what was worked out for one does for the next. */
class LineEncoder {
  private names: readonly string[] = [];
  private plan: readonly TagPlan[] = [];
  private metric = '';
  private escapedMetric = '';
  private readonly escapedValues = new Map<string, string>();

  public encode({ metric, tags, value, timeUs }: Reading): string {
    if (metric !== this.metric) {
      this.metric = metric;
      this.escapedMetric = metric.replace(MEASUREMENT_SEPARATORS, '\\$&');
    }
    const names = Object.keys(tags);
    if (!sameTexts(names, this.names)) {
      this.names = names;
      this.plan = planOf(names);
    }
    let line = this.escapedMetric;
    for (const { name, before } of this.plan) {
      const tag = tags[name] ?? '';
      line += before + (THOUGHTFUL.test(tag) ? this.escape(tag) : tag);
    }
    return `${line} value=${value} ${timeUs}\n`;
  }

  private escape(value: string): string {
    let escaped = this.escapedValues.get(value);
    if (escaped === undefined) {
      escaped = escapeTag(storedValue(value));
      this.escapedValues.set(value, escaped);
    }
    return escaped;
  }
}

/** InfluxDB is quicker with sorted tags. */
function planOf(names: readonly string[]): TagPlan[] {
  return names
    .map((name) => ({ name, stored: storedName(name) }))
    .sort((a, b) => (a.stored < b.stored ? -1 : 1))
    .map(({ name, stored }) => ({ name, before: `,${escapeTag(stored)}=` }));
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function escapeTag(text: string): string {
  return text.replace(SEPARATORS, '\\$&');
}
