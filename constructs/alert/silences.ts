/**
 * Silences as code: who wants which alerts quiet, from when until when, and why. They become Alertmanager's own time
 * intervals, so each ends by itself, and muted copies of the routes that its alerts would take otherwise.
 *
 * Alertmanager knows no dates with a year and a time in one: a span is cut at midnights and at the ends of months.
 */
import type { Problem } from '../core/config-error';

export interface Silence {
  /** Which alerts: all of these labels, each with this value or with one that the whole expression matches. */
  readonly matchers: Readonly<Record<string, string | { readonly matches: string }>>;
  /** UTC: a day, `2026-11-02`, which begins at midnight; or a minute, `2026-11-02T18:30Z`. */
  readonly from: string;
  /** As `from`; the first moment that is not quiet any more. */
  readonly until: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
}

interface Route {
  readonly receiver?: string;
  readonly matchers: readonly string[];
  readonly mute_time_intervals?: readonly string[];
  readonly routes?: readonly Route[];
}

/** Longer than any planned work; what is wrong for a month is an alert to be changed. */
const LONGEST_DAYS = 30;
/** Each may overlap with each other, and every set of them has a route of its own. */
const MOST = 6;
const DAY_MS = 24 * 60 * 60 * 1000;
const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}Z)?$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The time intervals, by the names that the routes use. */
export function silenceIntervals(silences: readonly Silence[]): object[] {
  return silences.map((silence, index) => ({
    name: nameOf(silence, index),
    time_intervals: spans(momentOf(silence.from), momentOf(silence.until)),
  }));
}

/**
 * The routes with the silences before them. An alert goes down the first route that fits, so what several silences fit
 * has a route for each set of them, muted by all of the set; and each ends in the routes that there were.
 */
export function silencedRoutes(silences: readonly Silence[], routes: readonly Route[]): Route[] {
  const under = (from: number, muted: readonly string[]): Route[] => [
    ...silences.slice(from).map((silence, offset) => {
      const index = from + offset;
      const names = [...muted, nameOf(silence, index)];
      const inner = under(index + 1, names);
      return {
        matchers: matchersOf(silence),
        mute_time_intervals: names,
        ...(inner.length === 0 ? {} : { routes: inner }),
      };
    }),
    ...routes.map((route) => (muted.length === 0 ? route : { ...route, mute_time_intervals: muted })),
  ];
  return under(0, []);
}

export function silenceMistakes(silences: readonly Silence[]): Omit<Problem, 'path'>[] {
  return [
    ...silences.flatMap((silence, index) => mistakesOf(silence, `silences[${index}]`)),
    ...(silences.length <= MOST
      ? []
      : [
          {
            property: 'silences',
            value: silences.length,
            rule: `at most ${MOST} stand at a time`,
            remedy: 'delete those that have ended',
          },
        ]),
  ];
}

function mistakesOf(silence: Silence, at: string): Omit<Problem, 'path'>[] {
  const mistakes: Omit<Problem, 'path'>[] = [];
  const mistake = (property: string, value: unknown, rule: string, remedy: string): void => {
    mistakes.push({ property: `${at}.${property}`, value, rule, remedy });
  };
  const { matchers, from, until, reason, owner } = silence;
  if (Object.keys(matchers).length === 0) {
    mistake('matchers', matchers, 'a silence without matchers silences everything', 'name the labels');
  }
  for (const label of Object.keys(matchers).filter((name) => !LABEL.test(name))) {
    mistake(`matchers.${label}`, label, 'a label is letters, digits and underscores', 'correct the name');
  }
  if (reason.trim() === '')
    mistake('reason', reason, 'a silence says why', 'write what is done in that time');
  if (owner.trim() === '')
    mistake('owner', owner, 'somebody answers for a silence', 'name a person or a team');
  const wrong = (['from', 'until'] as const).filter((end) => !isMoment(silence[end]));
  for (const end of wrong) {
    mistake(
      end,
      silence[end],
      'a moment is a day or a minute of UTC',
      'write 2026-11-02 or 2026-11-02T18:30Z',
    );
  }
  if (wrong.length > 0) return mistakes;
  const days = (momentOf(until) - momentOf(from)) / DAY_MS;
  if (days <= 0)
    mistake('until', until, `a silence ends after it begins, ${from}`, 'swap the two, or correct one');
  if (days > LONGEST_DAYS) {
    mistake(
      'until',
      until,
      `a silence lasts ${LONGEST_DAYS} days at most, and this one ${Math.round(days)}`,
      'end it sooner; change or remove an alert that is wrong for longer',
    );
  }
  return mistakes;
}

/** For a reader of Alertmanager's pages; unique by its number. */
function nameOf({ reason, owner }: Silence, index: number): string {
  return `silence ${index + 1}: ${reason} (${owner})`;
}

function matchersOf({ matchers }: Silence): string[] {
  return Object.entries(matchers).map(([label, value]) =>
    typeof value === 'string'
      ? `${label}=${JSON.stringify(value)}`
      : `${label}=~${JSON.stringify(value.matches)}`,
  );
}

function isMoment(text: string): boolean {
  // 31 November is a moment for nobody, but JavaScript takes it for 1 December.
  return MOMENT.test(text) && isoOf(momentOf(text)).startsWith(text.replace('Z', ''));
}

function momentOf(text: string): number {
  return Date.parse(text.includes('T') ? text : `${text}T00:00Z`);
}

function isoOf(moment: number): string {
  return Number.isNaN(moment) ? '' : new Date(moment).toISOString();
}

/** First day, whole days by month, last day: what is left out means the whole of it. */
function spans(from: number, until: number): object[] {
  const found: object[] = [];
  for (let start = from; start < until;) {
    const midnight = startOfDay(start);
    const isWholeDay = start === midnight && until - start >= DAY_MS;
    const end = isWholeDay
      ? Math.min(startOfDay(until), startOfNextMonth(start))
      : Math.min(until, midnight + DAY_MS);
    found.push({
      ...(isWholeDay ? {} : { times: [{ start_time: timeOf(start), end_time: endTimeOf(end) }] }),
      days_of_month: [`${dayOf(start)}:${dayOf(end - 1)}`],
      months: [String(new Date(start).getUTCMonth() + 1)],
      years: [String(new Date(start).getUTCFullYear())],
      location: 'UTC',
    });
    start = end;
  }
  return found;
}

function startOfDay(moment: number): number {
  return Math.floor(moment / DAY_MS) * DAY_MS;
}

function startOfNextMonth(moment: number): number {
  const date = new Date(moment);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function dayOf(moment: number): number {
  return new Date(moment).getUTCDate();
}

function timeOf(moment: number): string {
  return isoOf(moment).slice(11, 16);
}

/** Midnight at the end of a day is 24:00 there. */
function endTimeOf(moment: number): string {
  return moment === startOfDay(moment) ? '24:00' : timeOf(moment);
}
