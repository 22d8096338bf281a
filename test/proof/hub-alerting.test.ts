/**
 * Two real vmalerts ask through a real vmauth (TLS, their own token, its authority in a file) and tell two real
 * Alertmanagers, which tell people: by Slack, PagerDuty, mail and a webhook, each once, although every vmalert fires
 * everything and every Alertmanager knows everything. A silence as code keeps one alert quiet.
 *
 * All configuration is the rendered one. What is changed, and why:
 * - the hosts: Slack's and the webhook's addresses are secrets, so they are only other values; PagerDuty's is
 *   Alertmanager's default and is overridden (`pagerduty_url`); the mail server's stands in the configuration;
 * - how vmalert finds the Alertmanagers, for there is no DNS here;
 * - the waiting times of groups, by the construct's own prop; the rules' interval of a second, by vmalert's.
 */
import { Duration } from 'cdk8s';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Notification } from '../../constructs/alert/alertmanager-config';
import type { AlertRule } from '../../constructs/alert/rules';
import { SecretRef } from '../../constructs/core/secrets';
import { proof } from '../tools/proof';
import { until } from './control-plane/until';
import { freePort } from './free-port';
import { AlertmanagerProgram, VmalertProgram } from './hub/alerting-program';
import { HubDoor } from './hub/hub-door';
import { alertingHub } from './hub/hub-platform';
import { MailSink } from './hub/mail-sink';
import { MetricsNode } from './hub/metrics-node';
import { RecordingServer } from './hub/recording-server';
import { valueOf } from './hub/rendered-container';
import { issue, makeAuthority } from './kafka/certificates';

const DAY_MS = 24 * 60 * 60 * 1000;
/** vmalert asks for half a minute ago, and the second Alertmanager waits a quarter of one for the first. */
const TOLD_MS = 120_000;

const RECEIVERS: Readonly<Record<string, readonly Notification[]>> = {
  team: [
    { kind: 'slack', channel: '#alerts', webhook: SecretRef.named('slack-webhook') },
    {
      kind: 'email',
      to: 'team@example.com',
      from: 'alerts@example.com',
      server: { host: 'smtp.example.com', port: 587 },
      username: 'alerts',
      password: SecretRef.named('mail-password'),
    },
  ],
  'on-call': [
    { kind: 'pagerduty', routingKey: SecretRef.named('pagerduty-key') },
    { kind: 'webhook', url: SecretRef.named('hook-url') },
  ],
};

function rule(alert: string, sites: string, severity: AlertRule['severity']): AlertRule {
  return {
    alert,
    expr: `max by (site) (hub_pressure{site=~"${sites}"}) > 0`,
    about: 'failing',
    holds: Duration.seconds(0),
    severity,
    component: '{{ $labels.site }}',
    summary: 'Pressure {{ $value }} at {{ $labels.site }}',
    description: 'Open a valve.',
  };
}

