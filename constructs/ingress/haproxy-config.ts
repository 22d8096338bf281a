/**
 * HAProxy's own configuration: one frontend for each door, one backend for each route, and the port for metrics.
 * Source: HAProxy 3.2 configuration manual. A real HAProxy (Debian's, older) serves it in `test/proof/haproxy.test.ts`.
 */
import type { Duration } from 'cdk8s';

export const HAPROXY_PORTS = { redirect: 8080, metrics: 8404, legacyMetrics: 9101 } as const;
export const HAPROXY_DIRS = {
  config: '/etc/hyperion/haproxy',
  tls: '/etc/hyperion/tls',
  /** One folder for each backend that speaks TLS, with the authority that it is trusted by. */
  authorities: '/etc/hyperion/authorities',
} as const;
export const METRICS_PATH = '/metrics';
export const HEALTH_PATH = '/healthz';
/** What the old exporter reads; it knows no other form. */
export const STATS_PATH = '/stats';

/** Open requests get so long when HAProxy stops or reads its configuration anew. */
export const HARD_STOP_SECONDS = 60;

export interface HAProxyConfigProps {
  /** Key and chain in one file. */
  readonly certificate: string;
  /** Connections at once, all frontends together. */
  readonly maxConnections: number;
  readonly threads: number;
  readonly frontends: readonly { readonly name: string; readonly port: number }[];
  readonly backends: readonly BackendConfig[];
  /** Also as the old exporter reads it. */
  readonly stats: boolean;
}

export interface BackendConfig {
  readonly name: string;
  readonly frontend: string;
  readonly host: string;
  /** Address blocks of those who may come; and blocks inside them that may not. */
  readonly allowed: readonly string[];
  readonly refused: readonly string[];
  /** `host:port` of one Service, or of all pods behind a headless one. */
  readonly address: string;
  /** How many addresses the name may have; undefined for one Service. */
  readonly pods: number | undefined;
  /** File of the authority that its certificate is trusted by; undefined for plain HTTP. */
  readonly authority: string | undefined;
  readonly healthPath: string;
  readonly timeout: Duration;
  readonly requestsPerSecond: number;
}

export interface Section {
  /** Keyword and name, e.g. `backend grafana`. */
  readonly head: string;
  readonly lines: readonly string[];
}

/** Requests are counted over so long: a burst of that many seconds' worth passes. */
const RATE_WINDOW_SECONDS = 10;
/** Sources that are counted at once, for each route; some 10 MB. */
const COUNTED_SOURCES = '100k';
/** Mozilla's "intermediate" recommendation; version 1.3 has its own list, which needs no narrowing. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

export function renderHAProxy(props: HAProxyConfigProps): Section[] {
  return [
    global(props),
    RESOLVERS,
    DEFAULTS,
    {
      head: 'frontend redirect',
      // 308 and not 301: the method and the body stay.
      lines: [`bind :${HAPROXY_PORTS.redirect}`, 'http-request redirect scheme https code 308'],
    },
    ...props.frontends.map((frontend) =>
      tlsFrontend(
        frontend,
        props.certificate,
        props.backends.filter((backend) => backend.frontend === frontend.name),
      ),
    ),
    metricsFrontend(props.stats),
    ...props.backends.map(backendSection),
  ];
}

export function haproxyLines(sections: readonly Section[]): string[] {
  return sections.flatMap(({ head, lines }, index) => [
    ...(index === 0 ? [] : ['']),
    head,
    ...lines.map((line) => `  ${line}`),
  ]);
}

function global({ maxConnections, threads }: HAProxyConfigProps): Section {
  return {
    head: 'global',
    lines: [
      'log stdout format raw local0 info',
      `maxconn ${maxConnections}`,
      // As many as the container may use: it would start one for each processor of the node.
      `nbthread ${threads}`,
      `hard-stop-after ${HARD_STOP_SECONDS}s`,
      'ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets',
      `ssl-default-bind-ciphers ${CIPHERS}`,
      'ssl-default-server-options ssl-min-ver TLSv1.2',
    ],
  };
}

/** Addresses behind a name change while HAProxy runs: it asks the cluster's DNS itself. */
const RESOLVERS: Section = {
  head: 'resolvers cluster',
  lines: [
    'parse-resolv-conf',
    'accepted_payload_size 8192',
    'resolve_retries 3',
    'timeout resolve 1s',
    'timeout retry 1s',
    'hold valid 10s',
    // A name server that is away takes no backend with it.
    'hold obsolete 30s',
  ],
};

