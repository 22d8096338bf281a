/**
 * Silences as code, judged by amtool: Alertmanager takes the configuration, and every alert goes to the receivers to which it
 * went without them. (That it is quiet for a time, a real Alertmanager shows in `hub-alerting.test.ts`.)
 */
import { Duration } from 'cdk8s';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderAlertmanager } from '../../constructs/alert/alertmanager-config';
import type { Silence } from '../../constructs/alert/silences';
import { SecretRef } from '../../constructs/core/secrets';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { runProgram } from './validators/run-program';
import type { Verdict } from './validators/validator';

const MOVE: Silence = {
  matchers: { cluster: 'dev', alertname: { matches: 'Spoke.*' } },
  from: '2026-12-29T22:00Z',
  until: '2027-01-03T06:15Z',
  reason: 'dev moves to "new" nodes',
  owner: 'operations',
};
const DISKS: Silence = {
  ...MOVE,
  matchers: { job: 'vmstorage' },
  from: '2026-11-02',
  until: '2026-12-01',
  reason: 'new disks',
};

proof(['amtool'], 'Silences in Alertmanager’s configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-silences-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function config(silences: readonly Silence[]): string {
    const file = join(folder, `${silences.length}.yml`);
    const rendered = renderAlertmanager({
      receivers: {
        team: [{ kind: 'webhook', url: SecretRef.named('team') }],
        'on-call': [{ kind: 'webhook', url: SecretRef.named('on-call') }],
      },
      routing: { default: 'team', bySeverity: { critical: 'on-call' } },
      deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('heartbeat') },
      grouping: { wait: Duration.seconds(30), interval: Duration.minutes(5), repeat: Duration.hours(4) },
      silences,
      fileOf: ({ name }) => `/secrets/${name}`,
    });
    writeFileSync(file, stringify(rendered));
    return file;
  }

  async function amtool(...args: readonly string[]): Promise<Verdict> {
    return runProgram(await tool('amtool'), [...args]);
  }

  it('accepts two that overlap, over the end of a year', async () => {
    const { accepted, said } = await amtool('check-config', config([MOVE, DISKS]));
    expect({ accepted, said }).toEqual({ accepted: true, said });
    expect(said).toContain('SUCCESS');
  });

  it('refuses a route that names an interval that is not there', async () => {
    const spoilt = join(folder, 'spoilt.yml');
    writeFileSync(
      spoilt,
      stringify({
        route: { receiver: 'a', routes: [{ matchers: ['a="b"'], mute_time_intervals: ['x'] }] },
        receivers: [{ name: 'a' }],
      }),
    );
    const verdict = await amtool('check-config', spoilt);
    expect(verdict).toMatchObject({ accepted: false });
    expect(verdict.said).toMatch(/undefined time interval "x" used in route/);
  });

  it.each([
    ['both silences', ['cluster=dev', 'alertname=SpokeSilent', 'job=vmstorage']],
    ['the first', ['cluster=dev', 'alertname=SpokeSilent']],
    ['the second', ['job=vmstorage']],
    ['none', ['cluster=dev', 'alertname=ComponentDown']],
  ])('sends what %s name where it went before', async (_what, labels) => {
    for (const [severity, receiver] of [
      ['critical', 'on-call'],
      ['warning', 'team'],
    ] as const) {
      for (const silences of [[], [MOVE, DISKS]]) {
        const { accepted, said } = await amtool(
          'config',
          'routes',
          'test',
          `--config.file=${config(silences)}`,
          `--verify.receivers=${receiver}`,
          `severity=${severity}`,
          ...labels,
        );
        expect({ accepted, said }).toEqual({ accepted: true, said });
      }
    }
  });
});
