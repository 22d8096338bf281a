/**
 * Alertmanager's own configuration, typed: who is told what, over which service. `amtool check-config` judges it.
 * Every secret is a file.
 */
import { Duration } from 'cdk8s';
import type { SecretRef } from '../core/secrets';
import { SEVERITIES, type Severity } from './rules';
import { silencedRoutes, silenceIntervals, type Silence } from './silences';
import { SCRAPING_DOWN, TARGET_ALERTS } from './target-alerts';
import { DEAD_MAN, DEAD_MAN_EVERY } from './dead-man';

export type Notification =
  | { readonly kind: 'slack'; readonly channel: string; readonly webhook: SecretRef }
  | { readonly kind: 'pagerduty'; readonly routingKey: SecretRef }
  | {
      readonly kind: 'email';
      readonly to: string;
      readonly from: string;
      readonly server: { readonly host: string; readonly port: number };
      readonly username: string;
      readonly password: SecretRef;
    }
  /** Whatever takes Alertmanager's own JSON. The whole URL is secret. */
  | { readonly kind: 'webhook'; readonly url: SecretRef };

/** Names of receivers. */
export interface SeverityRouting {
  /** Of what no other line names. */
  readonly default: string;
  /** @default all go to the default receiver */
  readonly bySeverity?: Readonly<Partial<Record<Severity, string>>>;
}

export interface Routing extends SeverityRouting {
  /** For alerts of components that are another team's (the platform's `owners`). @default they are routed as all others */
  readonly byTeam?: Readonly<Record<string, SeverityRouting>>;
}

/**
 * Who is outside of the platform and calls people when the dead-man switch stops coming, e.g. a heartbeat monitor: an operator's
 * decision. It should wait for six minutes.
 */
export interface DeadManSwitch {
  /** By which a firewall admits it. */
  readonly host: string;
  /** The whole URL, which holds its token. */
  readonly url: SecretRef;
}

export interface Grouping {
  /** How long a first notification waits for others of its group. */
  readonly wait: Duration;
  /** How long before a group that grew is sent again. */
  readonly interval: Duration;
  /** How long before a group that did not change is sent again. */
  readonly repeat: Duration;
}

export interface AlertmanagerConfigProps {
  /** By name. */
  readonly receivers: Readonly<Record<string, readonly Notification[]>>;
  readonly routing: Routing;
  readonly deadMan: DeadManSwitch;
  readonly grouping: Grouping;
  /** @default none */
  readonly silences?: readonly Silence[];
  /** Where the container finds a secret. */
  readonly fileOf: (secret: SecretRef) => string;
}

/** One message for each alert of one component: its replicas and its series come together. */
const GROUP_BY = ['alertname', 'component', 'environment', 'spoke'] as const;
const DEAD_MAN_RECEIVER = 'dead-man-switch';

const SLACK_TITLE = '[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} {{ .CommonLabels.component }}';
const SLACK_TEXT =
  '{{ range .Alerts }}*{{ .Annotations.summary }}*\n{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}';

export function renderAlertmanager(props: AlertmanagerConfigProps): object {
  const { routing, grouping, deadMan, fileOf } = props;
  const silences = props.silences ?? [];
  const byTeam = Object.entries(routing.byTeam ?? {}).flatMap(([team, theirs]) => {
    const matchers = [`team=${JSON.stringify(team)}`];
    return [...severityRoutes(theirs, matchers), { receiver: theirs.default, matchers }];
  });
  // The first route that fits is taken: the dead-man switch comes before silences, which may fit everything.
  const routes = [DEAD_MAN_ROUTE, ...silencedRoutes(silences, [...byTeam, ...severityRoutes(routing)])];
  return {
    ...(silences.length === 0 ? {} : { time_intervals: silenceIntervals(silences) }),
    route: {
      receiver: routing.default,
      group_by: [...GROUP_BY],
      group_wait: duration(grouping.wait),
      group_interval: duration(grouping.interval),
      repeat_interval: duration(grouping.repeat),
      routes,
    },
    inhibit_rules: INHIBITIONS,
    receivers: [
      ...Object.entries(props.receivers).map(([name, notifications]) => ({
        name,
        ...renderNotifications(notifications, fileOf),
      })),
      // That it has ended is for the service outside to notice.
      {
        name: DEAD_MAN_RECEIVER,
        webhook_configs: [{ url_file: fileOf(deadMan.url), send_resolved: false }],
      },
    ],
  };
}

