/**
 * Telemetry in which every record carries a number, so that each can be looked for at its store: a pure function of
 * run, seed and number.
 *
 * Where the number is:
 * - log record: attribute `hyperion.seq`, which Loki keeps as structured metadata;
 * - point: the value itself (of a histogram: its count), at a time of its own, so that 10,000 points are six series and
 *   not 10,000;
 * - span: attribute `hyperion.seq`, and the last four bytes of the span's id.
 */
import { createHash } from 'node:crypto';
import {
  toAttributes,
  type KeyValue,
  type LogRecord,
  type Metric,
  type Requests,
  type Signal,
  type Span,
} from './otlp';

export interface NumberedTelemetryProps {
  /** Tells the records of one flow from all others in the same store: lower-case letters, digits, dashes. */
  readonly run: string;
  readonly seed: number;
  /** Time of number 0; each further number is a millisecond later (metrics stores keep milliseconds). */
  readonly startMs: number;
  /**
   * Share of the points whose metric's name the entry lets nobody send.
   * @default 0
   */
  readonly disallowedShare?: number;
}

export const RUN_ATTRIBUTE = 'hyperion.run';
export const NUMBER_ATTRIBUTE = 'hyperion.seq';
/** Every value that no store may have begins with it: one search finds whatever slipped through. */
export const FORBIDDEN_VALUE = 'never-to-be-stored';

export const SPANS_OF_A_TRACE = 4;
/** Who calls whom in a trace, from the root on. */
const SERVICES = ['frontend', 'checkout', 'cart', 'payment'] as const;
type Service = (typeof SERVICES)[number];
const NAMESPACES = ['shop', 'back-office'] as const;
/** One in five is a warning or worse: enough for a consumer that takes those, and few as they are in life. */
const SEVERITIES = [
  ...Array<Severity>(8).fill({ number: 9, text: 'INFO' }),
  { number: 13, text: 'WARN' },
  { number: 17, text: 'ERROR' },
] as const;
interface Severity {
  readonly number: number;
  readonly text: string;
}

/** What decides where a log record goes. */
export interface LogTraits {
  readonly service: Service;
  readonly namespace: (typeof NAMESPACES)[number];
  readonly severity: Severity;
}

export interface SpanTraits {
  readonly service: Service;
  readonly namespace: (typeof NAMESPACES)[number];
  readonly traceId: Uint8Array;
}

export class NumberedTelemetry {
  public readonly run: string;
  private readonly disallowedShare: number;

  constructor(private readonly props: NumberedTelemetryProps) {
    this.run = props.run;
    this.disallowedShare = props.disallowedShare ?? 0;
  }

