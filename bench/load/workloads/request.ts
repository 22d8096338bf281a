/** One request again and again: `path` is what is asked for, with the token as a key of the API. */
import { connectionsTo, requestText } from '../http';
import type { Target, Workload } from '../workload';

const CONCURRENCY = 32;

export function request({ url, token, path = '/', concurrency = CONCURRENCY }: Target): Workload {
  const connections = connectionsTo(url, concurrency);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const bytes = Buffer.from(requestText({ method: 'GET', path, headers }));
  return {
    itemsPerCycle: 1,
    concurrency,
    cycle: async (worker) => {
      await connections[worker]?.ask(bytes);
    },
    close: () => {
      for (const connection of connections) connection.close();
      return Promise.resolve();
    },
  };
}