/** Flat, one for each: a silence mutes a route, and not those below it. */
function severityRoutes({ bySeverity = {} }: SeverityRouting, matchers: readonly string[] = []) {
  return SEVERITIES.flatMap((severity) => {
    const receiver = bySeverity[severity];
    return receiver === undefined ? [] : [{ receiver, matchers: [...matchers, `severity="${severity}"`] }];
  });
}

/** At once and alone, so that neither a group nor a wait of other alerts holds it up. */
const DEAD_MAN_ROUTE = {
  receiver: DEAD_MAN_RECEIVER,
  matchers: [`alertname="${DEAD_MAN}"`],
  group_by: ['alertname'],
  group_wait: '0s',
  group_interval: duration(DEAD_MAN_EVERY),
  // Not quite as long: it is sent when a group's interval ends and this has passed.
  repeat_interval: duration(Duration.seconds(DEAD_MAN_EVERY.toSeconds() - 10)),
} as const;

const INHIBITIONS = [
  // Without metrics everything looks down.
  {
    source_matchers: [`alertname="${SCRAPING_DOWN}"`],
    target_matchers: [`alertname=~"${TARGET_ALERTS.join('|')}"`],
    equal: ['environment'],
  },
  // What is broken needs no second message that it is slow. Alerts without a component are left alone: Alertmanager
  // takes two missing labels for equal.
  {
    source_matchers: ['severity="critical"', 'component=~".+"'],
    target_matchers: ['severity=~"warning|info"', 'component=~".+"', `alertname!="${DEAD_MAN}"`],
    equal: ['component', 'environment', 'spoke'],
  },
];

function renderNotifications(
  notifications: readonly Notification[],
  fileOf: (secret: SecretRef) => string,
): Record<string, object[]> {
  const configs: Record<string, object[]> = {};
  for (const notification of notifications) {
    const [key, config] = renderNotification(notification, fileOf);
    (configs[key] ??= []).push(config);
  }
  return configs;
}

function renderNotification(
  notification: Notification,
  fileOf: (secret: SecretRef) => string,
): [key: string, config: object] {
  switch (notification.kind) {
    case 'slack':
      return [
        'slack_configs',
        {
          channel: notification.channel,
          api_url_file: fileOf(notification.webhook),
          send_resolved: true,
          title: SLACK_TITLE,
          text: SLACK_TEXT,
        },
      ];
    case 'pagerduty':
      return [
        'pagerduty_configs',
        { routing_key_file: fileOf(notification.routingKey), send_resolved: true },
      ];
    case 'email':
      return [
        'email_configs',
        {
          to: notification.to,
          from: notification.from,
          smarthost: `${notification.server.host}:${notification.server.port}`,
          auth_username: notification.username,
          auth_password_file: fileOf(notification.password),
          require_tls: true,
          send_resolved: true,
        },
      ];
    case 'webhook':
      return ['webhook_configs', { url_file: fileOf(notification.url), send_resolved: true }];
  }
}

export function secretOf(notification: Notification): SecretRef {
  switch (notification.kind) {
    case 'slack':
      return notification.webhook;
    case 'pagerduty':
      return notification.routingKey;
    case 'email':
      return notification.password;
    case 'webhook':
      return notification.url;
  }
}

function duration(value: Duration): string {
  return `${value.toSeconds()}s`;
}
