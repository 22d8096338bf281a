/** A span with only what the schema looks at, and the row that the exporter would make of it. */
import type { ExporterRow } from './engine';

export interface TestSpan {
  readonly trace: string;
  readonly id: number;
  /** 0: a root. */
  readonly parent: number;
  readonly service: string;
  readonly kind: 'Server' | 'Client' | 'Internal' | 'Producer' | 'Consumer';
  /** After `EPOCH_MS`. */
  readonly startMs: number;
  /** Below 0: the end lies before the start. */
  readonly durationMs: number;
  readonly error?: boolean;
}

/**
 * Far in the future and on the hour, so that minutes and days can be written down here and no row is ever past
 * its time to live. (Nothing in the schema compares a span's time with the clock, but for that.)
 */
export const EPOCH_MS = Date.UTC(2090, 0, 15, 10, 0, 0);

export function toExporterRow(span: TestSpan): ExporterRow {
  const durationNs = BigInt(span.durationMs) * 1_000_000n;
  return {
    Timestamp: clickHouseTime(EPOCH_MS + span.startMs),
    TraceId: span.trace.padStart(32, '0'),
    SpanId: hexId(span.id),
    ParentSpanId: span.parent === 0 ? '' : hexId(span.parent),
    TraceState: '',
    SpanName: `${span.kind} ${span.id}`,
    SpanKind: span.kind,
    ServiceName: span.service,
    ResourceAttributes: { 'service.name': span.service, 'k8s.pod.name': `${span.service}-0` },
    ScopeName: 'proof',
    ScopeVersion: '1.0.0',
    SpanAttributes: { 'http.request.method': 'GET' },
    // As in Go: an unsigned difference, which wraps round below 0.
    Duration: BigInt.asUintN(64, durationNs).toString(),
    StatusCode: span.error === true ? 'Error' : 'Unset',
    StatusMessage: span.error === true ? 'refused' : '',
    'Events.Timestamp': [clickHouseTime(EPOCH_MS + span.startMs)],
    'Events.Name': ['exception'],
    'Events.Attributes': [{ 'exception.type': 'Refused' }],
    'Links.TraceId': ['f'.repeat(32)],
    'Links.SpanId': ['e'.repeat(16)],
    'Links.TraceState': [''],
    'Links.Attributes': [{ reason: 'batch' }],
  };
}

/** As ClickHouse prints a `DateTime64(9)` in UTC. */
export function clickHouseTime(ms: number): string {
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}000000`;
}

/** As ClickHouse prints a `DateTime` in UTC. */
export function clickHouseSecond(ms: number): string {
  return clickHouseTime(ms).slice(0, 19);
}

function hexId(id: number): string {
  return id.toString(16).padStart(16, '0');
}