  /** First and one after the last time of numbers up to `last`, for queries. */
  public rangeMs(last: number): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: this.props.startMs, toMs: this.props.startMs + last + 1 };
  }

  public request<S extends Signal>(signal: S, numbers: readonly number[]): Requests[S];
  public request(signal: Signal, numbers: readonly number[]): Requests[Signal] {
    switch (signal) {
      case 'logs':
        return this.logs(numbers);
      case 'metrics':
        return this.metrics(numbers);
      case 'traces':
        return this.traces(numbers);
    }
  }

  public logTraits(number: number): LogTraits {
    return {
      service: pick(SERVICES, this.draw('service', number)),
      namespace: pick(NAMESPACES, this.draw('namespace', number)),
      severity: pick(SEVERITIES, this.draw('severity', number)),
    };
  }

  public isDisallowed(point: number): boolean {
    return this.draw('disallowed', point) < this.disallowedShare;
  }

  public spanTraits(number: number): SpanTraits {
    const trace = Math.floor((number - 1) / SPANS_OF_A_TRACE);
    return {
      service: pick(SERVICES, ((number - 1) % SPANS_OF_A_TRACE) / SPANS_OF_A_TRACE),
      namespace: 'shop',
      traceId: this.digest('trace', trace).subarray(0, 16),
    };
  }

  private logs(numbers: readonly number[]): Requests['logs'] {
    const ofResource = groupBy(numbers, (number) => {
      const { service, namespace } = this.logTraits(number);
      return `${service} ${namespace}`;
    });
    return {
      resourceLogs: ofResource.map((group) => ({
        resource: resource(this.logTraits(group[0])),
        scopeLogs: [{ scope: SCOPE, logRecords: group.map((number) => this.logRecord(number)) }],
      })),
    };
  }

  private logRecord(number: number): LogRecord {
    const { severity } = this.logTraits(number);
    const message = `record ${number} of ${this.run}`;
    return {
      timeUnixNano: this.timeOf(number),
      severityNumber: severity.number,
      severityText: severity.text,
      // One in ten has a structured body, whose fields are redacted by rules of their own.
      body:
        this.draw('body', number) < 0.1
          ? { kvlistValue: { values: toAttributes({ message, ...REDACTED }) } }
          : { stringValue: message },
      attributes: this.marked(number),
    };
  }

  private metrics(numbers: readonly number[]): Requests['metrics'] {
    const names = groupBy(numbers, (number) => this.metricName(number));
    const metrics = names.map((group) => this.metric(group));
    return {
      resourceMetrics: [
        {
          resource: resource({ service: 'checkout', namespace: 'shop' }),
          scopeMetrics: [{ scope: SCOPE, metrics }],
        },
      ],
    };
  }

  private metricName(number: number): string {
    const kind = pick(['gauge', 'sum', 'histogram'], (number % 3) / 3);
    return `${this.isDisallowed(number) ? 'unlisted' : 'app'}.flow.${kind}`;
  }

  private metric(numbers: readonly [number, ...number[]]): Metric {
    const name = this.metricName(numbers[0]);
    const attributes = toAttributes({ [RUN_ATTRIBUTE]: this.run, ...REDACTED });
    const points = numbers.map((number) => ({
      number,
      common: { startTimeUnixNano: this.timeOf(0), timeUnixNano: this.timeOf(number), attributes },
    }));
    const numeric = points.map(({ number, common }) => ({ ...common, asInt: String(number) }));
    if (name.endsWith('.gauge')) return { name, gauge: { dataPoints: numeric } };
    if (name.endsWith('.sum'))
      return { name, sum: { dataPoints: numeric, aggregationTemporality: CUMULATIVE, isMonotonic: true } };
    const dataPoints = points.map(({ number, common }) => ({
      ...common,
      count: String(number),
      sum: number,
      bucketCounts: [String(number), '0'],
      explicitBounds: [1],
    }));
    return { name, histogram: { dataPoints, aggregationTemporality: CUMULATIVE } };
  }

  private traces(numbers: readonly number[]): Requests['traces'] {
    const ofService = groupBy(numbers, (number) => this.spanTraits(number).service);
    return {
      resourceSpans: ofService.map((group) => ({
        resource: resource(this.spanTraits(group[0])),
        scopeSpans: [{ scope: SCOPE, spans: group.map((number) => this.span(number)) }],
      })),
    };
  }

  private span(number: number): Span {
    const { service, traceId } = this.spanTraits(number);
    const isRoot = (number - 1) % SPANS_OF_A_TRACE === 0;
    return {
      traceId,
      spanId: this.spanId(number),
      ...(isRoot ? {} : { parentSpanId: this.spanId(number - 1) }),
      name: `${service} step`,
      kind: SERVER,
      startTimeUnixNano: this.timeOf(number),
      endTimeUnixNano: this.timeOf(number + 10),
      attributes: [...this.marked(number), ...toAttributes({ 'db.query.text': DATABASE_QUERY })],
    };
  }

  private spanId(number: number): Uint8Array {
    const id = Buffer.from(this.digest('span', 0).subarray(0, 8));
    id.writeUInt32BE(number, 4);
    return new Uint8Array(id);
  }

  private marked(number: number): KeyValue[] {
    return toAttributes({ [RUN_ATTRIBUTE]: this.run, [NUMBER_ATTRIBUTE]: number, ...REDACTED });
  }

  private timeOf(number: number): string {
    return `${this.props.startMs + number}000000`;
  }

  /** At least 0, below 1; the same for the same number. */
  private draw(what: string, number: number): number {
    return Buffer.from(this.digest(what, number)).readUInt32BE() / 2 ** 32;
  }

  private digest(what: string, number: number): Uint8Array {
    const hash = createHash('sha256').update(`${this.props.seed} ${this.run} ${what} ${number}`);
    return new Uint8Array(hash.digest());
  }
}

/** The attribute that only one consumer's copy loses. */
export const DATABASE_QUERY = 'select from baskets';
/** The lists of `HYPERION_COMMON.redact`: the first two deleted, the others masked. */
const REDACTED = {
  'http.request.header.authorization': `${FORBIDDEN_VALUE}-credential`,
  'http.request.header.cookie': `${FORBIDDEN_VALUE}-cookie`,
  'enduser.id': `${FORBIDDEN_VALUE}-user`,
  'client.address': `${FORBIDDEN_VALUE}-address`,
};
const SCOPE = { name: 'flows', attributes: toAttributes({ 'enduser.id': REDACTED['enduser.id'] }) };
/** `AggregationTemporality` of metrics.proto. */
const CUMULATIVE = 2;
/** `SpanKind` of trace.proto. */
const SERVER = 2;

function resource({ service, namespace }: Pick<SpanTraits, 'service' | 'namespace'>): {
  readonly attributes: readonly KeyValue[];
} {
  return {
    attributes: toAttributes({
      'service.name': service,
      'service.namespace': namespace,
      'client.address': REDACTED['client.address'],
    }),
  };
}

function pick<T>(from: readonly T[], draw: number): T {
  const index = Math.floor(draw * from.length + 1e-9);
  const picked = from[index];
  if (picked === undefined) throw new RangeError(`${draw} is no share below 1`);
  return picked;
}

/** In the order in which keys come first; no group is empty. */
function groupBy(
  numbers: readonly number[],
  keyOf: (number: number) => string,
): (readonly [number, ...number[]])[] {
  const groups = new Map<string, [number, ...number[]]>();
  for (const number of numbers) {
    const group = groups.get(keyOf(number));
    if (group === undefined) groups.set(keyOf(number), [number]);
    else group.push(number);
  }
  return [...groups.values()];
}
