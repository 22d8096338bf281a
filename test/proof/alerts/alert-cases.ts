/**
 * Alerts fire when they should and are silent when they should: judged by Prometheus' own unit tests of rules, on series like
 * those that the programs give, against the rules as they are rendered.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { tool } from '../../tools/obtain';
import { runProgram } from '../validators/run-program';
import type { Verdict } from '../validators/validator';

export interface AlertCase {
  readonly alert: string;
  /** Series → values, a minute apart; `a+bxn` counts up. After a while it fires. */
  readonly series: Readonly<Record<string, string>>;
  readonly silent: Readonly<Record<string, string>>;
  /** When it has to fire, as Prometheus writes durations. @default '1h' */
  readonly after?: string;
  /** Labels by which it fires. */
  readonly fires: Readonly<Record<string, string>>;
}

/** Tests for `describe` or `proof`: each case fires, and its healthy twin is silent. */
export function testAlerts(rules: () => string, cases: readonly AlertCase[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-alerts-'));
  beforeAll(() => {
    writeFileSync(join(folder, 'rules.yml'), rules());
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Whether so many of the alert fire. */
  async function firing(
    { alert, fires: labels, after = '1h' }: AlertCase,
    series: Readonly<Record<string, string>>,
    count: 0 | 1,
  ): Promise<Verdict> {
    const selected = Object.entries({ alertname: alert, alertstate: 'firing', ...labels })
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ');
    const file = join(folder, `${alert}-${count}.yml`);
    writeFileSync(
      file,
      stringify({
        rule_files: [join(folder, 'rules.yml')],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
            promql_expr_test: [
              {
                expr: `count(ALERTS{${selected}}) or vector(0)`,
                eval_time: after,
                exp_samples: [{ labels: '{}', value: count }],
              },
            ],
          },
        ],
      }),
    );
    return runProgram(await tool('prometheus', 'promtool'), ['test', 'rules', file]);
  }

  test.each(cases)('$alert fires', async (one) => {
    const { accepted, said } = await firing(one, one.series, 1);
    expect({ accepted, said }).toEqual({ accepted: true, said });
  });

  test.each(cases)('$alert is silent when nothing is wrong', async (one) => {
    const { accepted, said } = await firing(one, one.silent, 0);
    expect({ accepted, said }).toEqual({ accepted: true, said });
  });
}
