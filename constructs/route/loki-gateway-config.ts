/**
 * The gateway's nginx.conf. Source: nginx's module reference (1.22 and newer) and the HTTP API of Loki 3.7, whose paths
 * are let through one by one: deleting and flushing, which need nothing but a request, are not among them.
 */
import type { Size } from 'cdk8s';
import type { Endpoint } from '../core/endpoint';
import { NGINX_PROXYING, NGINX_UPGRADE, nginxProcess, type NginxEntry } from '../core/nginx-config';
import { quantity } from '../core/quantity';
import { Workload } from '../core/workload';

/** What one client address may ask for. */
export interface ClientRate {
  readonly perSecond: number;
  /** So many more at once, which are not made to wait. */
  readonly burst: number;
}

export interface GatewayConfigProps {
  readonly port: number;
  readonly push: Endpoint<'logs'>;
  readonly query: Endpoint<'queries'>;
  /** Name of the DNS server. */
  readonly dns: string;
  readonly pushes: ClientRate;
  readonly queries: ClientRate;
  readonly maxPush: Size;
  /** As `htpasswd` writes it. */
  readonly usersFile: string | undefined;
}

export const GATEWAY_TIMES = {
  connectSeconds: 5,
  /** Longer than Loki's own limit for an answer, 30 s: it is Loki that says why. */
  answerSeconds: 60,
  /** Loki ends a live tail after an hour. */
  tailSeconds: 3600,
  /** What is under way when it is told to stop; whoever tails asks again. */
  drainSeconds: 60,
} as const;

/** How long the addresses of Loki's pods are believed: a pod that has moved is found again after so long. */
const DNS_VALID = '10s';
/** One worker is enough for the 100 millicores that it is given. */
const WORKERS = 1;
const CONNECTIONS = 1024;
/** Of the zone that counts clients: a mebibyte holds 16,000 of them. */
const CLIENTS_ZONE = '1m';

/** Reading, for Grafana, logcli and the canary. */
const READS = [
  'query',
  'query_range',
  'labels',
  'label/[^/]+/values',
  'series',
  'index/(stats|volume|volume_range|shards)',
  'patterns',
  'detected_labels',
  'detected_fields',
  'detected_field/[^/]+/values',
  'drilldown-limits',
  'format_query',
  'status/buildinfo',
] as const;
/** Rules of the ruler: Grafana shows them, and nobody writes them by this way. */
const RULES = '^/(loki/api/v1/rules|prometheus/api/v1/(rules|alerts))';

/** Loki has no use for the password of somebody who has been let in. */
const HEADERS: readonly NginxEntry[] = ['proxy_set_header Host $host', 'proxy_set_header Authorization ""'];

/** The path without its parameters: a query may quote what is in a line. No header, and of a user the name. */
const LOGGED = [
  ['time', 'time_iso8601'],
  ['client', 'remote_addr'],
  ['user', 'remote_user'],
  ['method', 'request_method'],
  ['path', 'uri'],
  ['status', 'status'],
  ['bytes', 'bytes_sent'],
  ['seconds', 'request_time'],
  ['upstream', 'upstream_addr'],
] as const;

export function renderGateway(props: GatewayConfigProps): readonly NginxEntry[] {
  return [
    ...nginxProcess(WORKERS, CONNECTIONS),
    `worker_shutdown_timeout ${GATEWAY_TIMES.drainSeconds}s`,
    ['http', [...httpEntries(props), ['server', serverEntries(props)]]],
  ];
}

function httpEntries({ dns, pushes, queries }: GatewayConfigProps): readonly NginxEntry[] {
  return [
    'server_tokens off',
    ...NGINX_PROXYING,
    `resolver ${dns} valid=${DNS_VALID}`,
    `limit_req_zone $binary_remote_addr zone=pushes:${CLIENTS_ZONE} rate=${pushes.perSecond}r/s`,
    `limit_req_zone $binary_remote_addr zone=queries:${CLIENTS_ZONE} rate=${queries.perSecond}r/s`,
    'limit_req_status 429',
    `log_format requests escape=json '{${LOGGED.map((entry) => `"${entry[0]}":"$${entry[1]}"`).join(',')}}'`,
    // A line for each push that went well would be pushed itself, and make the next one.
    ['map $status $failed', ['~^[23] 0', 'default 1']],
  ];
}

function serverEntries(props: GatewayConfigProps): readonly NginxEntry[] {
  const { port, push, query, queries, pushes, maxPush, usersFile } = props;
  return [
    `listen ${port}`,
    'access_log /dev/stdout requests',
    ...(usersFile === undefined ? [] : ['auth_basic Loki', `auth_basic_user_file ${usersFile}`]),
    // Asked again for each request, so that a pod's new address is found without a reload.
    `set $writers http://${upstream(push)}`,
    `set $readers http://${upstream(query)}`,
    `proxy_connect_timeout ${GATEWAY_TIMES.connectSeconds}s`,
    `proxy_read_timeout ${GATEWAY_TIMES.answerSeconds}s`,
    `proxy_send_timeout ${GATEWAY_TIMES.answerSeconds}s`,
    ...HEADERS,
    // Another pod may be asked after one that does not answer, also with a push: of two equal lines Loki keeps one.
    'proxy_next_upstream error timeout non_idempotent',
    'client_max_body_size 1m',
    ['location = /healthz', ['auth_basic off', 'access_log off', 'return 204']],
    [
      `location = ${push.path}`,
      [
        ['limit_except POST', ['deny all']],
        ...limit('pushes', pushes),
        `client_max_body_size ${nginxSize(maxPush)}`,
        'client_body_buffer_size 1m',
        'access_log /dev/stdout requests if=$failed',
        'proxy_pass $writers',
      ],
    ],
    [
      'location = /loki/api/v1/tail',
      [
        ...limit('queries', queries),
        // A location with headers of its own has none of the server's.
        ...HEADERS,
        ...NGINX_UPGRADE,
        `proxy_read_timeout ${GATEWAY_TIMES.tailSeconds}s`,
        'proxy_buffering off',
        'proxy_pass $readers',
      ],
    ],
    [`location ~ ^/loki/api/v1/(${READS.join('|')})$`, [...limit('queries', queries), 'proxy_pass $readers']],
    [`location ~ ${RULES}`, [['limit_except GET', ['deny all']], 'proxy_pass $readers']],
    ['location = /ready', ['auth_basic off', 'access_log off', 'proxy_pass $readers']],
    ['location /', ['return 404']],
  ];
}

function limit(zone: string, { burst }: ClientRate): readonly NginxEntry[] {
  return [`limit_req zone=${zone} burst=${burst} nodelay`];
}

/** Every pod where they have names of their own, and so a headless Service; else the Service spreads connections. */
function upstream({ owner, hostPort, port }: Endpoint): string {
  return owner instanceof Workload && owner.kind === 'StatefulSet'
    ? `${owner.headlessHost}:${port}`
    : hostPort;
}

/** `8m`: nginx knows bytes, `k` and `m`. */
function nginxSize(size: Size): string {
  return quantity(size)
    .replace(/^(\d+)Gi$/, (_, gibibytes: string) => `${Number(gibibytes) * 1024}m`)
    .replace('Mi', 'm')
    .replace('Ki', 'k');
}
