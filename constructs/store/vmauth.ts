/**
 * vmauth, the door of the metrics store: each user has a token, what he may do (read, write), and his own limit of
 * concurrent requests; everything else is refused.
 *
 * Who goes through it: whoever sends requests that people write (Grafana), whoever must not be starved by them
 * (vmalert), and agents, which in other systems come from other clusters. The collectors write to vminsert directly:
 * the NetworkPolicies admit nobody else there, and another hop would cost the largest flow of all a copy and buy
 * nothing.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import {
  addCertificate,
  addTrust,
  type CertificateIssuer,
  type CertificateSecret,
} from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { goFlags } from '../core/go-flags';
import type { Platform, Tier } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';
import { renderVmauth } from './vmauth-config';
import { VM_SHUTDOWN_DELAY_SECONDS, VM_UID } from './victoria-metrics-parts';

export interface VmauthUser {
  /** The bearer token that he presents. */
  readonly token: SecretRef;
  /** Where his queries go. @default he may not read */
  readonly reads?: Endpoint<'queries', 'prometheus-query'>;
  /** Where his samples go. @default he may not write */
  readonly writes?: Endpoint<'metrics', 'prometheus-remote-write'>;
  /** Exporters whose pages he may read, under `/exporters/<name>/metrics`. @default none */
  readonly exporters?: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
  /**
   * Where his logs and traces in OTLP go. What a store refuses, he keeps: there is no queue here.
   * @default he may not send any
   */
  readonly otlp?: OtlpStores;
  /** What he writes at the declared workload. @default nothing in normal operation */
  readonly load?: Load;
  /**
   * Requests above it wait for 10 s and are then refused with 429.
   * @default VMAUTH_DEFAULTS.maxConcurrentRequests
   */
  readonly maxConcurrentRequests?: number;
}

export interface OtlpStores {
  readonly logs?: Endpoint<'logs', 'otlp-http'>;
  readonly traces?: Endpoint<'traces', 'otlp-http'>;
}

export interface VmauthProps extends ComponentProps {
  /** By name, which shows in vmauth's metrics: an operator's decision. */
  readonly users: Readonly<Record<string, VmauthUser>>;
  /**
   * Speaks TLS, with a certificate of this issuer for its Service's names.
   * @default plain text, between pods that a NetworkPolicy admits
   */
  readonly tls?: { readonly issuer: CertificateIssuer };
  /** @default dev 1, prod 2 */
  readonly replicas?: number;
  /** @default VMAUTH_DEFAULTS.resources */
  readonly resources?: Resources;
}

const VMAUTH_DEFAULTS = {
  // More than a dashboard's panels at once, fewer than what two vmselects could work on.
  maxConcurrentRequests: 50,
  // A proxy that streams: the documented figure for 20 dashboard users, doubled.
  resources: { cpuMillis: 100, memory: Size.mebibytes(256) },
} as const satisfies Partial<VmauthProps & VmauthUser>;

const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 2 };
const PORT = 8427;
/** Health, metrics and reload on a port of their own, so that a user's port serves nothing but the user's routes. */
const INTERNAL_PORT = 8426;
const CONFIG_DIR = '/etc/vmauth';
const TLS_DIR = '/etc/vmauth-tls';
/** The door that each right opens. */
const DOOR_OF = { reads: 'query', writes: 'remoteWrite', otlp: 'otlp' } as const;
/**
 * `-tls` counts the addresses of both kinds from one: the users' port is the first and speaks TLS, the internal one, in
 * second place, does not.
 */
const TLS_FLAGS = {
  httpInternalListenAddr: `,:${INTERNAL_PORT}`,
  tls: 'true,false',
  tlsCertFile: `${TLS_DIR}/tls.crt`,
  tlsKeyFile: `${TLS_DIR}/tls.key`,
  tlsMinVersion: 'TLS12',
} as const;
/** A query may take vmselect's `-search.maxQueryDuration` of 30 s. */
const DRAIN_SECONDS = VM_SHUTDOWN_DELAY_SECONDS + 35;

