import { Duration } from 'cdk8s';
import { renderAlertmanager, type Notification } from '../../../constructs/alert/alertmanager-config';
import { complete } from '../../../constructs/core/complete';
import { SecretRef } from '../../../constructs/core/secrets';
import { manifest, problemsOf } from '../core/fixture';
import { metricsSystem } from '../metrics-system';

const secret = (name: string): SecretRef => SecretRef.named(name);
const SLACK: Notification = { kind: 'slack', channel: '#alerts', webhook: secret('slack') };
const PAGER: Notification = { kind: 'pagerduty', routingKey: secret('pager') };
const MAIL: Notification = {
  kind: 'email',
  to: 'team@example.com',
  from: 'alerts@example.com',
  server: { host: 'smtp.example.com', port: 587 },
  username: 'alerts',
  password: secret('mail'),
};
const HOOK: Notification = { kind: 'webhook', url: secret('hook') };

describe('the configuration', () => {
  const config = renderAlertmanager({
    receivers: { team: [SLACK, MAIL], 'on-call': [PAGER, HOOK] },
    routing: {
      default: 'team',
      bySeverity: { critical: 'on-call' },
      byTeam: { network: { default: 'team', bySeverity: { critical: 'on-call' } } },
    },
    deadMan: { host: 'heartbeat.example.com', url: secret('heartbeat') },
    grouping: { wait: Duration.seconds(30), interval: Duration.minutes(5), repeat: Duration.hours(4) },
    fileOf: ({ name }) => `/secrets/${name}`,
  });

  it('groups by alert and component, and routes the dead-man switch, then by team, then by severity', () => {
    expect(config).toMatchObject({
      route: {
        receiver: 'team',
        group_by: ['alertname', 'component', 'environment', 'spoke'],
        group_wait: '30s',
        group_interval: '300s',
        repeat_interval: '14400s',
        routes: [
          {
            receiver: 'dead-man-switch',
            matchers: ['alertname="Watchdog"'],
            group_by: ['alertname'],
            group_wait: '0s',
            group_interval: '120s',
            repeat_interval: '110s',
          },
          { receiver: 'on-call', matchers: ['team="network"', 'severity="critical"'] },
          { receiver: 'team', matchers: ['team="network"'] },
          { receiver: 'on-call', matchers: ['severity="critical"'] },
        ],
      },
    });
  });

  it('takes every secret from a file', () => {
    expect(config).toMatchObject({
      receivers: [
        {
          name: 'team',
          slack_configs: [{ channel: '#alerts', api_url_file: '/secrets/slack', send_resolved: true }],
          email_configs: [
            {
              to: 'team@example.com',
              from: 'alerts@example.com',
              smarthost: 'smtp.example.com:587',
              auth_username: 'alerts',
              auth_password_file: '/secrets/mail',
              require_tls: true,
            },
          ],
        },
        {
          name: 'on-call',
          pagerduty_configs: [{ routing_key_file: '/secrets/pager', send_resolved: true }],
          webhook_configs: [{ url_file: '/secrets/hook', send_resolved: true }],
        },
        {
          name: 'dead-man-switch',
          webhook_configs: [{ url_file: '/secrets/heartbeat', send_resolved: false }],
        },
      ],
    });
  });

  it('holds back what another alert explains, and never what has no component', () => {
    expect(config).toMatchObject({
      inhibit_rules: [
        {
          source_matchers: ['alertname="ScrapingDown"'],
          target_matchers: ['alertname=~"ComponentDown|ReplicaDown"'],
          equal: ['environment'],
        },
        {
          source_matchers: ['severity="critical"', 'component=~".+"'],
          target_matchers: ['severity=~"warning|info"', 'component=~".+"', 'alertname!="Watchdog"'],
          equal: ['component', 'environment', 'spoke'],
        },
      ],
    });
  });
});

