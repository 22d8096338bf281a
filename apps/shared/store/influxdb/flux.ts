/**
 * Questions in Flux. Their text is put together from constant pieces and names of variables; values go beside it as
 * literals of a syntax tree (`extern`), so that no value is ever read as Flux. InfluxDB's open-source version does not take
 * `params`.
 */
import type { DeviceFilter } from '../telemetry-store';
import { storedValue } from './tag-names';

type FluxValue = string | bigint | readonly string[];

export interface FluxQuery {
  readonly text: string;
  readonly values: Readonly<Record<string, FluxValue>>;
}

/** A chain of comparisons is done by the storage engine; a longer list by Flux, row by row. */
const COMPARED_AT_MOST = 100;

/** The samples of a range as `data`; a device's tags choose. */
export function samplesOf(
  filter: DeviceFilter & { readonly metric?: string | undefined },
  range: { readonly fromUs: number; readonly toUs: number },
  bucket: string,
): FluxQuery {
  const { uuids, hostname, model, metric } = filter;
  const values: Record<string, FluxValue> = {
    bucket,
    start: nanoseconds(range.fromUs),
    stop: nanoseconds(range.toUs),
  };
  const conditions = ['r._field == "value"'];
  const chosen = { _measurement: metric, hostname, model };
  for (const [tag, value] of Object.entries(chosen)) {
    if (value === undefined) continue;
    values[`${tag}_value`] = tag === '_measurement' ? value : storedValue(value);
    conditions.push(`r.${tag} == ${tag}_value`);
  }
  if (uuids !== undefined && uuids.length > COMPARED_AT_MOST) {
    values.uuids = uuids.map(storedValue);
    conditions.push('exists r.uuid and contains(value: r.uuid, set: uuids)');
  } else if (uuids !== undefined) {
    const comparisons = uuids.map((uuid, i) => {
      values[`uuid${i}`] = storedValue(uuid);
      return `r.uuid == uuid${i}`;
    });
    conditions.push(comparisons.length === 0 ? 'false' : `(${comparisons.join(' or ')})`);
  }
  const text =
    'data = from(bucket: bucket) |> range(start: time(v: start), stop: time(v: stop)) ' +
    `|> filter(fn: (r) => ${conditions.join(' and ')})`;
  return { text, values };
}

export function nanoseconds(us: number): bigint {
  return BigInt(us) * 1000n;
}

/** The variables as a file of Flux that has been parsed already. */
export function externOf(values: FluxQuery['values']): object {
  return {
    type: 'File',
    package: null,
    imports: null,
    body: Object.entries(values).map(([name, value]) => ({
      type: 'VariableAssignment',
      id: { type: 'Identifier', name },
      init: literal(value),
    })),
  };
}

function literal(value: FluxValue): object {
  if (typeof value === 'string') return { type: 'StringLiteral', value };
  if (typeof value === 'bigint') return { type: 'IntegerLiteral', value: String(value) };
  return { type: 'ArrayExpression', elements: value.map(literal) };
}
