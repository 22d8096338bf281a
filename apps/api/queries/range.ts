/** The range of time of a query, and what may be kept of its answer. */
import type { TimeRange } from '../../shared/store/telemetry-store';
import type { ApiSettings } from '../config';
import { apiProblem } from '../problems';
import { formatTime, parseTime } from './time';

export interface RangeInQuery {
  readonly from: string;
  readonly to?: string;
}

/** After this nothing comes late any more, but for what was lying in a queue or is read from an old file. */
const SETTLED_AFTER_US = 3600e6;

const KEEP_FOR_S = 300;

export function rangeOf(query: RangeInQuery, settings: ApiSettings): TimeRange {
  const nowUs = Date.now() * 1000;
  const fromUs = timeOf('from', query.from, nowUs);
  const toUs = query.to === undefined ? nowUs : timeOf('to', query.to, nowUs);
  if (toUs <= fromUs) {
    throw apiProblem('empty-range', `from ${formatTime(fromUs)} has to be before to ${formatTime(toUs)}`);
  }
  const maxMs = settings.API_MAX_RANGE;
  if (toUs - fromUs > maxMs * 1000) {
    throw apiProblem(
      'range-too-wide',
      `the range has ${Math.ceil((toUs - fromUs) / 1e6)} s, ${maxMs / 1000} s are allowed (API_MAX_RANGE)`,
    );
  }
  return { fromUs, toUs };
}

/** Only what is over stays as it is; `-1h` means something else each time. */
export function cacheControlOf(query: RangeInQuery, { toUs }: TimeRange): string {
  const isFixed = query.to !== undefined && !query.to.startsWith('-') && !query.from.startsWith('-');
  const isSettled = toUs < Date.now() * 1000 - SETTLED_AFTER_US;
  return isFixed && isSettled ? `private, max-age=${KEEP_FOR_S}` : 'no-store';
}

function timeOf(name: string, text: string, nowUs: number): number {
  const us = parseTime(text, nowUs);
  if (us !== undefined) return us;
  throw apiProblem(
    'invalid-time',
    `${name}=${text}: there is no such time, or it is before 1970 or after 2255`,
  );
}
