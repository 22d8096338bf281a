/** Whether the panels of an environment answer: each of their queries, asked of those who hold the data. */
import { setTimeout as sleep } from 'node:timers/promises';
import { synthesisOf } from '../../environments';
import type { DashboardLike } from '../validators/grafana/dashboard-mistakes';
import { queriesOf, type DashboardQuery } from '../validators/grafana/dashboard-queries';

/** How many series or rows with a value a query brings. @throws with the words of who refuses it */
export type Ask = (query: string) => Promise<number>;

export type Asks = Readonly<Partial<Record<DashboardQuery['language'], Ask>>>;

export interface Answers {
  /** `<dashboard>: <panel>` of those that answer. */
  readonly answered: readonly string[];
  readonly silent: readonly string[];
  /** Queries that were refused, with what was said: none may be. */
  readonly refused: readonly string[];
}

const LOOK_AGAIN_MS = 5_000;
/** Some scrapes of the watcher, which comes each second. */
const WINDOW = '30s';
const HOUR_SECONDS = 3_600;

/** Until all panels but the expected ones answer, or the limit is reached. */
export async function panelsAnswer(
  environment: string,
  asks: Asks,
  expectedSilent: number,
  limitMs: number,
): Promise<Answers> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answers = await askAll(environment, asks);
    if (answers.silent.length <= expectedSilent || Date.now() > deadline) return answers;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** All dashboards of an environment, as rendered. */
function dashboardsOf(environment: string): readonly DashboardLike[] {
  return [...synthesisOf(environment).files]
    .filter(([path]) => /^config\/(loki-)?grafana\/.*\.json$/.test(path))
    .map(([, text]) => JSON.parse(text) as DashboardLike);
}

async function askAll(environment: string, asks: Asks): Promise<Answers> {
  const toSeconds = Math.ceil(Date.now() / 1000);
  const period = { window: WINDOW, fromSeconds: toSeconds - HOUR_SECONDS, toSeconds };
  const answered = new Set<string>();
  const all = new Set<string>();
  const refused: string[] = [];
  for (const dashboard of dashboardsOf(environment)) {
    for (const query of queriesOf(dashboard, period)) {
      const panel = `${query.dashboard}: ${query.panel}`;
      all.add(panel);
      const ask = asks[query.language];
      if (ask === undefined) continue;
      try {
        if ((await ask(query.text)) > 0) answered.add(panel);
      } catch (error) {
        refused.push(`${panel}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return { answered: [...answered], silent: [...all].filter((panel) => !answered.has(panel)), refused };
}

/** Of a store that answers PromQL, or of Loki, which answers LogQL in the same form. */
export function askingApi(url: string, path: string): Ask {
  return async (query) => {
    const parameters = new URLSearchParams({ query, nocache: '1', latency_offset: '1ms' });
    const text = await textOf(`${url}${path}`, { method: 'POST', body: parameters });
    const { data } = JSON.parse(text) as { data: { result: readonly { value: [number, string] }[] } };
    // A share of nothing is no number, and no answer.
    return data.result.filter(({ value: [, value] }) => Number.isFinite(Number(value))).length;
  };
}

/** The first that has an answer. */
export function askingOneOf(...asks: readonly Ask[]): Ask {
  return async (query) => {
    for (const ask of asks) {
      const found = await ask(query);
      if (found > 0) return found;
    }
    return 0;
  };
}

/** @throws unless the answer is a good one */
export async function textOf(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 300)}`);
  return text;
}