proof(
  ['victoria-metrics', 'alertmanager'],
  'The hub’s alerting [substitute: single node for the cluster]',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'hyperion-mail-'));
    const node = new MetricsNode();
    const door = new HubDoor();
    const vmalerts = [new VmalertProgram(), new VmalertProgram()];
    const alertmanagers = [new AlertmanagerProgram(0), new AlertmanagerProgram(1)];
    const mail = new MailSink();
    const services = {
      slack: new RecordingServer({ status: 200, text: 'ok' }, 'text/plain'),
      pagerDuty: new RecordingServer({ status: 202, text: '{"status":"success"}' }),
      hook: new RecordingServer({ status: 200, text: '' }),
    };

    beforeAll(async () => {
      const day = (offset: number): string =>
        new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10);
      const made = alertingHub(
        [
          {
            name: 'pressure',
            rules: [
              rule('PressureHigh', 'plant|workshop', 'critical'),
              rule('PressureRises', 'office', 'warning'),
            ],
          },
        ],
        {
          receivers: RECEIVERS,
          routing: { default: 'team', bySeverity: { critical: 'on-call' } },
          grouping: {
            wait: Duration.seconds(1),
            interval: Duration.seconds(5),
            repeat: Duration.hours(4),
          },
          silences: [
            {
              matchers: { site: 'workshop' },
              from: day(-1),
              until: day(2),
              reason: 'The boiler is replaced',
              owner: 'operations',
            },
          ],
        },
      );
      made.platform.runDerivers();
      for (const server of Object.values(services)) await server.start();
      makeAuthority(folder);
      const pem = issue(folder, 'mail');
      await mail.start({ key: pem, cert: pem });
      await node.start();
      await door.start(made, node.behind);
      await fetch(`${node.url}/api/v1/import/prometheus`, { method: 'POST', body: pressures() });
      const gossip = await Promise.all(alertmanagers.map(async () => `127.0.0.1:${await freePort()}`));
      await Promise.all(
        alertmanagers.map((program) =>
          program.start(made.platform, made.alertmanager, gossip, {
            addresses: {
              'slack-webhook': `${services.slack.url}/services/T0/B0/token`,
              'hook-url': `${services.hook.url}/hook`,
            },
            secrets: ['mail-password', 'pagerduty-key'],
            mail: {
              from: 'smtp.example.com:587',
              to: `localhost:${mail.port}`,
              authorityFile: join(folder, 'ca.crt'),
            },
            pagerDuty: `${services.pagerDuty.url}/v2/enqueue`,
          }),
        ),
      );
      await until('the Alertmanagers know each other', 60_000, async () => {
        const members = await Promise.all(
          alertmanagers.map(({ url }) => counter(url, 'alertmanager_cluster_members')),
        );
        return members.every((count) => count === 2) ? [] : [members.join(', ')];
      });
      for (const vmalert of vmalerts) {
        await vmalert.start(
          made.platform,
          made.vmalert,
          door,
          alertmanagers.map(({ address }) => address),
        );
      }
    }, 120_000);

    afterAll(async () => {
      for (const program of [...vmalerts, ...alertmanagers, door, node, mail, ...Object.values(services)]) {
        await program.stop();
      }
      rmSync(folder, { recursive: true });
    });

    it(
      'tells each person once, whoever of the two fires and whoever of the two sends',
      async () => {
        await until('both vmalerts fire all three alerts', TOLD_MS, async () => {
          const firing = await Promise.all(vmalerts.map(({ url }) => firingAt(url)));
          return firing.every((count) => count === 3) ? [] : [firing.join(', ')];
        });
        await until('a message from each service', TOLD_MS, () =>
          Promise.resolve(
            Object.entries({ ...arrivals(), mail: mail.letters.length })
              .filter(([, count]) => count === 0)
              .map(([name]) => name),
          ),
        );
        // When a group is looked at for the third time, both have done with the first, and with their wait for each other.
        await until('both Alertmanagers have looked three times', TOLD_MS, () =>
          Promise.resolve(
            alertmanagers
              .map((program) => program.flushes())
              .filter((counts) => counts.length < 3 || Math.min(...counts) < 3)
              .map((counts) => counts.join(', ')),
          ),
        );
        expect({ ...arrivals(), mail: mail.letters.length }).toEqual({
          slack: 1,
          pagerDuty: 1,
          hook: 1,
          mail: 1,
        });
      },
      4 * TOLD_MS,
    );

    it('writes to Slack as an incoming webhook takes it', () => {
      const [arrival] = services.slack.arrivals;
      expect(arrival?.path).toBe('/services/T0/B0/token');
      expect(JSON.parse(arrival?.body ?? '')).toMatchObject({
        channel: '#alerts',
        attachments: [
          {
            title: '[FIRING] PressureRises office',
            text: expect.stringContaining('Pressure 1 at office') as string,
            color: 'danger',
          },
        ],
      });
    });

    it('writes to PagerDuty as its Events API v2 takes it', () => {
      const [arrival] = services.pagerDuty.arrivals;
      expect(arrival?.path).toBe('/v2/enqueue');
      expect(JSON.parse(arrival?.body ?? '')).toMatchObject({
        routing_key: valueOf('pagerduty-key'),
        event_action: 'trigger',
        dedup_key: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        payload: {
          summary: expect.stringContaining('PressureHigh') as string,
          source: expect.any(String) as string,
          severity: expect.stringMatching(/^(critical|error|warning|info)$/) as string,
        },
      });
    });

    it('posts its own JSON to the webhook, with what every alert carries', () => {
      expect(JSON.parse(services.hook.arrivals[0]?.body ?? '')).toMatchObject({
        status: 'firing',
        receiver: 'on-call',
        alerts: [
          {
            labels: {
              alertname: 'PressureHigh',
              severity: 'critical',
              component: 'plant',
              cluster: 'infra',
              environment: 'infra',
            },
            annotations: { summary: 'Pressure 1 at plant' },
          },
        ],
      });
    });

    it('sends mail over STARTTLS with its password', () => {
      expect(mail.letters).toEqual([
        {
          from: 'alerts@example.com',
          to: 'team@example.com',
          login: `alerts:${valueOf('mail-password')}`,
          text: expect.stringContaining('PressureRises') as string,
        },
      ]);
    });

    it('keeps quiet what a silence as code names, though both know that it fires', async () => {
      const said = [
        ...Object.values(services).flatMap((server) => server.arrivals.map(({ body }) => body)),
        ...mail.letters.map(({ text }) => text),
      ].join('\n');
      expect(said).not.toContain('workshop');
      for (const { url } of alertmanagers) {
        const alerts = (await (
          await fetch(`${url}/api/v2/alerts?filter=site="workshop"`)
        ).json()) as unknown[];
        expect(alerts).toHaveLength(1);
        const groups = await (await fetch(`${url}/api/v2/alerts/groups?filter=site="workshop"`)).text();
        expect(groups).toContain('silence 1: The boiler is replaced (operations)');
      }
    });

    function arrivals(): Record<keyof typeof services, number> {
      return {
        slack: services.slack.arrivals.length,
        pagerDuty: services.pagerDuty.arrivals.length,
        hook: services.hook.arrivals.length,
      };
    }
  },
);

/** A pressure at each site, from before the first question to long after the last. */
function pressures(): string {
  const now = Date.now();
  const times = Array.from({ length: 150 }, (_, index) => now - 120_000 + index * 5_000);
  return ['plant', 'workshop', 'office']
    .flatMap((site) => times.map((time) => `hub_pressure{site="${site}"} 1 ${time}`))
    .join('\n');
}

async function firingAt(url: string): Promise<number> {
  const answer = (await (await fetch(`${url}/api/v1/alerts`)).json()) as {
    data: { alerts: { state: string; name: string }[] };
  };
  return answer.data.alerts.filter(({ state, name }) => state === 'firing' && name.startsWith('Pressure'))
    .length;
}

async function counter(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 'NaN');
}
