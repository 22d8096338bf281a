/**
 * Who is told what, in every environment, as `amtool` says of the configuration that is mounted there.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { stringify } from 'yaml';
import { renderAlertmanager } from '../../constructs/alert/alertmanager-config';
import { SecretRef } from '../../constructs/core/secrets';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { runProgram } from './validators/run-program';

const CONFIG = 'config/alertmanager/alertmanager.yml';
const TELLING = ENVIRONMENT_NAMES.filter((name) => synthesisOf(name).files.has(CONFIG));
const PRODUCTION = ['epiphany-prod', 'hyperion-prod', 'telemetry-prod', 'hub-infra'];

proof(['amtool'], 'Alertmanager routes alerts to whom the environment says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-routes-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  async function receiver(name: string, text: string, labels: readonly string[]): Promise<string> {
    const file = join(folder, `${name}.yml`);
    writeFileSync(file, text);
    const args = ['config', 'routes', 'test', `--config.file=${file}`, ...labels];
    return runProgram(await tool('amtool'), args).said.trim();
  }

  const inEnvironment = (name: string, ...labels: readonly string[]): Promise<string> =>
    receiver(name, synthesisOf(name).files.get(CONFIG) ?? '', labels);

  it('all environments but the spokes and the one with a Prometheus of its own have it', () => {
    expect(ENVIRONMENT_NAMES.filter((name) => !TELLING.includes(name))).toEqual([
      'anton',
      'hub-dev',
      'hub-staging',
      'hub-prod',
    ]);
  });

  it.each(TELLING)('%s sends the dead-man switch to its own receiver, and nothing else', async (name) => {
    expect([
      await inEnvironment(name, 'alertname=Watchdog', 'severity=info', 'component=alerting', 'team=platform'),
      await inEnvironment(
        name,
        'alertname=ComponentDown',
        'severity=warning',
        'component=loki',
        'team=platform',
      ),
    ]).toEqual(['dead-man-switch', 'team']);
  });

  it.each(PRODUCTION)('%s calls somebody for what is critical', async (name) => {
    expect(await inEnvironment(name, 'alertname=ComponentDown', 'severity=critical', 'team=platform')).toBe(
      'on-call',
    );
  });

  it('hyperion-prod tells the team that answers for Kafka', async () => {
    const about = (...labels: readonly string[]): Promise<string> =>
      inEnvironment('hyperion-prod', 'alertname=ComponentDown', 'component=kafka', ...labels);
    expect([
      await about('severity=critical', 'team=messaging'),
      await about('severity=warning', 'team=messaging'),
    ]).toEqual(['messaging-on-call', 'messaging']);
  });

  it('what a team owns goes to that team, a silence or not', async () => {
    const file = (ref: SecretRef): string => `/secrets/${ref.name}`;
    const hook = (name: string) => [{ kind: 'webhook', url: SecretRef.named(name) }] as const;
    const text = stringify(
      renderAlertmanager({
        receivers: {
          platform: hook('a'),
          'on-call': hook('b'),
          messaging: hook('c'),
          'their-pager': hook('d'),
        },
        routing: {
          default: 'platform',
          bySeverity: { critical: 'on-call' },
          byTeam: { messaging: { default: 'messaging', bySeverity: { critical: 'their-pager' } } },
        },
        deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('heartbeat') },
        grouping: { wait: Duration.seconds(30), interval: Duration.minutes(5), repeat: Duration.hours(4) },
        silences: [
          {
            matchers: { alertname: { matches: '.+' } },
            from: '2026-11-02',
            until: '2026-11-03',
            reason: 'move',
            owner: 'ops',
          },
        ],
        fileOf: file,
      }),
    );
    const to = (...labels: readonly string[]): Promise<string> => receiver('teams', text, labels);
    expect([
      await to('alertname=KafkaConsumersLag', 'severity=critical', 'team=messaging'),
      await to('alertname=KafkaConsumersLag', 'severity=warning', 'team=messaging'),
      await to('alertname=KafkaConsumersLag', 'severity=critical', 'team=platform'),
      await to('alertname=KafkaConsumersLag', 'severity=warning', 'team=platform'),
      await to('alertname=Watchdog', 'severity=info', 'team=platform'),
    ]).toEqual(['their-pager', 'messaging', 'on-call', 'platform', 'dead-man-switch']);
  });
});
