/** The API's own metrics, beside those of every service. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface ApiMetrics {
  readonly queries: Counter<'family' | 'outcome'>;
  readonly rows: Counter<'format'>;
  readonly wrongKeys: Counter<'reason'>;
  readonly problems: Counter<'code'>;
}

export function createApiMetrics(
  registry: Registry,
  read: { readonly runningQueries: () => number; readonly keys: () => number },
): ApiMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge('api_queries_running', 'Queries under way; API_MAX_QUERIES is their limit.', read.runningQueries);
  gauge('api_keys', 'Keys in the file, revoked and expired ones included.', read.keys);
  return {
    queries: new Counter({
      name: 'api_queries_total',
      help: 'Queries by what became of them: answered, client gone, cut off, refused, or the code of the problem.',
      labelNames: ['family', 'outcome'],
      registers,
    }),
    rows: new Counter({
      name: 'api_rows_total',
      help: 'Rows that were sent.',
      labelNames: ['format'],
      registers,
    }),
    wrongKeys: new Counter({
      name: 'api_wrong_keys_total',
      help: 'Requests with a key that is unknown, expired or revoked.',
      labelNames: ['reason'],
      registers,
    }),
    problems: new Counter({
      name: 'api_problems_total',
      help: 'Answers that were problems, by code.',
      labelNames: ['code'],
      registers,
    }),
  };
}
