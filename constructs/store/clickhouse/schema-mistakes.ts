/** What is wrong with a trace schema's properties, all at once; whoever builds the schema adds where it stands. */
import type { ClickHouseSchemaProps } from '../clickhouse-schema';

export interface SchemaMistake {
  readonly property: string;
  readonly value: unknown;
  readonly rule: string;
  readonly remedy: string;
}

/** Lower case without signs: the name also becomes a path in Keeper, and nobody has to quote it. */
const NAME = /^[a-z][a-z0-9_]*$/;

export function clickHouseSchemaMistakes(props: ClickHouseSchemaProps): readonly SchemaMistake[] {
  const { spans, perMinute, edges, endToEnd } = props.retentionDays;
  return [
    ...nameMistakes('database', props.database),
    ...nameMistakes('cluster', props.cluster),
    // A partition is a day, and ClickHouse slows down with some thousands of partitions in a table.
    ...rangeMistakes('retentionDays.spans', spans, 1, 1000),
    ...rangeMistakes('retentionDays.perMinute', perMinute, 1, 1000),
    ...rangeMistakes('retentionDays.edges', edges, 1, 1000),
    ...rangeMistakes('retentionDays.endToEnd', endToEnd, 1, 1000),
    ...rangeMistakes('zstdLevel', props.zstdLevel, 1, 22),
    ...rangeMistakes('edgeRefreshMinutes', props.edgeRefreshMinutes, 1, 60),
    ...rangeMistakes('traceSpansMax', props.traceSpansMax, 1, 100_000),
  ];
}

function nameMistakes(property: string, value: string | undefined): SchemaMistake[] {
  if (value === undefined || NAME.test(value)) return [];
  const rule = 'a ClickHouse name here is a lower-case letter followed by lower-case letters, digits and _';
  return [{ property, value, rule, remedy: 'choose such a name, e.g. otel' }];
}

function rangeMistakes(
  property: string,
  value: number | undefined,
  min: number,
  max: number,
): SchemaMistake[] {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return [];
  const rule = `a whole number from ${min} to ${max}`;
  const remedy =
    value < min ? `give at least ${min}` : value > max ? `give at most ${max}` : `give ${Math.round(value)}`;
  return [{ property, value, rule, remedy }];
}
