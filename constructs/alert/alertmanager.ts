/**
 * Alertmanager takes what fires, groups it, holds back what another alert explains, and tells people. Its replicas
 * tell each other what was sent, so each message goes out once.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import { INTERNET } from '../core/internet';
import { External } from '../core/party';
import type { Platform, Tier } from '../core/platform';
import { Workload } from '../core/workload';
import {
  renderAlertmanager,
  secretOf,
  type DeadManSwitch,
  type Grouping,
  type Notification,
  type Routing,
  type SeverityRouting,
} from './alertmanager-config';
import { silenceMistakes, type Silence } from './silences';

export interface AlertmanagerProps extends ComponentProps {
  /** Who can be told, by name: an operator's decision. */
  readonly receivers: Readonly<Record<string, readonly Notification[]>>;
  /** Who is told what: an operator's decision. */
  readonly routing: Routing;
  /** Who notices that nothing comes from here any more. */
  readonly deadMan: DeadManSwitch;
  /**
   * Where the receivers' services lie: CIDR blocks of what stands in a network of one's own, or the internet, as for Slack
   * and PagerDuty, whose addresses change: an operator's decision.
   */
  readonly receiverCidrs: readonly string[] | 'internet';
  /** For silences and the record of what was sent. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** Where people reach its pages. @default none: its own address, inside the cluster */
  readonly externalUrl?: string;
  /** What is planned to be quiet; each ends by itself. @default none */
  readonly silences?: readonly Silence[];
  /** @default ALERTMANAGER_DEFAULTS.grouping */
  readonly grouping?: Grouping;
  /** @default dev 1, prod 3: one in each zone */
  readonly replicas?: number;
  /** @default ALERTMANAGER_DEFAULTS.resources */
  readonly resources?: Resources;
}

const ALERTMANAGER_DEFAULTS = {
  grouping: {
    // Long enough for the replicas of a component to fail together, too short to matter to a person.
    wait: Duration.seconds(30),
    interval: Duration.minutes(5),
    repeat: Duration.hours(4),
  },
  resources: { cpuMillis: 100, memory: Size.mebibytes(128) },
} as const satisfies Partial<AlertmanagerProps>;

const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 3 };
const PORT = 9093;
const GOSSIP_PORT = 9094;
const HTTPS_PORT = 443;
/** `nobody`, the image's own user. */
const UID = 65534;
const CONFIG_DIR = '/etc/alertmanager';
const SECRETS_DIR = '/etc/alertmanager-secrets';
const DATA_DIR = '/alertmanager';
/** Notifications under way end, and the others learn that it leaves. */
const DRAIN_SECONDS = 60;

