/** Times and lengths of time, as a client writes them. Inside they are microseconds. */
import { MAX_TIME_US } from '../../shared/telemetry/reading';

const UNITS_US = { ms: 1e3, s: 1e6, m: 60e6, h: 3_600e6, d: 86_400e6 } as const;

/** `-15m` is before now; 13 digits are milliseconds and 16 microseconds: both mean times from 2001 to 2286, and no other. */
export const TIME_PATTERN =
  '^(-[0-9]{1,6}(ms|s|m|h|d)|[0-9]{13}|[0-9]{16}|' +
  '[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))$';

export const DURATION_PATTERN = '^[1-9][0-9]{0,5}(ms|s|m|h|d)$';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Undefined when it is no time that there is. The text fits `TIME_PATTERN`. */
export function parseTime(text: string, nowUs: number): number | undefined {
  const us = timeOf(text, nowUs);
  return us !== undefined && us >= 0 && us <= MAX_TIME_US ? us : undefined;
}

function timeOf(text: string, nowUs: number): number | undefined {
  if (text.startsWith('-')) return nowUs - parseDuration(text.slice(1));
  if (/^\d{13}$/.test(text)) return Number(text) * 1000;
  if (/^\d{16}$/.test(text)) return Number(text);
  const [, ...parts] = RFC3339.exec(text) ?? [];
  const [year, month, day, hour, minute, second] = parts.slice(0, 6).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  const [fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = parts.slice(6);
  if (hour > 23 || minute > 59 || second > 59 || +offsetHours > 23 || +offsetMinutes > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // 31 February would become a day in March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offsetMinutesAll = (+offsetHours * 60 + +offsetMinutes) * (sign === '-' ? -1 : 1);
  const ms = date.getTime() + ((hour * 60 + minute - offsetMinutesAll) * 60 + second) * 1000;
  return ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** The text fits `DURATION_PATTERN`. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(digits) * UNITS_US[unit as keyof typeof UNITS_US];
}

/** RFC 3339 in UTC, with microseconds where there are any. */
export function formatTime(us: number): string {
  const ms = Math.floor(us / 1000);
  const rest = us - ms * 1000;
  const text = new Date(ms).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