describe('in production', () => {
  const { platform } = metricsSystem({
    alertmanager: { receivers: { team: [SLACK, MAIL] }, routing: { default: 'team' } },
  });
  complete(platform);

  it('is three replicas that know each other by name', () => {
    const host = (i: number): string => `alertmanager-${i}.alertmanager-headless.view.svc.cluster.local`;
    expect(manifest(platform, 'StatefulSet', 'alertmanager')).toMatchObject({
      spec: {
        replicas: 3,
        template: {
          spec: {
            containers: [
              {
                image: 'quay.io/prometheus/alertmanager:v0.34.1',
                args: [
                  '--config.file=/etc/alertmanager/alertmanager.yml',
                  '--storage.path=/alertmanager',
                  '--web.listen-address=:9093',
                  '--log.format=json',
                  '--cluster.listen-address=:9094',
                  '--cluster.advertise-address=$(POD_IP):9094',
                  ...[0, 1, 2].map((i) => `--cluster.peer=${host(i)}:9094`),
                ],
                ports: [
                  { containerPort: 9093, name: 'http', protocol: 'TCP' },
                  { containerPort: 9094, name: 'gossip-tcp', protocol: 'TCP' },
                  { containerPort: 9094, name: 'gossip-udp', protocol: 'UDP' },
                ],
              },
            ],
          },
        },
      },
    });
  });

  it('may reach the services of its receivers and its own peers, and nobody else', () => {
    const out = platform.graph.connections
      .filter((c) => c.from.id === 'alertmanager')
      .map((c) => `${c.to.id} ${c.to.transport}/${c.to.port}`);
    expect(out).toEqual([
      'alertmanager/gossip-tcp TCP/9094',
      'alertmanager/gossip-udp UDP/9094',
      'alertmanager-receivers/slack TCP/443',
      'alertmanager-receivers/smtp-587 TCP/587',
      'alertmanager-receivers/dead-man-switch TCP/443',
    ]);
  });

  it('names the services, so that a firewall can admit them by name', () => {
    const urls = platform.graph.connections
      .filter(({ from, to }) => from.id === 'alertmanager' && to.owner.id === 'alertmanager-receivers')
      .map(({ to }) => to.url);
    expect(urls).toEqual([
      'https://hooks.slack.com:443',
      'smtp://smtp.example.com:587',
      'https://heartbeat.example.com:443',
    ]);
  });
});

it('has no cluster with one replica', () => {
  const { platform } = metricsSystem({ platform: { tier: 'dev', zones: 1 } });
  complete(platform);
  const text = JSON.stringify(manifest(platform, 'StatefulSet', 'alertmanager'));
  expect(text).toContain('"--cluster.listen-address="');
  expect(text).not.toContain('cluster.peer');
});

describe('mistakes', () => {
  it('reports a route to nobody, with those that exist', () => {
    const { platform } = metricsSystem({
      alertmanager: {
        receivers: { team: [SLACK] },
        routing: { default: 'team', bySeverity: { critical: 'oncall' } },
      },
    });
    expect(problemsOf(platform)).toBe(
      [
        'test/alertmanager: routing.bySeverity.critical = "oncall"',
        '  rule:   the receivers are team',
        '  remedy: name one of them, or add this one',
      ].join('\n'),
    );
  });

  it('reports a receiver that swallows alerts and one that gets none', () => {
    const { platform } = metricsSystem({
      alertmanager: { receivers: { team: [], spare: [SLACK, PAGER] }, routing: { default: 'team' } },
    });
    expect(problemsOf(platform)).toBe(
      [
        'test/alertmanager: receivers.team = []',
        '  rule:   a receiver without a service swallows every alert that is sent to it',
        '  remedy: give it Slack, PagerDuty, e-mail or a webhook',
        'test/alertmanager: receivers.spare = ["slack","pagerduty"]',
        '  rule:   nothing is routed to this receiver',
        '  remedy: name it in routing, or leave it out',
      ].join('\n'),
    );
  });

  it('reports a team that is routed to and owns nothing, and a receiver of its that is not there', () => {
    const routing = { default: 'team', byTeam: { network: { default: 'network' } } };
    const alertmanager = { receivers: { team: [SLACK] }, routing };
    expect(problemsOf(metricsSystem({ alertmanager }).platform)).toBe(
      [
        'test/alertmanager: routing.byTeam = "network"',
        '  rule:   a team with receivers of its own answers for components; those that do are none',
        "  remedy: name its components in the platform's owners, or leave it out",
        'test/alertmanager: routing.byTeam.network.default = "network"',
        '  rule:   the receivers are team',
        '  remedy: name one of them, or add this one',
      ].join('\n'),
    );
  });

  it('reports receivers without an address', () => {
    const { platform } = metricsSystem({ alertmanager: { receiverCidrs: [] } });
    expect(problemsOf(platform)).toContain('test/alertmanager-receivers: cidrs = []');
  });
});
