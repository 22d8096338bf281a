/**
 * Every alert of every environment fires when it should and is silent when nothing is wrong: Prometheus' own unit tests of rules,
 * on the rule files as they are rendered, with series like those that the programs give.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ENVIRONMENT_NAMES } from '../environments';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { ALL_CASES } from './alerts/cases/all';
import { labelsOf, placeOf, renderedGroups, testsOf, type RenderedGroup } from './alerts/rule-tests';
import { runProgram } from './validators/run-program';

const EVALUATING = ENVIRONMENT_NAMES.filter((name) => renderedGroups(name).length > 0);

function alertsOf(groups: readonly RenderedGroup[]): string[] {
  return [...new Set(groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? [])))];
}

describe.each(EVALUATING)('%s', (environment) => {
  it('has a case for each of its alerts', () => {
    const tried = new Set(
      ALL_CASES.flatMap((cases) => cases(placeOf(environment))).map(({ alert }) => alert),
    );
    expect(alertsOf(renderedGroups(environment)).filter((alert) => !tried.has(alert))).toEqual([]);
  });
});

/** Of what an environment may choose, and none has: copies of Prometheus' samples. */
const CHOICES = ['SampleCopiesLate', 'SampleCopiesLost'];

it('tries no alert that no environment has', () => {
  const known = new Set([...EVALUATING.flatMap((name) => alertsOf(renderedGroups(name))), ...CHOICES]);
  const tried = EVALUATING.flatMap((name) => ALL_CASES.flatMap((cases) => cases(placeOf(name))));
  expect([...new Set(tried.map(({ alert }) => alert))].filter((alert) => !known.has(alert))).toEqual([]);
});

it('only spokes evaluate nothing themselves', () => {
  expect(ENVIRONMENT_NAMES.filter((name) => !EVALUATING.includes(name))).toEqual([
    'hub-dev',
    'hub-staging',
    'hub-prod',
  ]);
});

proof(['prometheus'], 'Every alert fires, and only when it should', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-alerts-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(EVALUATING)('in %s', async (environment) => {
    const cases = ALL_CASES.flatMap((one) => one(placeOf(environment)));
    const labels = labelsOf(environment);
    const files = renderedGroups(environment).flatMap((group, index) => {
      const names = new Set(alertsOf([group]));
      const own = cases.filter(({ alert }) => names.has(alert));
      const rules = join(folder, `${environment}-${index}-rules.yml`);
      writeFileSync(rules, stringify({ groups: [group] }));
      return [...new Set(own.map(({ every }) => every))].map((every = '1m') => {
        const file = join(folder, `${environment}-${index}-every-${every}.yml`);
        const tests = own
          .filter((one) => (one.every ?? '1m') === every)
          .flatMap((one) => testsOf(one, labels));
        writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: every, tests }));
        return file;
      });
    });
    const promtool = await tool('prometheus', 'promtool');
    const wrong = files
      .map((file) => runProgram(promtool, ['test', 'rules', file]))
      .filter(({ accepted }) => !accepted);
    expect(wrong.map(({ said }) => said)).toEqual([]);
  });
});