export class Alertmanager extends Component {
  /** Takes alerts; its name stands for every replica, and whoever fires tells them all. */
  public readonly api: Endpoint<'alerts', 'alertmanager-api'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: AlertmanagerProps) {
    super(scope, id, props, {
      layer: 'alert',
      summary: 'Groups alerts and tells people (Alertmanager)',
    });
    this.checkReceivers(props);
    const silences = props.silences ?? [];
    const mistakes = silenceMistakes(silences);
    for (const mistake of mistakes) this.problem(mistake);
    const replicas = props.replicas ?? REPLICAS[scope.tier];
    const secrets = [...notificationsOf(props).map(secretOf), props.deadMan.url].map((ref) =>
      this.secret(ref),
    );
    const config = this.configMap(`${id}-config`, [
      ConfigFile.yaml(
        scope,
        'alertmanager.yml',
        renderAlertmanager({
          receivers: props.receivers,
          routing: props.routing,
          deadMan: props.deadMan,
          grouping: props.grouping ?? ALERTMANAGER_DEFAULTS.grouping,
          // A span that ends before it begins, or with 31 November, is in no calendar.
          silences: mistakes.length === 0 ? silences : [],
          fileOf: (secret) => `${SECRETS_DIR}/${this.secret(secret).key}`,
        }),
      ),
    ]);
    const workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      // They look for each other when they start.
      publishNotReadyAddresses: true,
      claims: [{ name: 'data', ...props.volume }],
      container: {
        image: CATALOG.alertmanager,
        args: [
          `--config.file=${CONFIG_DIR}/alertmanager.yml`,
          `--storage.path=${DATA_DIR}`,
          `--web.listen-address=:${PORT}`,
          ...(props.externalUrl === undefined ? [] : [`--web.external-url=${props.externalUrl}`]),
          '--log.format=json',
          ...clusterArgs(this.podHosts(id, replicas)),
        ],
        env: { POD_IP: { field: 'status.podIP' } },
        resources: props.resources ?? ALERTMANAGER_DEFAULTS.resources,
        probes: {
          readiness: { http: '/-/ready', port: PORT },
          liveness: { http: '/-/healthy', port: PORT },
        },
        configs: [{ mountPath: CONFIG_DIR, config }],
        // One Secret holds them all.
        secretFiles: [...new Set(secrets.map(({ secretName }) => secretName))].map((secretName) => ({
          mountPath: SECRETS_DIR,
          secretName,
          keys: [...new Set(secrets.map(({ key }) => key))].sort(),
        })),
        volumes: [{ claim: 'data', mountPath: DATA_DIR }],
      },
    });
    const http = { name: 'http', port: PORT, via: 'headless' } as const;
    this.api = workload.listen({
      ...http,
      protocol: 'alertmanager-api',
      signals: ['alerts'],
      access: 'write',
    });
    this.metrics = workload.listenForScrapes({
      ...http,
    });
    if (replicas > 1) connectPeers(workload);
    this.connectReceivers(workload, props);
  }

  private connectReceivers(workload: Workload, props: AlertmanagerProps): void {
    const services = new External(this.platform, `${this.node.id}-receivers`, {
      description: 'The services that notify people: Slack, PagerDuty, mail, and whoever notices silence',
      ...(props.receiverCidrs === 'internet' ? INTERNET : { cidrs: props.receiverCidrs }),
    });
    const doors = new Map(
      notificationsOf(props).map((notification) => [JSON.stringify(doorOf(notification)), notification]),
    );
    for (const notification of doors.values()) {
      const endpoint = services.listen({
        ...doorOf(notification),
        signals: ['alerts'],
        access: 'write',
        tls: true,
      });
      workload.connect(endpoint, { signals: ['alerts'], purpose: 'notifications' });
    }
    const heartbeat = services.listen({
      name: 'dead-man-switch',
      port: HTTPS_PORT,
      protocol: 'https',
      via: { host: props.deadMan.host },
      signals: ['alerts'],
      access: 'write',
      tls: true,
    });
    workload.connect(heartbeat, { signals: ['alerts'], purpose: 'dead-man switch' });
  }

  private checkReceivers(props: AlertmanagerProps): void {
    const names = Object.keys(props.receivers);
    const { byTeam = {}, ...ours } = props.routing;
    const used = new Map([
      ...receiversOf('routing', ours),
      ...Object.entries(byTeam).flatMap(([team, theirs]) => receiversOf(`routing.byTeam.${team}`, theirs)),
    ]);
    const owners = Object.keys(this.platform.owners);
    for (const team of Object.keys(byTeam).filter((name) => !owners.includes(name))) {
      this.problem({
        property: 'routing.byTeam',
        value: team,
        rule: `a team with receivers of its own answers for components; those that do are ${owners.join(', ') || 'none'}`,
        remedy: "name its components in the platform's owners, or leave it out",
      });
    }
    for (const [property, name] of used) {
      if (names.includes(name)) continue;
      this.problem({
        property,
        value: name,
        rule: `the receivers are ${names.join(', ') || 'none'}`,
        remedy: 'name one of them, or add this one',
      });
    }
    for (const [name, notifications] of Object.entries(props.receivers)) {
      if (notifications.length === 0) {
        this.problem({
          property: `receivers.${name}`,
          value: notifications,
          rule: 'a receiver without a service swallows every alert that is sent to it',
          remedy: 'give it Slack, PagerDuty, e-mail or a webhook',
        });
      }
      if (![...used.values()].includes(name)) {
        this.problem({
          property: `receivers.${name}`,
          value: notifications.map(({ kind }) => kind),
          rule: 'nothing is routed to this receiver',
          remedy: 'name it in routing, or leave it out',
        });
      }
    }
  }
}

/** Each with the property that names it. */
function receiversOf(at: string, { default: other, bySeverity = {} }: SeverityRouting): [string, string][] {
  return [
    [`${at}.default`, other],
    ...Object.entries(bySeverity).map(([severity, name]): [string, string] => [
      `${at}.bySeverity.${severity}`,
      name,
    ]),
  ];
}

function notificationsOf(props: AlertmanagerProps): readonly Notification[] {
  return Object.values(props.receivers).flat();
}

function clusterArgs(hosts: readonly string[]): string[] {
  // An empty address switches the cluster off; one replica has nobody to talk to.
  if (hosts.length === 1) return ['--cluster.listen-address='];
  return [
    `--cluster.listen-address=:${GOSSIP_PORT}`,
    // Kubernetes puts the address in; left alone, Alertmanager guesses among the pod's interfaces.
    `--cluster.advertise-address=$(POD_IP):${GOSSIP_PORT}`,
    ...hosts.map((host) => `--cluster.peer=${host}:${GOSSIP_PORT}`),
  ];
}

function connectPeers(workload: Workload): void {
  for (const transport of ['tcp', 'udp'] as const) {
    const endpoint = workload.listen({
      name: `gossip-${transport}`,
      port: GOSSIP_PORT,
      protocol: `gossip-${transport}`,
      signals: ['coordination'],
      access: 'peer',
      via: 'headless',
    });
    workload.connect(endpoint, { signals: ['coordination'], purpose: 'what was sent, and silences' });
  }
}

/** Where a notification goes, by the name that a firewall may admit; a webhook's address is a secret. */
function doorOf(notification: Notification) {
  switch (notification.kind) {
    case 'slack':
      return {
        name: 'slack',
        port: HTTPS_PORT,
        protocol: 'https',
        via: { host: 'hooks.slack.com' },
      } as const;
    case 'pagerduty':
      return {
        name: 'pagerduty',
        port: HTTPS_PORT,
        protocol: 'https',
        via: { host: 'events.pagerduty.com' },
      } as const;
    case 'email': {
      const { host, port } = notification.server;
      return { name: `smtp-${port}`, port, protocol: 'smtp', via: { host } } as const;
    }
    case 'webhook':
      return { name: 'webhook', port: HTTPS_PORT, protocol: 'https' } as const;
  }
}
