/**
 * PostgreSQL in the cluster, for Grafana's state in small environments: one instance on one volume, TLS and SCRAM.
 * It is not highly available and has no backup but its volume; production takes a managed server (`External`).
 */
import type { Size } from 'cdk8s';
import { Size as Sizes } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { addCertificate, type CertificateIssuer } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { bytesOf } from '../core/quantity';
import type { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';

export interface PostgresqlProps extends ComponentProps {
  /** Volume of the database: an operator's decision. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  readonly database: string;
  readonly user: string;
  readonly password: SecretRef;
  /** Issues the server's certificate. */
  readonly issuer: CertificateIssuer;
  /** @default 50: two Grafana replicas with 20 each, and an operator */
  readonly maxConnections?: number;
  readonly resources?: Resources;
}

const DEFAULTS = {
  maxConnections: 50,
  resources: { cpuMillis: 100, memory: Sizes.mebibytes(512) },
} satisfies Partial<PostgresqlProps>;

const PORT = 5432;
/** User `postgres` of the Debian image. */
const UID = 999;
/** A fast shutdown ends sessions and writes a checkpoint. */
const DRAIN_SECONDS = 120;
const CONFIG_DIR = '/etc/hyperion/postgresql';
const SECRET_DIR = '/etc/hyperion/secrets';
const TLS_DIR = '/etc/hyperion/tls';
const DATA_DIR = '/var/lib/postgresql/data';

export class Postgresql extends Component {
  public readonly sql: Endpoint<'state', 'postgresql'>;
  /** Secret whose `ca.crt` signed the server's certificate. */
  public readonly caSecretName: string;

  public constructor(scope: Platform, id: string, props: PostgresqlProps) {
    super(scope, id, props, {
      layer: 'view',
      summary: "Database of Grafana's state (PostgreSQL, one instance)",
    });
    const host = `${id}.${props.namespace}.svc.${scope.clusterDomain}`;
    const certificate = addCertificate(this, 'certificate', {
      name: `${id}-tls`,
      dnsNames: [host, `${id}.${props.namespace}.svc`],
      issuer: props.issuer,
      usages: ['server auth'],
    });
    this.caSecretName = certificate.secretName;
    const resources = props.resources ?? DEFAULTS.resources;
    const config = this.configMap(`${id}-config`, [
      ConfigFile.lines(
        'postgresql.conf',
        renderPostgresqlConf(props.maxConnections ?? DEFAULTS.maxConnections, resources.memory),
      ),
      ConfigFile.lines('pg_hba.conf', renderHba(props.database, props.user)),
    ]);
    const password = this.secret(props.password);
    const workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: 1,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      claims: [{ name: 'data', ...props.volume }],
      container: {
        image: CATALOG.postgresql,
        args: ['-c', `config_file=${CONFIG_DIR}/postgresql.conf`, '-c', `hba_file=${CONFIG_DIR}/pg_hba.conf`],
        env: {
          POSTGRES_DB: props.database,
          POSTGRES_USER: props.user,
          POSTGRES_PASSWORD_FILE: `${SECRET_DIR}/${password.key}`,
          POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256 --auth-local=peer',
          PGDATA: `${DATA_DIR}/pgdata`,
        },
        resources,
        probes: {
          readiness: { exec: ['pg_isready', '-q', '-h', '/var/run/postgresql'] },
          startupSeconds: 300,
        },
        configs: [{ mountPath: CONFIG_DIR, config }],
        secretFiles: [
          { mountPath: SECRET_DIR, secretName: password.secretName, keys: [password.key] },
          { mountPath: TLS_DIR, secretName: certificate.secretName, keys: ['tls.crt', 'tls.key'] },
        ],
        volumes: [{ claim: 'data', mountPath: DATA_DIR }],
        scratch: [
          { mountPath: '/var/run/postgresql', size: Sizes.mebibytes(16) },
          { mountPath: '/tmp', size: Sizes.mebibytes(64) },
        ],
      },
    });
    this.sql = workload.listen({
      name: 'postgresql',
      port: PORT,
      protocol: 'postgresql',
      signals: ['state'],
      access: 'write',
      tls: true,
      auth: AuthScheme.secret('password', [props.password]),
    });
  }
}

/** Source: PostgreSQL 17, chapter 19. */
export function renderPostgresqlConf(maxConnections: number, memory: Size): string[] {
  const mebibytes = bytesOf(memory) / 1024 ** 2;
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: "'*'",
    port: String(PORT),
    unix_socket_directories: "'/var/run/postgresql'",
    max_connections: String(maxConnections),
    // A quarter of the memory, as the manual advises for a dedicated server.
    shared_buffers: `${Math.floor(mebibytes / 4)}MB`,
    password_encryption: 'scram-sha-256',
    ssl: 'on',
    ssl_cert_file: `'${TLS_DIR}/tls.crt'`,
    ssl_key_file: `'${TLS_DIR}/tls.key'`,
    ssl_min_protocol_version: "'TLSv1.2'",
    // An acknowledged change survives power loss.
    fsync: 'on',
    synchronous_commit: 'on',
    statement_timeout: "'60s'",
    idle_in_transaction_session_timeout: "'60s'",
    log_destination: "'stderr'",
    logging_collector: 'off',
  };
  return Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
}

/** Only the application's user, only its database, only over TLS; the socket for the operator in the pod. */
export function renderHba(database: string, user: string): string[] {
  return [
    '# type  database  user  address  method',
    `local   all  all  peer`,
    `hostssl ${database}  ${user}  0.0.0.0/0  scram-sha-256`,
    `hostssl ${database}  ${user}  ::/0  scram-sha-256`,
  ];
}
