/** Finds the numbers again in a request: the inverse of `NumberedTelemetry`, for what comes back as OTLP. */
import { NUMBER_ATTRIBUTE, RUN_ATTRIBUTE } from './numbered-telemetry';
import { fromAttributes, type KeyValue, type Metric, type Requests, type Signal } from './otlp';
import type { StoredRecord } from './stored-record';

/** Records of others, which have no number or another run, are passed over. */
export function numberedRecords(run: string, request: Requests[Signal]): StoredRecord[] {
  return entriesOf(request).flatMap(({ around, attributes, number, record }) => {
    const own = fromAttributes(attributes);
    const content = JSON.stringify({ around, record });
    return own[RUN_ATTRIBUTE] === run ? [{ number: number ?? Number(own[NUMBER_ATTRIBUTE]), content }] : [];
  });
}

interface Entry {
  /** Of resource and scope. */
  readonly around: readonly KeyValue[];
  readonly attributes: readonly KeyValue[];
  /** Of a point, whose value it is. */
  readonly number?: number;
  readonly record: unknown;
}

function entriesOf(request: Requests[Signal]): Entry[] {
  if ('resourceLogs' in request)
    return request.resourceLogs.flatMap(({ resource, scopeLogs }) =>
      scopeLogs.flatMap(({ scope, logRecords }) =>
        logRecords.map((record) => entry(record, record.attributes, resource.attributes, scope.attributes)),
      ),
    );
  if ('resourceSpans' in request)
    return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, spans }) =>
        spans.map((record) => entry(record, record.attributes, resource.attributes, scope.attributes)),
      ),
    );
  return request.resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.flatMap((metric) =>
        pointsOf(metric).map(({ attributes, number }) => ({
          ...entry({ name: metric.name, attributes }, attributes, resource.attributes, scope.attributes),
          number,
        })),
      ),
    ),
  );
}

function entry(
  record: unknown,
  attributes: readonly KeyValue[],
  ...around: readonly (readonly KeyValue[])[]
): Entry {
  return { around: around.flat(), attributes, record };
}

function pointsOf({ gauge, sum, histogram }: Metric): { attributes: readonly KeyValue[]; number: number }[] {
  const numeric = (gauge ?? sum)?.dataPoints ?? [];
  return [
    ...numeric.map(({ attributes, asInt }) => ({ attributes, number: Number(asInt) })),
    ...(histogram?.dataPoints ?? []).map(({ attributes, count }) => ({ attributes, number: Number(count) })),
  ];
}
