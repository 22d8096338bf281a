/**
 * The gateway before Loki: one address for whoever writes and whoever reads. It lets Loki's push and query paths through
 * and nothing else, spreads them over Loki's pods, bounds body, time and rate of each client, and asks for a password
 * where one is wanted.
 *
 * It stands in a layer of its own, `route`, between those who collect and those who store: it belongs to neither. It
 * keeps nothing, it collects nothing, and it is no ingress, because nobody outside the cluster comes by it.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { nginxCommand, nginxLines } from '../core/nginx-config';
import type { Platform } from '../core/platform';
import { bytesOf, quantity } from '../core/quantity';
import type { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';
import { GATEWAY_TIMES, renderGateway, type ClientRate } from './loki-gateway-config';

export interface LokiGatewayProps extends ComponentProps {
  /** The Loki behind it: where it takes lines and where it answers. */
  readonly loki: {
    readonly push: Endpoint<'logs', 'loki-http'>;
    readonly query: Endpoint<'queries', 'loki-http'>;
  };
  /** What flows through it at the declared peak. */
  readonly load: Load;
  /** Asks every client for a user and a password. @default nobody: the NetworkPolicy alone decides who may come */
  readonly users?: {
    /** Users with hashed passwords, as `htpasswd` writes them. */
    readonly htpasswd: SecretRef;
    /** The passwords, one for each client that is to present one. */
    readonly passwords: readonly SecretRef[];
  };
  /** Pushes of one client address; more get 429, and the client tries again. @default DEFAULTS.pushes */
  readonly pushes?: ClientRate;
  /** The same for queries. @default DEFAULTS.queries */
  readonly queries?: ClientRate;
  /** Largest push; larger ones get 413. @default DEFAULTS.maxPush */
  readonly maxPush?: Size;
  /** Name of the cluster's DNS service. @default `kube-dns` in `kube-system`, also where it is CoreDNS */
  readonly dns?: string;
  /** @default 1 */
  readonly replicas?: number;
  /** @default DEFAULTS.resources */
  readonly resources?: Resources;
}

const DEFAULTS = {
  // An agent sends a batch a second and stream set; a node that catches up sends what it can.
  pushes: { perSecond: 100, burst: 200 },
  // A dashboard of twenty panels, opened twice at once.
  queries: { perSecond: 20, burst: 40 },
  // Alloy's batch is 1 MiB before compression; a single line of Loki is 256 KiB at most.
  maxPush: Size.mebibytes(8),
  replicas: 1,
  // The system's document.
  resources: { cpuMillis: 100, memory: Size.mebibytes(128) },
} satisfies Partial<LokiGatewayProps>;

/** The number by which clients know it. */
const PORT = 80;
/** The image's own user. */
const UID = 101;
const CONFIG_DIR = '/etc/loki-gateway';
const USERS_DIR = '/etc/loki-gateway-users';
/** Bodies wait in memory up to here, larger ones in files: what the scratch space is for. */
const MOST_PUSH = Size.mebibytes(64);

export class LokiGateway extends Component {
  public readonly push: Endpoint<'logs', 'loki-http'>;
  public readonly query: Endpoint<'queries', 'loki-http'>;

  public constructor(scope: Platform, id: string, props: LokiGatewayProps) {
    super(scope, id, props, {
      layer: 'route',
      summary: 'Gateway of Loki (NGINX): paths, limits and load balancing',
    });
    const maxPush = props.maxPush ?? DEFAULTS.maxPush;
    this.checkMaxPush(maxPush);
    const workload = new Workload(this, id, {
      kind: 'Deployment',
      replicas: props.replicas ?? DEFAULTS.replicas,
      uid: UID,
      drainSeconds: GATEWAY_TIMES.drainSeconds + 15,
      container: this.nginx(props, maxPush),
    });
    const http = {
      name: 'http',
      port: PORT,
      protocol: 'loki-http',
      ...(props.users === undefined ? {} : { auth: AuthScheme.secret('basic', props.users.passwords) }),
    } as const;
    this.push = workload.listen({ ...http, signals: ['logs'], access: 'write', path: props.loki.push.path });
    this.query = workload.listen({ ...http, signals: ['queries'], access: 'read' });
    workload.connect(props.loki.push, { signals: ['logs'], purpose: 'log lines', load: props.load });
    workload.connect(props.loki.query, { signals: ['queries'], purpose: 'queries and live tails' });
  }

  private nginx(props: LokiGatewayProps, maxPush: Size): ContainerSpec {
    const { loki, users } = props;
    const secret = users === undefined ? undefined : this.secret(users.htpasswd);
    const config = this.configMap(`${this.node.id}-config`, [
      ConfigFile.lines(
        'nginx.conf',
        nginxLines(
          renderGateway({
            port: PORT,
            push: loki.push,
            query: loki.query,
            dns: props.dns ?? `kube-dns.kube-system.svc.${this.platform.clusterDomain}`,
            pushes: props.pushes ?? DEFAULTS.pushes,
            queries: props.queries ?? DEFAULTS.queries,
            maxPush,
            usersFile: secret === undefined ? undefined : `${USERS_DIR}/${secret.key}`,
          }),
        ),
      ),
    ]);
    return {
      image: CATALOG.nginx,
      command: nginxCommand(CONFIG_DIR),
      resources: props.resources ?? DEFAULTS.resources,
      probes: { readiness: { http: '/healthz', port: PORT } },
      configs: [{ mountPath: CONFIG_DIR, config }],
      ...(secret === undefined
        ? {}
        : { secretFiles: [{ mountPath: USERS_DIR, secretName: secret.secretName, keys: [secret.key] }] }),
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(256) }],
    };
  }

  private checkMaxPush(maxPush: Size): void {
    if (bytesOf(maxPush) <= bytesOf(MOST_PUSH)) return;
    this.problem({
      property: 'maxPush',
      value: quantity(maxPush),
      rule: `a push is at most ${quantity(MOST_PUSH)}: the gateway holds the whole of it before Loki sees any`,
      remedy: 'let senders use smaller batches',
    });
  }
}
