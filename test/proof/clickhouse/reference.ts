/** The schema's answers, computed a second time, plainly, from the spans alone. */
import { clickHouseSecond, clickHouseTime, EPOCH_MS, type TestSpan } from './test-span';

export interface Rate {
  readonly key: string;
  readonly count: number;
  readonly errors: number;
  readonly durationsMs: readonly number[];
}

export interface Summary {
  readonly TraceId: string;
  readonly Start: string;
  readonly End: string;
  readonly RootSeen: number;
  readonly SpanCount: number;
  readonly ErrorCount: number;
  readonly MissingParentCount: number;
  readonly OrphanCount: number;
  readonly Complete: number;
  readonly Services: readonly string[];
}

const MINUTE_MS = 60_000;

export function serviceRates(spans: readonly TestSpan[]): Rate[] {
  const requests = spans.filter(
    ({ kind, parent }) => kind === 'Server' || kind === 'Consumer' || parent === 0,
  );
  return rates(requests.map((span) => ({ key: `${minuteOf(span)} ${span.service}`, span })));
}

export function edgeRates(spans: readonly TestSpan[]): Rate[] {
  const calls = spans.flatMap((span) => {
    const parent = spans.find(({ trace, id }) => trace === span.trace && id === span.parent);
    return parent === undefined || parent.service === span.service || !isNear(parent, span)
      ? []
      : [{ key: `${minuteOf(span)} ${parent.service} ${span.service}`, span }];
  });
  return rates(calls);
}

export function traceSummaries(spans: readonly TestSpan[]): Summary[] {
  const traces = [...new Set(spans.map(({ trace }) => trace))].sort();
  return traces.map((trace) =>
    summary(
      trace,
      spans.filter((span) => span.trace === trace),
    ),
  );
}

function summary(trace: string, spans: readonly TestSpan[]): Summary {
  const ids = new Set(spans.map(({ id }) => id));
  const orphans = spans.filter(({ parent }) => parent !== 0 && !ids.has(parent));
  const rootSeen = spans.some(({ parent }) => parent === 0);
  const end = Math.max(...spans.map(({ startMs, durationMs }) => startMs + Math.max(durationMs, 0)));
  return {
    TraceId: trace.padStart(32, '0'),
    Start: clickHouseTime(EPOCH_MS + Math.min(...spans.map(({ startMs }) => startMs))),
    End: clickHouseTime(EPOCH_MS + end),
    RootSeen: Number(rootSeen),
    SpanCount: spans.length,
    ErrorCount: spans.filter(({ error }) => error === true).length,
    MissingParentCount: new Set(orphans.map(({ parent }) => parent)).size,
    OrphanCount: orphans.length,
    Complete: Number(rootSeen && orphans.length === 0),
    Services: [...new Set(spans.map(({ service }) => service))].sort(),
  };
}

function rates(events: readonly { key: string; span: TestSpan }[]): Rate[] {
  const keys = [...new Set(events.map(({ key }) => key))].sort();
  return keys.map((key) => {
    const spans = events.filter((event) => event.key === key).map(({ span }) => span);
    return {
      key,
      count: spans.length,
      errors: spans.filter(({ error }) => error === true).length,
      durationsMs: spans.map(({ durationMs }) => Math.max(durationMs, 0)).sort((a, b) => a - b),
    };
  });
}

/** The stated limit: a parent starts at most five minutes before its child, and one after it (clocks differ). */
function isNear(parent: TestSpan, child: TestSpan): boolean {
  const minutes = minuteNumber(child) - minuteNumber(parent);
  return minutes >= -1 && minutes <= 5;
}

function minuteOf(span: TestSpan): string {
  return clickHouseSecond(EPOCH_MS + minuteNumber(span) * MINUTE_MS);
}

function minuteNumber({ startMs }: TestSpan): number {
  return Math.floor(startMs / MINUTE_MS);
}
