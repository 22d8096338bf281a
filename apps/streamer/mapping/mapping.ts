/**
 * Which columns of a CSV make a reading. The default is what a DCGM exporter's readings look like when they are exported.
 */
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

import { DEVICE_TAG } from '../../shared/telemetry/reading';
import { TIME_FORMATS, type TimeFormat } from './time';

const Column = Type.String({ minLength: 1, maxLength: 256 });
const TagName = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.]{0,127}$' });

const MappingSchema = Type.Object(
  {
    /** `,` `;` `|` or a tab. */
    delimiter: Type.Optional(Type.String({ pattern: '^[,;|\\t]$' })),
    time: Type.Object(
      {
        column: Column,
        format: Type.Unsafe<TimeFormat>(Type.String({ pattern: `^(${TIME_FORMATS.join('|')})$` })),
      },
      { additionalProperties: false },
    ),
    /** The column of the metric's name; or the name, when all rows are of one metric. */
    metric: Type.Union([
      Type.Object({ column: Column }, { additionalProperties: false }),
      Type.Object({ name: Column }, { additionalProperties: false }),
    ]),
    value: Type.Object({ column: Column }, { additionalProperties: false }),
    /** Tag → column. An empty cell is no tag. */
    tags: Type.Record(TagName, Column, {
      minProperties: 1,
      maxProperties: 64,
      additionalProperties: false,
    }),
    /** A column of labels as Prometheus writes them; those that no tag holds become tags. */
    labels: Type.Optional(
      Type.Object(
        { column: Column, ignore: Type.Optional(Type.Array(Column, { maxItems: 64 })) },
        { additionalProperties: false },
      ),
    ),
    /** The tag by which readings are spread over partitions. */
    key: Type.Optional(TagName),
    /** Columns that a file need not have. */
    optional: Type.Optional(Type.Array(Column, { maxItems: 64 })),
  },
  { additionalProperties: false },
);

export type Mapping = Static<typeof MappingSchema>;

export const DCGM_MAPPING: Mapping = {
  time: { column: 'timestamp', format: 'rfc3339' },
  metric: { column: 'metric_name' },
  value: { column: 'value' },
  tags: {
    gpu_id: 'gpu_id',
    device: 'device',
    uuid: 'uuid',
    model: 'modelName',
    hostname: 'Hostname',
    container: 'container',
    pod: 'pod',
    namespace: 'namespace',
  },
  // `gpu` is what DCGM calls gpu_id; the name of the metric is the reading's own.
  labels: { column: 'labels_raw', ignore: ['__name__', 'gpu'] },
  key: DEVICE_TAG,
  optional: ['container', 'pod', 'namespace', 'labels_raw'],
};

const EXAMPLE =
  '{"time":{"column":"time","format":"s"},"metric":{"column":"name"},"value":{"column":"value"},"tags":{"uuid":"gpu"}}';

/** The mapping, or everything that is wrong with it. */
export function parseMapping(text: string): Mapping | string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [`is no JSON: ${error instanceof Error ? error.message : String(error)}; for example ${EXAMPLE}`];
  }
  if (!Value.Check(MappingSchema, value)) {
    const problems = [...Value.Errors(MappingSchema, value)].map(
      ({ path, message }) =>
        `${path === '' ? 'the mapping' : path.slice(1).replaceAll('/', '.')}: ${message}`,
    );
    return [...new Set(problems)].slice(0, 20);
  }
  const problems = contradictions(value);
  return problems.length > 0 ? problems : value;
}

/** What the schema cannot say. */
function contradictions(mapping: Mapping): string[] {
  const problems: string[] = [];
  const { key, tags } = mapping;
  if (key !== undefined && tags[key] === undefined) {
    problems.push(`key: ${key} is no tag; tags are ${Object.keys(tags).join(', ')}`);
  }
  const columns = columnsOf(mapping);
  for (const column of mapping.optional ?? []) {
    if (!columns.includes(column)) problems.push(`optional: ${column} is no column of the mapping`);
  }
  for (const { column } of [mapping.time, mapping.value]) {
    if (mapping.optional?.includes(column) === true)
      problems.push(`optional: no reading is without ${column}`);
  }
  return problems;
}

export function columnsOf({ time, metric, value, tags, labels }: Mapping): string[] {
  return [
    time.column,
    ...('column' in metric ? [metric.column] : []),
    value.column,
    ...Object.values(tags),
    ...(labels === undefined ? [] : [labels.column]),
  ];
}
