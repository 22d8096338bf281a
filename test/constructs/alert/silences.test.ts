import { formatProblem } from '../../../constructs/core/config-error';
import { renderAlertmanager } from '../../../constructs/alert/alertmanager-config';
import {
  silencedRoutes,
  silenceIntervals,
  silenceMistakes,
  type Silence,
} from '../../../constructs/alert/silences';
import { Duration } from 'cdk8s';
import { SecretRef } from '../../../constructs/core/secrets';
import { complete } from '../../../constructs/core/complete';
import { problemsOf } from '../core/fixture';
import { metricsSystem } from '../metrics-system';

const MOVE: Silence = {
  matchers: { cluster: 'dev', alertname: { matches: 'Spoke.*' } },
  from: '2026-11-02T18:30Z',
  until: '2026-11-02T20:00Z',
  reason: 'dev moves to new nodes',
  owner: 'operations',
};

interface Interval {
  readonly times?: readonly { readonly start_time: string; readonly end_time: string }[];
  readonly days_of_month: readonly string[];
  readonly months: readonly string[];
  readonly years: readonly string[];
}

function intervalsOf(from: string, until: string): readonly Interval[] {
  const [rendered] = silenceIntervals([{ ...MOVE, from, until }]) as { time_intervals: Interval[] }[];
  return rendered?.time_intervals ?? [];
}

/** As Alertmanager reads an interval: start inclusive, end exclusive, everything that is left out always fits. */
function covers(interval: Interval, moment: Date): boolean {
  const minute = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const now = moment.getUTCHours() * 60 + moment.getUTCMinutes();
  const [first = 0, last = 0] = (interval.days_of_month[0] ?? '').split(':').map(Number);
  return (
    interval.years.includes(String(moment.getUTCFullYear())) &&
    interval.months.includes(String(moment.getUTCMonth() + 1)) &&
    moment.getUTCDate() >= first &&
    moment.getUTCDate() <= last &&
    (interval.times?.some(
      ({ start_time, end_time }) => now >= minute(start_time) && now < minute(end_time),
    ) ??
      true)
  );
}

describe('the time', () => {
  it('of an evening is one interval', () => {
    expect(intervalsOf('2026-11-02T18:30Z', '2026-11-02T20:00Z')).toEqual([
      {
        times: [{ start_time: '18:30', end_time: '20:00' }],
        days_of_month: ['2:2'],
        months: ['11'],
        years: ['2026'],
        location: 'UTC',
      },
    ]);
  });

  it('over the end of a year is cut at midnights and at the end of the month', () => {
    expect(
      intervalsOf('2026-12-29T22:00Z', '2027-01-03T06:15Z').map(({ times, ...days }) => [
        times,
        days.days_of_month,
        days.months,
        days.years,
      ]),
    ).toEqual([
      [[{ start_time: '22:00', end_time: '24:00' }], ['29:29'], ['12'], ['2026']],
      [undefined, ['30:31'], ['12'], ['2026']],
      [undefined, ['1:2'], ['1'], ['2027']],
      [[{ start_time: '00:00', end_time: '06:15' }], ['3:3'], ['1'], ['2027']],
    ]);
  });

  it.each([
    ['2026-11-02', '2026-11-03'],
    ['2026-11-02T00:01Z', '2026-11-02T00:02Z'],
    ['2026-11-02T23:59Z', '2026-11-03T00:01Z'],
    ['2028-02-27T12:00Z', '2028-03-01T12:00Z'],
    ['2026-12-15', '2027-01-14'],
    ['2026-01-31T10:00Z', '2026-03-01'],
  ])('from %s until %s is that time to the minute, and no other', (from, until) => {
    const start = Date.parse(from.includes('T') ? from : `${from}T00:00Z`);
    const end = Date.parse(until.includes('T') ? until : `${until}T00:00Z`);
    const intervals = intervalsOf(from, until);
    const wrong: string[] = [];
    const DAY = 24 * 60;
    for (let minute = -40 * DAY; minute < 75 * DAY; minute += minute > -3 && minute < 2 * DAY ? 1 : 7) {
      const moment = new Date(start + minute * 60_000);
      const wanted = moment.getTime() >= start && moment.getTime() < end;
      if (intervals.some((interval) => covers(interval, moment)) !== wanted) wrong.push(moment.toISOString());
    }
    expect(wrong).toEqual([]);
  });
});

