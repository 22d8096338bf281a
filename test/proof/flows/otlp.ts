/**
 * OTLP messages, as far as the flows use them: typed requests to bytes and back. Field numbers are those of
 * github.com/open-telemetry/opentelemetry-proto v1.11 (`common`, `resource`, `logs`, `metrics`, `trace`, and `collector`
 * for the answers); enumerations are int32 here, which is the same on the wire.
 */
import { parse, type Type } from 'protobufjs';

export const SIGNALS = ['logs', 'metrics', 'traces'] as const;
export type Signal = (typeof SIGNALS)[number];

/** 64-bit integers are decimal strings and identifiers bytes: a number of JavaScript holds no time in nanoseconds. */
export interface Requests {
  readonly logs: { readonly resourceLogs: readonly ResourceLogs[] };
  readonly metrics: { readonly resourceMetrics: readonly ResourceMetrics[] };
  readonly traces: { readonly resourceSpans: readonly ResourceSpans[] };
}

export interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly kvlistValue?: { readonly values: readonly KeyValue[] };
}
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
interface Attributed {
  readonly attributes: readonly KeyValue[];
}
interface Scope extends Attributed {
  readonly name: string;
}

export interface ResourceLogs {
  readonly resource: Attributed;
  readonly scopeLogs: readonly { readonly scope: Scope; readonly logRecords: readonly LogRecord[] }[];
}
export interface LogRecord extends Attributed {
  readonly timeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AnyValue;
}

export interface ResourceMetrics {
  readonly resource: Attributed;
  readonly scopeMetrics: readonly { readonly scope: Scope; readonly metrics: readonly Metric[] }[];
}
export interface Metric {
  readonly name: string;
  readonly gauge?: { readonly dataPoints: readonly NumberPoint[] };
  readonly sum?: {
    readonly dataPoints: readonly NumberPoint[];
    readonly aggregationTemporality: number;
    readonly isMonotonic: boolean;
  };
  readonly histogram?: {
    readonly dataPoints: readonly HistogramPoint[];
    readonly aggregationTemporality: number;
  };
}
interface Point extends Attributed {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}
export interface NumberPoint extends Point {
  readonly asInt: string;
}
export interface HistogramPoint extends Point {
  readonly count: string;
  readonly sum: number;
  readonly bucketCounts: readonly string[];
  readonly explicitBounds: readonly number[];
}

export interface ResourceSpans {
  readonly resource: Attributed;
  readonly scopeSpans: readonly { readonly scope: Scope; readonly spans: readonly Span[] }[];
}
export interface Span extends Attributed {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

/** How many records of a request the receiver refused although it took the request. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

const PROTO = `
syntax = "proto3";
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    KeyValueList kvlist_value = 6;
  }
}
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }

message Logs { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; }
message LogRecord {
  fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
  repeated KeyValue attributes = 6;
}

message Metrics { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message Metric { string name = 1; oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; } }
message Gauge { repeated NumberPoint data_points = 1; }
message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message NumberPoint {
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; sfixed64 as_int = 6; repeated KeyValue attributes = 7;
}
message HistogramPoint {
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4; optional double sum = 5;
  repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7; repeated KeyValue attributes = 9;
}

message Traces { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
}

message Response { PartialSuccess partial_success = 1; }
message PartialSuccess { int64 rejected = 1; string error_message = 2; }
`;

const ROOT = parse(PROTO).root;
const TYPES: Readonly<Record<Signal, Type>> = {
  logs: ROOT.lookupType('Logs'),
  metrics: ROOT.lookupType('Metrics'),
  traces: ROOT.lookupType('Traces'),
};
const RESPONSE = ROOT.lookupType('Response');

export function encodeRequest<S extends Signal>(signal: S, request: Requests[S]): Buffer {
  return Buffer.from(TYPES[signal].encode(TYPES[signal].fromObject(request)).finish());
}

/** What a topic with the encoding `otlp_proto` holds, too. Fields that are not declared above are passed over. */
export function decodeRequest<S extends Signal>(signal: S, bytes: Uint8Array): Requests[S] {
  const options = { longs: String, arrays: true };
  return TYPES[signal].toObject(TYPES[signal].decode(bytes), options) as Requests[S];
}

/** OTLP/JSON: protobuf's JSON but for identifiers, which are hexadecimal (specification of OTLP, "JSON Protobuf Encoding"). */
export function encodeJsonRequest(request: Requests[Signal]): Buffer {
  const text = JSON.stringify(request, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  return Buffer.from(text);
}

/** `undefined` when everything was taken; a message without refused records is a warning, and not kept. */
export function decodePartialSuccess(bytes: Uint8Array): PartialSuccess | undefined {
  const decoded = RESPONSE.toObject(RESPONSE.decode(bytes), { longs: Number }) as {
    partialSuccess?: { rejected?: number; errorMessage?: string };
  };
  const { rejected, errorMessage } = decoded.partialSuccess ?? {};
  return rejected === undefined ? undefined : { rejected, message: errorMessage ?? '' };
}

export function toAttributes(values: Readonly<Record<string, string | number>>): KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}

export function fromAttributes(attributes: readonly KeyValue[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.intValue ?? JSON.stringify(value.kvlistValue),
    ]),
  );
}