export class Vmauth extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  /** Secret with the `ca.crt` by which clients in its namespace know it; undefined without `tls`. */
  public readonly trust: CertificateSecret | undefined;
  private readonly workload: Workload;
  private readonly users: Readonly<Record<string, VmauthUser>>;
  private queryEndpoint: Endpoint<'queries', 'prometheus-query'> | undefined;
  private remoteWriteEndpoint: Endpoint<'metrics', 'prometheus-remote-write'> | undefined;
  private otlpEndpoint: Endpoint<'logs' | 'traces', 'otlp-http'> | undefined;
  private healthEndpoint: Endpoint<'coordination', 'http'> | undefined;

  public constructor(scope: Platform, id: string, props: VmauthProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Door of the metrics store (vmauth): users, what each may do, and limits',
    });
    this.users = props.users;
    this.checkUsers();
    const rendered = Object.entries(props.users).map(([name, user]) => ({
      name,
      tokenVariable: tokenVariable(name),
      ...(user.reads === undefined ? {} : { readUrl: user.reads.url }),
      ...(user.writes === undefined ? {} : { writeUrl: user.writes.url }),
      ...(user.otlp === undefined
        ? {}
        : { otlpUrls: { logs: user.otlp.logs?.url, traces: user.otlp.traces?.url } }),
      ...(user.exporters === undefined
        ? {}
        : { exporters: user.exporters.map(({ owner, url }) => ({ name: owner.id, url })) }),
      maxConcurrentRequests: user.maxConcurrentRequests ?? VMAUTH_DEFAULTS.maxConcurrentRequests,
    }));
    const config = this.configMap(`${id}-config`, [
      ConfigFile.yaml(scope, 'auth.yml', renderVmauth(rendered)),
    ]);
    const tls = props.tls === undefined ? undefined : this.certificates(props.tls.issuer);
    this.trust = tls?.trust;
    this.workload = new Workload(this, id, {
      kind: 'Deployment',
      replicas: props.replicas ?? REPLICAS[scope.tier],
      uid: VM_UID,
      drainSeconds: DRAIN_SECONDS,
      container: {
        image: CATALOG.vmauth,
        args: goFlags({
          'auth.config': `${CONFIG_DIR}/auth.yml`,
          httpListenAddr: `:${PORT}`,
          ...(tls === undefined ? { httpInternalListenAddr: `:${INTERNAL_PORT}` } : TLS_FLAGS),
          // No user's limit is cut short by what the others do.
          maxConcurrentRequests: rendered.reduce((sum, user) => sum + user.maxConcurrentRequests, 0),
          'http.shutdownDelay': `${VM_SHUTDOWN_DELAY_SECONDS}s`,
          'http.maxGracefulShutdownDuration': '30s',
          loggerFormat: 'json',
        }),
        env: Object.fromEntries(
          Object.entries(props.users).map(([name, user]) => [
            tokenVariable(name),
            { secret: this.secret(user.token) },
          ]),
        ),
        resources: props.resources ?? VMAUTH_DEFAULTS.resources,
        probes: { readiness: { http: '/health', port: INTERNAL_PORT } },
        configs: [{ mountPath: CONFIG_DIR, config }],
        ...(tls === undefined
          ? {}
          : { secretFiles: [{ mountPath: TLS_DIR, ...tls.server, keys: ['tls.crt', 'tls.key'] }] }),
      },
    });
    this.metrics = this.workload.listenForScrapes({
      name: 'internal',
      port: INTERNAL_PORT,
    });
    this.connectUpstreams();
  }

  /** Answers the queries of users that may read. Opened by whoever asks for it first. */
  public get query(): Endpoint<'queries', 'prometheus-query'> {
    return (this.queryEndpoint ??= this.workload.listen({
      ...this.door,
      protocol: 'prometheus-query',
      signals: ['queries'],
      access: 'read',
      auth: AuthScheme.secret('bearer', this.tokensFor('reads')),
    }));
  }

  /** Takes the samples of users that may write. Opened by whoever asks for it first. */
  public get remoteWrite(): Endpoint<'metrics', 'prometheus-remote-write'> {
    return (this.remoteWriteEndpoint ??= this.workload.listen({
      ...this.door,
      protocol: 'prometheus-remote-write',
      signals: ['metrics'],
      access: 'write',
      path: '/api/v1/write',
      auth: AuthScheme.secret('bearer', this.tokensFor('writes')),
    }));
  }

  /** Takes the logs and traces of users that may send them. Opened by whoever asks for it first. */
  public get otlp(): Endpoint<'logs' | 'traces', 'otlp-http'> {
    const sent = Object.values(this.users).flatMap(({ otlp = {} }) => [
      ...(otlp.logs === undefined ? [] : ['logs' as const]),
      ...(otlp.traces === undefined ? [] : ['traces' as const]),
    ]);
    return (this.otlpEndpoint ??= this.workload.listen({
      ...this.door,
      protocol: 'otlp-http',
      signals: [...new Set(sent)],
      access: 'write',
      auth: AuthScheme.secret('bearer', this.tokensFor('otlp')),
    }));
  }

  /** Says whether it is well, on a port without users. Opened by whoever asks for it first. */
  public get health(): Endpoint<'coordination', 'http'> {
    return (this.healthEndpoint ??= this.workload.listen({
      name: 'internal',
      port: INTERNAL_PORT,
      protocol: 'http',
      signals: ['coordination'],
      access: 'control',
      path: '/health',
    }));
  }

  private get door(): { readonly name: string; readonly port: number; readonly tls: boolean } {
    return { name: 'http', port: PORT, tls: this.trust !== undefined };
  }

  /** The server's own, and one without rights whose Secret clients may name for its `ca.crt`. */
  private certificates(issuer: CertificateIssuer): { server: CertificateSecret; trust: CertificateSecret } {
    const id = this.node.id;
    const service = `${id}.${this.namespace}.svc`;
    return {
      server: addCertificate(this, 'certificate', {
        name: `${id}-tls`,
        dnsNames: [id, service, `${service}.${this.platform.clusterDomain}`],
        issuer,
        usages: ['server auth'],
      }),
      trust: addTrust(this, id, issuer),
    };
  }

  /** Never empty without a problem: an empty list would mean that vmauth asks somebody else. */
  private tokensFor(right: keyof typeof DOOR_OF): SecretRef[] {
    const tokens = Object.values(this.users).flatMap((user) =>
      user[right] === undefined ? [] : [user.token],
    );
    if (tokens.length === 0) {
      this.problem({
        property: 'users',
        value: Object.keys(this.users),
        rule: `somebody connects to ${DOOR_OF[right]}, and none of these ${right === 'otlp' ? 'sends any' : right}`,
        remedy: `give a user ${right}`,
      });
    }
    return tokens;
  }

  private connectUpstreams(): void {
    const users = Object.values(this.users);
    for (const endpoint of new Set(users.flatMap((user) => user.reads ?? []))) {
      this.workload.connect(endpoint, {
        signals: ['queries'],
        purpose: 'queries of the users that may read',
      });
    }
    for (const endpoint of new Set(users.flatMap((user) => user.exporters ?? []))) {
      this.workload.connect(endpoint, {
        signals: ['metrics'],
        purpose: 'exporters that people look at themselves',
      });
    }
    this.connectOtlp(
      users.flatMap(({ otlp }) => otlp?.logs ?? []),
      'logs',
    );
    this.connectOtlp(
      users.flatMap(({ otlp }) => otlp?.traces ?? []),
      'traces',
    );
    for (const [name, user] of Object.entries(this.users)) {
      if (user.writes === undefined) continue;
      this.workload.connect(user.writes, {
        signals: ['metrics'],
        purpose: `samples of ${name}`,
        ...(user.load === undefined ? {} : { load: user.load }),
      });
    }
  }

  private connectOtlp<T extends 'logs' | 'traces'>(
    stores: readonly Endpoint<T, 'otlp-http'>[],
    signal: T,
  ): void {
    for (const endpoint of new Set(stores)) {
      this.workload.connect(endpoint, {
        signals: [signal],
        purpose: `${signal} of the users that may send them`,
      });
    }
  }

  private checkUsers(): void {
    const byToken = new Map<string, string>();
    for (const [name, user] of Object.entries(this.users)) {
      if ([user.reads, user.writes, user.exporters?.[0], user.otlp].every((right) => right === undefined)) {
        this.problem({
          property: `users.${name}`,
          value: { reads: null, writes: null },
          rule: 'a user reads or writes',
          remedy: 'give him an endpoint to read from or to write to, or leave him out',
        });
      }
      const other = byToken.get(user.token.name);
      if (other !== undefined) {
        this.problem({
          property: `users.${name}.token`,
          value: user.token.name,
          rule: `the token says who asks, and it is ${other}'s already`,
          remedy: 'make a secret of his own for each user',
        });
      }
      byToken.set(user.token.name, name);
    }
  }
}

function tokenVariable(user: string): string {
  return `TOKEN_${user.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}
