/** One trace with a known story, what the schema must say of it, and how to ask. */
import { readSummaries } from './answers';
import type { TraceDatabase } from './engine';
import type { Summary } from './reference';
import type { TestSpan } from './test-span';

/** The whole of trace `a`: gateway → checkout (fails) → billing, the last through a queue, into the next minute. */
export const CHECKOUT_TRACE: readonly TestSpan[] = [
  { trace: 'a', id: 1, parent: 0, service: 'gateway', kind: 'Server', startMs: 0, durationMs: 100 },
  { trace: 'a', id: 2, parent: 1, service: 'gateway', kind: 'Client', startMs: 10, durationMs: 70 },
  {
    trace: 'a',
    id: 3,
    parent: 2,
    service: 'checkout',
    kind: 'Server',
    startMs: 20,
    durationMs: 50,
    error: true,
  },
  { trace: 'a', id: 4, parent: 3, service: 'checkout', kind: 'Producer', startMs: 30, durationMs: 1 },
  { trace: 'a', id: 5, parent: 4, service: 'billing', kind: 'Consumer', startMs: 60_000, durationMs: 300 },
];

export const CHECKOUT_SUMMARY: Summary = {
  TraceId: 'a'.padStart(32, '0'),
  Start: '2090-01-15 10:00:00.000000000',
  End: '2090-01-15 10:01:00.300000000',
  RootSeen: 1,
  SpanCount: 5,
  ErrorCount: 1,
  MissingParentCount: 0,
  OrphanCount: 0,
  Complete: 1,
  Services: ['billing', 'checkout', 'gateway'],
};

export const SERVICE_COUNTS = [
  ['2090-01-15 10:00:00 checkout', 1, 1],
  ['2090-01-15 10:00:00 gateway', 1, 0],
  ['2090-01-15 10:01:00 billing', 1, 0],
];

export const EDGE_COUNTS = [
  ['2090-01-15 10:00:00 gateway checkout', 1, 1],
  ['2090-01-15 10:01:00 checkout billing', 1, 0],
];

export function counts(rows: readonly { key: string; count: number; errors: number }[]) {
  return rows.map(({ key, count, errors }) => [key, count, errors]);
}

export function onlySummary(database: TraceDatabase) {
  const summaries = readSummaries(database);
  expect(summaries).toHaveLength(1);
  return summaries[0];
}
