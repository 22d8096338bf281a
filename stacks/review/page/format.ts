/**
 * Numbers, times and sizes as people read them. The languages of browsers differ, the page does not: English, and what
 * cannot be said is a dash.
 */
const KIBI = 1024;
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const NONE = '–';

/** `12,500`, `0.4`; at most so many digits after the point. */
export function count(value: number, digits = 0): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** `3 pods`, `1 pod`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `12.5 GiB`; three digits that matter. */
export function bytes(value: number): string {
  let power = 0;
  while (Math.abs(value) / KIBI ** power >= KIBI && power < BYTE_UNITS.length - 1) power += 1;
  const scaled = value / KIBI ** power;
  return `${count(scaled, Math.abs(scaled) < 100 && power > 0 ? 1 : 0)} ${BYTE_UNITS[power] ?? ''}`;
}

/** `250 m`, `1.5 cores`: below one, thousandths of a core are what manifests say. */
export function cpu(millis: number): string {
  if (Math.abs(millis) < 1000) return `${count(millis)} m`;
  return counted(Math.round(millis / 10) / 100, 'core').replace(
    /^[\d,.-]+/,
    count(millis / 1000, Math.abs(millis) < 10_000 ? 2 : 1),
  );
}

/** `90 s`, `30 min`, `2 h 5 min`, `7 d`; the two largest parts, cut and not rounded up: a guarantee is no larger than it is. */
export function seconds(value: number): string {
  if (!Number.isFinite(value)) return 'without limit';
  const whole = Math.floor(value);
  if (whole < 2 * MINUTE) return `${whole} s`;
  if (whole < 2 * HOUR) return parts(whole, MINUTE, 'min', 1, 's');
  if (whole < 2 * DAY) return parts(whole, HOUR, 'h', MINUTE, 'min');
  return parts(whole, DAY, 'd', HOUR, 'h');
}

function parts(value: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((value % large) / small);
  return `${count(Math.floor(value / large))} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

const BYTES_PATH = /bytes"?\]?$/i;

/** A field's value; large counts of bytes with what they amount to: `8820271787 (8.2 GiB)`. */
export function fieldText(path: string, text: string): string {
  if (!BYTES_PATH.test(path) || !/^\d{5,15}$/.test(text)) return text;
  return `${text} (${bytes(Number(text))})`;
}

/** What flows: `12 MiB/s`, with the items where they are known: `12 MiB/s, 4,000 items/s`. */
export function load(value: { readonly itemsPerSecond?: number; readonly bytesPerSecond: number }): string {
  const rate = `${bytes(value.bytesPerSecond)}/s`;
  return value.itemsPerSecond === undefined ? rate : `${rate}, ${count(value.itemsPerSecond)}/s`;
}

export type AmountUnit = 'cpu' | 'memory' | 'volumes' | 'pods';

export function amount(value: number, what: AmountUnit): string {
  if (what === 'cpu') return cpu(value);
  return what === 'pods' ? count(value) : bytes(value);
}

/** `+2.5 GiB`, with a true minus sign; `±0` where nothing changed. */
export function difference(before: number, after: number, what: AmountUnit): string {
  if (before === after) return '±0';
  return `${after > before ? '+' : '−'}${amount(Math.abs(after - before), what)}`;
}

/** Whole days from one day to the other, both as `2026-07-31`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / (DAY * 1000));
}

/** `in 12 days`, `today`, `3 days ago`. */
export function distance(from: string, to: string): string {
  const days = daysBetween(from, to);
  if (days === 0) return 'today';
  return days > 0 ? `in ${counted(days, 'day')}` : `${counted(-days, 'day')} ago`;
}
