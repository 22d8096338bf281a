/**
 * Reads numbered log records from Loki. It shows a record that it got twice, with the same time and content, once:
 * duplicates cannot be counted here.
 */
import { getText, type Range, type StoredRecord } from './stored-record';

/** Loki's own limit for one answer (`max_entries_limit_per_query`). */
const PAGE = 5_000;

/** @param baseUrl `http://host:3100` */
export async function readLoki(baseUrl: string, { run, fromMs, toMs }: Range): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  let startNs = BigInt(fromMs) * 1_000_000n;
  for (;;) {
    const parameters = new URLSearchParams({
      query: `{service_name=~".+"} | hyperion_run="${run}"`,
      start: String(startNs),
      end: `${toMs}000000`,
      limit: String(PAGE),
      direction: 'forward',
    });
    // With the categories apart, structured metadata stands at its record and does not make a stream of each.
    const text = await getText(`${baseUrl}/loki/api/v1/query_range?${parameters.toString()}`, {
      'x-loki-response-encoding-flags': 'categorize-labels',
    });
    const { data } = JSON.parse(text) as Answer;
    const entries = data.result.flatMap(({ stream, values }) =>
      values.map(([timeNs, line, { structuredMetadata = {} }]) => ({
        timeNs: BigInt(timeNs),
        number: Number(structuredMetadata.hyperion_seq),
        content: JSON.stringify({ stream, line, structuredMetadata }),
      })),
    );
    records.push(...entries.map(({ number, content }) => ({ number, content })));
    if (entries.length < PAGE) return records;
    // Times are distinct within a run, so no record shares its time with the last of a page.
    startNs = entries.reduce((latest, { timeNs }) => (timeNs > latest ? timeNs : latest), startNs) + 1n;
  }
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [
        timeNs: string,
        line: string,
        categories: { readonly structuredMetadata?: Readonly<Record<string, string>> },
      ])[];
    }[];
  };
}
