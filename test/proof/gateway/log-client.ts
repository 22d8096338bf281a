/**
 * Pushes numbered lines as an agent does (again after 429 and 5xx) and reads them back, page by page.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface NumberedLine {
  readonly number: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
}

interface Streams {
  readonly data: {
    readonly result: readonly {
      readonly stream: Record<string, string>;
      readonly values: [string, string][];
    }[];
  };
}

const NANOSECONDS_PER_MS = 1_000_000n;
/** What a query gives at most, by Loki's own default. */
const PAGE_LINES = 5000;
const ATTEMPTS = 50;

export const nanoseconds = (ms: number): bigint => BigInt(ms) * NANOSECONDS_PER_MS;

export class LogClient {
  public constructor(private readonly url: string) {}

  public async push(labels: Readonly<Record<string, string>>, lines: readonly NumberedLine[]): Promise<void> {
    const values = lines.map(({ time, number }) => [
      String(time),
      JSON.stringify({ level: 'info', number, message: `order ${number} was taken` }),
    ]);
    const answer = await this.ask('/loki/api/v1/push', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ streams: [{ stream: labels, values }] }),
    });
    if (answer.status !== 204) throw new Error(`push: ${answer.status} ${await answer.text()}`);
  }

  /** Numbers of all lines of these streams from one time to another, in the order of time. */
  public async numbers(selector: string, from: bigint, to: bigint): Promise<number[]> {
    const numbers: number[] = [];
    for (let start = from; start < to;) {
      const query = new URLSearchParams({
        query: selector,
        start: String(start),
        end: String(to),
        limit: String(PAGE_LINES),
        direction: 'forward',
      });
      const answer = await this.ask(`/loki/api/v1/query_range?${query.toString()}`);
      if (!answer.ok) throw new Error(`query: ${answer.status} ${await answer.text()}`);
      const { data } = (await answer.json()) as Streams;
      const page = data.result.flatMap(({ values }) => values);
      page.sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
      numbers.push(...page.map(([, line]) => (JSON.parse(line) as { number: number }).number));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_LINES) break;
      start = BigInt(last[0]) + 1n;
    }
    return numbers;
  }

  public async count(selector: string, seconds: number): Promise<number> {
    const query = `sum(count_over_time(${selector}[${seconds}s]))`;
    const answer = await this.ask(`/loki/api/v1/query?${new URLSearchParams({ query }).toString()}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  }

  private async ask(path: string, init?: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(this.url + path, init);
      if (attempt === ATTEMPTS || (answer.status !== 429 && answer.status < 500)) return answer;
      await answer.text();
      await sleep(100);
    }
  }
}
