/**
 * Comparing amounts as they stand in manifests and configuration: sizes, counts, durations, lists.
 */

/** A size or a count that went down, or is gone. */
export function isSmaller(before: unknown, after: unknown): boolean {
  const [old, fresh] = [quantity(before), quantity(after)];
  return old !== undefined && (fresh === undefined || fresh < old);
}

/**
 * A time for which something is kept that went down. None before means without limit; none afterwards means whatever
 * the program holds right, which may be less.
 */
export function isShorter(before: unknown, after: unknown): boolean {
  if (after === undefined) return true;
  const [old, fresh] = [duration(before), duration(after)];
  return fresh === undefined || (old ?? Number.POSITIVE_INFINITY) > fresh;
}

/** Something that is gone, or a list of which something is gone. */
export function isNarrower(before: unknown, after: unknown): boolean {
  if (before === undefined) return false;
  if (!Array.isArray(before) || !Array.isArray(after)) return true;
  const kept = new Set(after.map((element) => JSON.stringify(element)));
  return before.some((element) => !kept.has(JSON.stringify(element)));
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  // Prometheus and Elasticsearch count in powers of two.
  ...Object.fromEntries(
    ['kb', 'mb', 'gb', 'tb'].flatMap((unit, i) => [
      [unit, 1024 ** (i + 1)],
      [unit.toUpperCase(), 1024 ** (i + 1)],
    ]),
  ),
};

/** Kubernetes' notation: `64Gi`, `500m`, `3`; and that of Prometheus' and Elasticsearch's sizes: `13107MB`, `2457mb`. */
export function quantity(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(value) : null;
  const unit = SIZE_UNITS[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

const SECONDS: Readonly<Record<string, number>> = {
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

const SQL_SECONDS: Readonly<Record<string, number>> = {
  SECOND: 1,
  MINUTE: 60,
  HOUR: 3600,
  DAY: 86_400,
  WEEK: 604_800,
  MONTH: 2_592_000,
  QUARTER: 7_776_000,
  YEAR: 31_536_000,
};

/** `168h`, `1h30m`, `14d`, a bare number, or the interval of a ClickHouse TTL. Zero and less mean without limit. */
export function duration(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  const plain = Number(text);
  if (text !== '' && !Number.isNaN(plain)) return plain <= 0 ? Number.POSITIVE_INFINITY : plain;
  const sql = /toInterval(\w+)\((\d+)\)|INTERVAL\s+(\d+)\s+(\w+)/i.exec(text);
  if (sql !== null) {
    const seconds = SQL_SECONDS[(sql[1] ?? sql[4] ?? '').toUpperCase()];
    return seconds === undefined ? undefined : Number(sql[2] ?? sql[3]) * seconds;
  }
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)];
  const seconds = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (SECONDS[unit ?? ''] ?? 0),
    0,
  );
  return seconds === 0 ? Number.POSITIVE_INFINITY : seconds;
}