describe('the routes', () => {
  const CRITICAL = { receiver: 'on-call', matchers: ['severity="critical"'] };
  const first = 'silence 1: dev moves to new nodes (operations)';

  it('stand before the others, and lead to the same receivers', () => {
    expect(silencedRoutes([MOVE], [CRITICAL])).toEqual([
      {
        matchers: ['cluster="dev"', 'alertname=~"Spoke.*"'],
        mute_time_intervals: [first],
        routes: [{ ...CRITICAL, mute_time_intervals: [first] }],
      },
      CRITICAL,
    ]);
  });

  it('have one for what two silences name, muted by both', () => {
    const second = 'silence 2: new disks (storage)';
    const disks: Silence = { ...MOVE, matchers: { job: 'vmstorage' }, reason: 'new disks', owner: 'storage' };
    expect(silencedRoutes([MOVE, disks], [])).toEqual([
      {
        matchers: ['cluster="dev"', 'alertname=~"Spoke.*"'],
        mute_time_intervals: [first],
        routes: [{ matchers: ['job="vmstorage"'], mute_time_intervals: [first, second] }],
      },
      { matchers: ['job="vmstorage"'], mute_time_intervals: [second] },
    ]);
  });

  it('without silences are what they were', () => {
    const config = renderAlertmanager({
      receivers: {},
      routing: { default: 'team' },
      deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('heartbeat') },
      grouping: { wait: Duration.seconds(1), interval: Duration.seconds(1), repeat: Duration.hours(1) },
      fileOf: ({ name }) => name,
    });
    expect(Object.keys(config)).toEqual(['route', 'inhibit_rules', 'receivers']);
    expect(config).toMatchObject({ route: { routes: [{ receiver: 'dead-man-switch' }] } });
  });
});

it('stands in the configuration of Alertmanager', () => {
  const { platform, alertmanager } = metricsSystem({ alertmanager: { silences: [MOVE] } });
  complete(platform);
  expect(alertmanager.configs[0]?.files[0]?.text).toContain(
    `time_intervals:\n  - name: "silence 1: dev moves to new nodes (operations)"`,
  );
});

describe('mistakes', () => {
  const said = (change: Partial<Silence>): string =>
    silenceMistakes([{ ...MOVE, ...change }])
      .map((problem) => formatProblem({ path: 'test/alertmanager', ...problem }))
      .join('\n');

  it.each([
    [
      { until: '2026-11-02T18:00Z' },
      'silences[0].until = "2026-11-02T18:00Z"',
      'a silence ends after it begins, 2026-11-02T18:30Z',
      'swap the two, or correct one',
    ],
    [
      { until: '2026-12-24' },
      'silences[0].until = "2026-12-24"',
      'a silence lasts 30 days at most, and this one 51',
      'end it sooner; change or remove an alert that is wrong for longer',
    ],
    [
      { matchers: {} },
      'silences[0].matchers = {}',
      'a silence without matchers silences everything',
      'name the labels',
    ],
    [
      { matchers: { 'my-label': 'x' } },
      'silences[0].matchers.my-label = "my-label"',
      'a label is letters, digits and underscores',
      'correct the name',
    ],
    [{ reason: ' ' }, 'silences[0].reason = " "', 'a silence says why', 'write what is done in that time'],
    [{ owner: '' }, 'silences[0].owner = ""', 'somebody answers for a silence', 'name a person or a team'],
    [
      { from: '2026-11-31' },
      'silences[0].from = "2026-11-31"',
      'a moment is a day or a minute of UTC',
      'write 2026-11-02 or 2026-11-02T18:30Z',
    ],
    [
      { until: '2026-11-02T20:00+01:00' },
      'silences[0].until = "2026-11-02T20:00+01:00"',
      'a moment is a day or a minute of UTC',
      'write 2026-11-02 or 2026-11-02T18:30Z',
    ],
  ] satisfies [Partial<Silence>, string, string, string][])('reports %j', (change, what, rule, remedy) => {
    expect(said(change)).toBe(
      [`test/alertmanager: ${what}`, `  rule:   ${rule}`, `  remedy: ${remedy}`].join('\n'),
    );
  });

  it('reports more than can be told apart, at the component', () => {
    const { platform } = metricsSystem({ alertmanager: { silences: Array<Silence>(7).fill(MOVE) } });
    expect(problemsOf(platform)).toBe(
      [
        'test/alertmanager: silences = 7',
        '  rule:   at most 6 stand at a time',
        '  remedy: delete those that have ended',
      ].join('\n'),
    );
  });
});
