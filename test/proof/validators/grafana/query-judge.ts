/**
 * Whether the programs that answer a dashboard's queries can read them: PromQL by promtool and by vmalert (whichever the
 * environment has, the queries are plain PromQL), Flux by an InfluxDB with the bucket. LogQL and SQL are run by the real
 * Loki and by ClickHouse's engine in `dashboards-answer.test.ts`: neither has a program that only reads them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { tool } from '../../../tools/obtain';
import { runProgram } from '../run-program';
import { runInSandbox } from '../sandbox';
import type { Verdict } from '../validator';
import { vmDryRun } from '../vm-dry-run';
import { queriesOf, type DashboardQuery } from './dashboard-queries';
import type { DashboardLike } from './dashboard-mistakes';

const GOOD: Verdict = { accepted: true, said: '' };
/** Environments share most queries; each is judged once. */
const accepted = new Set<string>();

export async function judgeQueries(dashboard: DashboardLike): Promise<Verdict> {
  const queries = queriesOf(dashboard).filter(({ text }) => !accepted.has(text));
  const of = (language: DashboardQuery['language']): readonly string[] =>
    queries.filter((query) => query.language === language).map(({ text }) => text);
  const verdict = await firstRefusal([
    () =>
      asRules(of('promql'), async (file) =>
        runProgram(await tool('prometheus', 'promtool'), ['check', 'rules', file]),
      ),
    () => asRules(of('promql'), (file) => vmDryRun('vmalert', [`-rule=${file}`])),
    () => judgeFlux(of('flux')),
  ]);
  if (verdict.accepted) for (const { text } of queries) accepted.add(text);
  return verdict;
}

async function firstRefusal(judges: readonly (() => Promise<Verdict>)[]): Promise<Verdict> {
  for (const judge of judges) {
    const verdict = await judge();
    if (!verdict.accepted) return verdict;
  }
  return GOOD;
}

/** As the rules of a file: that is how these programs say whether they can read a query, without a store. */
async function asRules(
  exprs: readonly string[],
  judge: (file: string) => Promise<Verdict>,
): Promise<Verdict> {
  if (exprs.length === 0) return GOOD;
  const rules = exprs.map((expr, index) => ({ record: `query_${index}`, expr }));
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-queries-'));
  try {
    const file = join(folder, 'queries.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    return await judge(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function judgeFlux(queries: readonly string[]): Promise<Verdict> {
  if (queries.length === 0) return GOOD;
  return runInSandbox({
    command: ['/judge/node', '/judge/flux-judge.js'],
    files: { '/judge/queries.json': JSON.stringify(queries) },
    readOnly: {
      '/judge/node': process.execPath,
      '/judge/flux-judge.js': join(__dirname, 'flux-judge.js'),
      '/judge/influxd': await tool('influxdb', 'influxd'),
    },
  });
}
