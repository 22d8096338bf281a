/**
 * Times as exporters write them, to the microsecond and exactly: no `Date`, which ends at milliseconds, and no arithmetic
 * with fractions. What is finer than a microsecond is cut off.
 */
import { MAX_TIME_US } from '../../shared/telemetry/reading';

export const TIME_FORMATS = ['rfc3339', 's', 'ms', 'us'] as const;

export type TimeFormat = (typeof TIME_FORMATS)[number];

/** How many decimal places of the unit make microseconds. */
const PLACES = { s: 6, ms: 3, us: 0 } as const;
const DECIMAL = /^(\d{1,16})(?:\.(\d{1,30}))?$/;
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_S = 86_400;

/** Microseconds since 1970, or undefined when it is no such time, or none between 1970 and 2255. */
export function parseTimeUs(text: string, format: TimeFormat): number | undefined {
  const timeUs = format === 'rfc3339' ? parseRfc3339(text) : parseEpoch(text, PLACES[format]);
  return timeUs !== undefined && timeUs >= 0 && timeUs <= MAX_TIME_US ? timeUs : undefined;
}

function parseEpoch(text: string, places: number): number | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  // Digits are put together as text: 1752871354.123456 * 1e6 is not what it should be.
  return Number(whole + fraction.slice(0, places).padEnd(places, '0'));
}

function parseRfc3339(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match;
  const days = daysSince1970(Number(year), Number(month), Number(day));
  // A leap second is the first one of the next minute, as everywhere with POSIX time.
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  let seconds = days * DAY_S + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  if (sign !== undefined) {
    if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
    const offset = Number(offsetHour) * 3600 + Number(offsetMinute) * 60;
    seconds += sign === '+' ? -offset : offset;
  }
  return seconds * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

function daysSince1970(year: number, month: number, day: number): number | undefined {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = (DAYS_OF_MONTH[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
  if (day < 1 || day > last) return undefined;
  return Date.UTC(year, month - 1, day) / (DAY_S * 1000);
}
