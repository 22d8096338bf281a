/**
 * Cases as Prometheus' own unit tests of rules: a file for each group of rules, so that no test evaluates what others are about.
 */
import { SCRAPING_DOWN } from '../../../constructs/alert/target-alerts';
import { scrapeJobs } from '../../../constructs/core/scrape-jobs';
import { Workload } from '../../../constructs/core/workload';
import { programsOf } from '../../../constructs/alert/programs/program-alert';
import { synthesisOf } from '../../environments';
import { parse } from 'yaml';
import type { AlertCase, Place, Texts } from './cases/case';

export interface RenderedRule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface RenderedGroup {
  readonly name: string;
  readonly rules: readonly RenderedRule[];
}

/** The groups that an environment evaluates, as its rule file has them; none where somebody else evaluates. */
export function renderedGroups(environment: string): readonly RenderedGroup[] {
  const files = [...synthesisOf(environment).files].filter(([path]) => /^config\/.*\/rules\.yml$/.test(path));
  return files.flatMap(([, text]) => (parse(text) as { groups: RenderedGroup[] }).groups);
}

export function placeOf(environment: string): Place {
  const { platform } = synthesisOf(environment);
  const all = scrapeJobs(platform.graph);
  const jobs = (program: string): readonly string[] =>
    all
      .filter(({ name, endpoint: { owner } }) =>
        owner instanceof Workload ? programsOf(owner).includes(program) : name === program,
      )
      .map(({ name }) => name);
  return { environment, platform, jobs, job: (program) => jobs(program)[0] ?? program };
}

/** The two tests of a case: so many of the alert fire. */
export function testsOf(one: AlertCase, labels: Readonly<Record<string, string>>): object[] {
  const { alert, after = '1h' } = one;
  const selected = entries({ alertname: alert, alertstate: 'firing', ...one.fires })
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
  const test = (title: string, series: Texts, count: 0 | 1): object => ({
    name: `${alert} ${title}`,
    interval: '1m',
    input_series: entries(series).map(([name, values]) => ({
      series: withLabels(name, labels),
      values,
    })),
    promql_expr_test: [
      {
        // In the healthy twin no label decides: the alert must not fire for anything.
        expr: `count(ALERTS{${count === 1 ? selected : `alertname="${alert}", alertstate="firing"`}}) or vector(0)`,
        eval_time: after,
        exp_samples: [{ labels: '{}', value: count }],
      },
    ],
  });
  return [
    test('fires', one.series, 1),
    ...(one.silent === undefined ? [] : [test('is silent when nothing is wrong', one.silent, 0)]),
  ];
}

function entries(texts: Texts): [name: string, text: string][] {
  return Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]));
}

/** The labels that the rules of an environment ask every series for, and that no case has to repeat: those of `ScrapingDown`. */
export function labelsOf(environment: string): Readonly<Record<string, string>> {
  const scraping = renderedGroups(environment)
    .flatMap(({ rules }) => rules)
    .find(({ alert }) => alert === SCRAPING_DOWN);
  return Object.fromEntries(
    [...(scraping?.expr ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
}

/** @param series e.g. `up{job="loki"}` */
function withLabels(series: string, labels: Readonly<Record<string, string>>): string {
  const [, name = '', inner = ''] = /^([^{]*)(?:\{(.*)\})?$/.exec(series) ?? [];
  const missing = Object.entries(labels).filter(([label]) => !new RegExp(`(^|[,\\s])${label}=`).test(inner));
  const all = [inner, ...missing.map(([label, value]) => `${label}=${JSON.stringify(value)}`)];
  return `${name}{${all.filter((text) => text !== '').join(', ')}}`;
}