const DEFAULTS: Section = {
  head: 'defaults',
  lines: [
    'mode http',
    'log global',
    'option httplog',
    'option dontlognull',
    'option forwardfor',
    'option redispatch 1',
    'retries 3',
    // An answer that never came may be asked for again, where asking twice does no harm: see the backends.
    'retry-on conn-failure empty-response',
    'timeout connect 2s',
    'timeout http-request 10s',
    'timeout http-keep-alive 15s',
    'timeout queue 10s',
    'timeout client 60s',
    // WebSockets, e.g. of Grafana's live panels.
    'timeout tunnel 1h',
    // A name that nobody has yet is no reason not to start.
    'default-server check inter 2s fall 2 rise 2 init-addr last,libc,none resolvers cluster',
  ],
};

function tlsFrontend(
  { name, port }: HAProxyConfigProps['frontends'][number],
  certificate: string,
  backends: readonly BackendConfig[],
): Section {
  const known = backends.map((backend) => `host-${backend.name}`);
  return {
    head: `frontend ${name}`,
    lines: [
      `bind :${port} ssl crt ${certificate} alpn h2,http/1.1`,
      // Clients come themselves: whoever says that he speaks for another is not believed.
      'http-request del-header X-Forwarded-For',
      'http-request set-header X-Forwarded-Proto https',
      'http-response set-header Strict-Transport-Security "max-age=31536000"',
      ...backends.flatMap(guestLines),
      ...(known.length === 0 ? [] : [`http-request deny deny_status 404 unless ${known.join(' || ')}`]),
      ...backends.map((backend) => `use_backend ${backend.name} if host-${backend.name}`),
    ],
  };
}

/** The network admits whoever has any route; here each route takes its own guests alone. */
function guestLines({ name, host, allowed, refused }: BackendConfig): string[] {
  return [
    `acl host-${name} req.hdr(host),host_only,lower -m str ${host}`,
    `acl guest-${name} src ${allowed.join(' ')}`,
    `http-request deny deny_status 403 if host-${name} !guest-${name}`,
    ...(refused.length === 0
      ? []
      : [
          `acl no-guest-${name} src ${refused.join(' ')}`,
          `http-request deny deny_status 403 if host-${name} no-guest-${name}`,
        ]),
  ];
}

function metricsFrontend(stats: boolean): Section {
  return {
    head: 'frontend metrics',
    lines: [
      `bind :${HAPROXY_PORTS.metrics}`,
      // Scrapes and probes every few seconds; what goes wrong is still said.
      'option dontlog-normal',
      `monitor-uri ${HEALTH_PATH}`,
      `http-request use-service prometheus-exporter if { path ${METRICS_PATH} }`,
      ...(stats
        ? ['stats enable', `stats uri ${STATS_PATH}`]
        : ['http-request deny deny_status 404 unless { path ' + METRICS_PATH + ' }']),
    ],
  };
}

function backendSection(backend: BackendConfig): Section {
  const { name, host, address, pods, authority } = backend;
  const tls =
    authority === undefined
      ? ''
      : ` ssl verify required ca-file ${authority} sni str(${address.split(':')[0] ?? ''})`;
  return {
    head: `backend ${name}`,
    lines: [
      'balance leastconn',
      `timeout server ${backend.timeout.toSeconds()}s`,
      `stick-table type ipv6 size ${COUNTED_SOURCES} expire ${2 * RATE_WINDOW_SECONDS}s store http_req_rate(${RATE_WINDOW_SECONDS}s)`,
      'http-request track-sc0 src',
      `http-request deny deny_status 429 if { sc_http_req_rate(0) gt ${backend.requestsPerSecond * RATE_WINDOW_SECONDS} }`,
      'http-request disable-l7-retry unless { method GET HEAD OPTIONS }',
      'option httpchk',
      `http-check send meth GET uri ${backend.healthPath} ver HTTP/1.1 hdr Host ${host}`,
      'http-check expect status 200-399',
      pods === undefined
        ? `server ${name} ${address}${tls}`
        : `server-template ${name}- ${pods} ${address}${tls}`,
    ],
  };
}
