/**
 * Every alert has a runbook that says where to look, what to do and when it is over; and every runbook has an alert.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { Terminal } from '../stacks/cli/terminal';
import { renderedAlerts } from './runbooks/alerts';
import { mistakesOf, unknownNames, type Known } from './runbooks/runbook';

const FOLDER = join(__dirname, '../../docs/runbooks');
const TEMPLATE = 'README.md';

const alerts = renderedAlerts();
const names = [...new Set(alerts.map(({ alert }) => alert))].sort();
const pages = readdirSync(FOLDER).filter((file) => file !== TEMPLATE);
const commands = commandsOfHyperion();

function fileOf(alert: string): string {
  return `${alert.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}.md`;
}

function commandsOfHyperion(): string[] {
  const terminal = new Terminal();
  const { out } = terminal.run(['--help']);
  terminal.close();
  return [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, command = '']) => command);
}

/** What a page about these environments may name. */
function knownIn(environments: readonly string[]): Known {
  const dashboards = environments.flatMap((environment) =>
    [...synthesisOf(environment).files]
      .filter(([path]) => path.startsWith('config/') && path.endsWith('.json'))
      .flatMap(([, text]) => {
        const { uid } = JSON.parse(text) as { uid?: string };
        return uid ?? [];
      }),
  );
  return { commands, environments: ENVIRONMENT_NAMES, dashboards };
}

test('there are alerts, and commands, to be checked against', () => {
  expect(names.length).toBeGreaterThan(40);
  expect(commands).toEqual(expect.arrayContaining(['synth', 'check', 'diff', 'explain', 'envs', 'local']));
});

test('no runbook is about an alert that is gone', () => {
  expect(pages.filter((file) => !names.some((alert) => fileOf(alert) === file))).toEqual([]);
});

test.each(names)('%s has a runbook that is about it', (alert) => {
  const path = join(FOLDER, fileOf(alert));
  const here = alerts.filter((rendered) => rendered.alert === alert);
  const known = knownIn([...new Set(here.map(({ environment }) => environment))]);
  const mistakes = existsSync(path)
    ? mistakesOf(
        alert,
        here.map(({ expr }) => expr),
        readFileSync(path, 'utf8'),
        known,
      )
    : [`docs/runbooks/${fileOf(alert)} is not there; the template is in docs/runbooks/README.md`];
  expect(mistakes).toEqual([]);
});

test('each alert brings the link to its runbook along', () => {
  const without = alerts.filter(
    ({ alert, annotations }) => annotations.runbook_url?.endsWith(`/docs/runbooks/${fileOf(alert)}`) !== true,
  );
  expect(without.map(({ environment, alert }) => `${environment}: ${alert}`)).toEqual([]);
});

test('the guide for whoever is on call names what there is', () => {
  const guide = readFileSync(join(FOLDER, '../guides/on-call.md'), 'utf8');
  expect(unknownNames(guide, knownIn(ENVIRONMENT_NAMES))).toEqual([]);
});

describe('what is wrong with a page is told', () => {
  const KNOWN: Known = { commands: ['explain'], environments: ['hyperion-prod'], dashboards: ['store-loki'] };
  const EXPR = 'sum by (job) (rate(loki_discarded_total{reason="rate_limited"}[5m])) > 0';
  const PAGE = [
    '# LinesDiscarded',
    '',
    'Loki refuses lines for good, and whoever sent them does not send them again.',
    '',
    '## Look at',
    '',
    '- `sum by (reason) (rate(loki_discarded_total[5m]))`, on the dashboard `store-loki`.',
    '',
    '## Do',
    '',
    '1. Look at `hyperion explain hyperion-prod loki` and raise the limit that is reached.',
    '',
    '## It is over when',
    '',
    '`loki_discarded_total` does not rise for ten minutes in a row.',
  ].join('\n');
  const mistakes = (page: string): string[] => mistakesOf('LinesDiscarded', [EXPR], page, KNOWN);

  test('and nothing of one that follows the template', () => {
    expect(mistakes(PAGE)).toEqual([]);
  });

  test('an empty one', () => {
    expect(mistakes('# LinesLost\n')).toEqual([
      'its heading is "LinesLost", and the alert LinesDiscarded',
      'it does not say what the alert means, before the first section',
      'its sections are none; a runbook has Look at, Do, It is over when',
      '"Look at" names no metric of the alert\'s expression: loki_discarded_total',
      '"Look at" is no list',
      '"Do" lists no step',
      '"It is over when" names no value or state to look for, in backticks',
    ]);
  });

  test('one that was not changed with its alert', () => {
    expect(mistakes(PAGE.replaceAll('loki_discarded_total', 'loki_discarded_samples_total'))).toEqual([
      '"Look at" names no metric of the alert\'s expression: loki_discarded_total',
    ]);
  });

  test('one that names what is not there', () => {
    expect(
      mistakes(
        PAGE.replace('store-loki', 'loki-overview').replace(
          'explain hyperion-prod',
          'describe hyperion-test',
        ),
      ),
    ).toEqual([
      'there is no dashboard loki-overview',
      'there is no command hyperion describe',
      'there is no environment hyperion-test',
    ]);
  });
});
