/**
 * Reads numbered points from VictoriaMetrics. It keeps one sample for each millisecond of a series, so that a point
 * that came twice is one: duplicates cannot be counted here.
 */
import { getText, type Range, type StoredRecord } from './stored-record';

/** @param baseUrl what stands before `/api/v1/export`: `http://host:8428`, or `http://host:8481/select/0/prometheus` of a cluster */
export async function readMetrics(baseUrl: string, { run, fromMs, toMs }: Range): Promise<StoredRecord[]> {
  const parameters = new URLSearchParams({
    // A histogram's number is its count; buckets and sum say the same again.
    'match[]': `{hyperion_run="${run}",__name__!~".+_(bucket|sum)"}`,
    start: String(fromMs / 1000),
    end: String(toMs / 1000),
  });
  const text = await getText(`${baseUrl}/api/v1/export?${parameters.toString()}`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { metric, values } = JSON.parse(line) as Series;
      const content = JSON.stringify(metric);
      return values.map((number) => ({ number, content }));
    });
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}
