/** Asks InfluxDB and reads its answer row by row. */
import { ReadingsRefused, StoreUnavailable } from '../telemetry-store';
import { externOf, type FluxQuery } from './flux';
import { readFluxCsv, type FluxRow } from './flux-csv';
import { connectionProblem, type InfluxClient } from './influx-client';
import { isColumnOfFlux, originalTags } from './tag-names';
import type { Reading } from '../../telemetry/reading';

const PATH = '/api/v2/query';

export async function* runFlux(
  client: InfluxClient,
  { text, values }: FluxQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<FluxRow> {
  const { org } = client.options;
  const question = {
    query: text,
    extern: externOf(values),
    type: 'flux',
    dialect: { annotations: ['datatype'], header: true, delimiter: ',' },
  };
  const body = await client
    .request(
      {
        method: 'POST',
        path: PATH,
        query: { org },
        headers: { 'content-type': 'application/json', accept: 'application/csv' },
        body: JSON.stringify(question),
      },
      signal,
    )
    .catch((error: unknown) => {
      // Our questions are well-formed; one that is not understood comes from a version that is not 2.7.
      if (error instanceof ReadingsRefused) throw new StoreUnavailable(error.message, 'server-error');
      throw error;
    });
  try {
    yield* readFluxCsv(body as AsyncIterable<Uint8Array>);
  } catch (error) {
    if (error instanceof StoreUnavailable || signal?.aborted === true) throw error;
    throw connectionProblem(`POST ${PATH}`, error);
  } finally {
    // Whoever stops reading in the middle lets InfluxDB stop too.
    body.destroy();
  }
}

export function timeUsOf(row: FluxRow, column: '_time' | '_start'): number {
  const text = row.get(column) ?? '';
  const [seconds = '', fraction = ''] = text.slice(0, -1).split('.');
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

export function valueOf(row: FluxRow): number {
  return Number(row.get('_value'));
}

export function tagsOf(row: FluxRow): Reading['tags'] {
  return originalTags([...row].filter(([name]) => name !== '' && !isColumnOfFlux(name)));
}
