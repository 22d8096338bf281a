/**
 * InfluxDB 2.7, the store of GPU readings: takes line protocol, answers Flux, keeps everything on one volume. Its open
 * source form is one process; what it must not lose waits in the brokers while it is away.
 */
import { Size, type Duration } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps } from '../core/component';
import { limitsOf, type EnvSource, type Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { bytesOf, humanBytes, humanSeconds } from '../core/quantity';
import type { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';
import { LEAST_RETENTION, memoryShares, volumeFor } from './influxdb-sizing';

export interface InfluxdbProps extends ComponentProps {
  /**
   * How long readings are kept: an operator's decision. Set up at the first start; afterwards `influx bucket update`
   * changes it (docs/systems/telemetry-stack.md).
   */
  readonly retention: Duration;
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** What reaches it at the declared peak. */
  readonly load: Load;
  /** The operator token: the image's set-up makes no other. */
  readonly token: SecretRef;
  /** Of the first user, `admin`; nobody logs in with it but a person in need. */
  readonly password: SecretRef;
  /** @default INFLUXDB_DEFAULTS.organization */
  readonly organization?: string;
  /** @default INFLUXDB_DEFAULTS.bucket */
  readonly bucket?: string;
  /** @default INFLUXDB_DEFAULTS.resources */
  readonly resources?: Resources;
}

const INFLUXDB_DEFAULTS = {
  // The names of the system's design document.
  organization: 'telemetryorg',
  bucket: 'telem_bucket',
  // The document's least figures.
  resources: {
    cpuMillis: 100,
    cpuLimitMillis: 500,
    memory: Size.mebibytes(128),
    memoryLimit: Size.mebibytes(512),
  },
} as const satisfies Partial<InfluxdbProps>;

const PORT = 8086;
/** User `influxdb` of the image. */
const UID = 1000;
/** It writes its cache to disk; whatever is not there by then is in the write-ahead log. */
const DRAIN_SECONDS = 60;
const DATA_DIR = '/var/lib/influxdb2';
const SECRET_DIR = '/etc/hyperion/secrets';
/** A dashboard's panels and an API's clients at once; more wait in line, and more still are refused. */
const QUERIES_AT_ONCE = 8;
const QUERIES_WAITING = 64;

export class Influxdb extends Component {
  /** Line protocol (`POST /api/v2/write`). */
  public readonly write: Endpoint<'metrics', 'influx-write'>;
  /** Flux (`POST /api/v2/query`). */
  public readonly query: Endpoint<'queries', 'flux'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  public readonly organization: string;
  public readonly bucket: string;
  public readonly token: SecretRef;

  public constructor(scope: Platform, id: string, props: InfluxdbProps) {
    super(scope, id, props, { layer: 'store', summary: 'Store of GPU readings (InfluxDB 2.7)', store: true });
    this.organization = props.organization ?? INFLUXDB_DEFAULTS.organization;
    this.bucket = props.bucket ?? INFLUXDB_DEFAULTS.bucket;
    this.token = props.token;
    this.checkRetention(props.retention);
    this.checkVolume(props);
    const resources = props.resources ?? INFLUXDB_DEFAULTS.resources;
    const [token, password] = [this.secret(props.token), this.secret(props.password)];
    const workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: 1,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      claims: [{ name: 'data', ...props.volume }],
      container: {
        image: CATALOG.influxdb,
        env: {
          ...serverEnvironment(limitsOf(resources).memory),
          ...setupEnvironment({
            organization: this.organization,
            bucket: this.bucket,
            retention: props.retention,
            passwordFile: `${SECRET_DIR}/${password.key}`,
            tokenFile: `${SECRET_DIR}/${token.key}`,
          }),
        },
        resources,
        // The first start sets up, later ones read the write-ahead log.
        probes: { readiness: { http: '/health', port: PORT }, startupSeconds: 300 },
        secretFiles: [
          { mountPath: SECRET_DIR, secretName: token.secretName, keys: [password.key, token.key].sort() },
        ],
        volumes: [{ claim: 'data', mountPath: DATA_DIR }],
        scratch: [
          // Where the set-up leaves the configuration of the image's command line.
          { mountPath: '/etc/influxdb2', size: Size.mebibytes(16) },
          { mountPath: '/tmp', size: Size.mebibytes(256) },
        ],
      },
    });
    const http = { name: 'http', port: PORT } as const;
    const auth = AuthScheme.secret('bearer', [props.token]);
    this.write = workload.listen({
      ...http,
      protocol: 'influx-write',
      signals: ['metrics'],
      access: 'write',
      auth,
    });
    this.query = workload.listen({ ...http, protocol: 'flux', signals: ['queries'], access: 'read', auth });
    this.metrics = workload.listenForScrapes({
      ...http,
    });
  }

  private checkRetention(retention: Duration): void {
    if (retention.toSeconds() >= LEAST_RETENTION.toSeconds()) return;
    this.problem({
      property: 'retention',
      value: humanSeconds(retention.toSeconds()),
      rule: `InfluxDB keeps data for ${humanSeconds(LEAST_RETENTION.toSeconds())} at least; none at all would mean for ever`,
      remedy: 'keep readings for an hour or longer',
    });
  }

  private checkVolume({ volume, load, retention }: InfluxdbProps): void {
    const { size, because } = volumeFor(load, retention);
    this.derived('volume that the retention needs', humanBytes(bytesOf(size)), because);
    if (bytesOf(volume.size) >= bytesOf(size)) return;
    this.problem({
      property: 'volume.size',
      value: humanBytes(bytesOf(volume.size)),
      rule: because,
      remedy: `make it ${humanBytes(bytesOf(size))} or larger, or keep readings for a shorter time`,
    });
  }
}

/** Source: InfluxDB 2.7, "InfluxDB configuration options". */
function serverEnvironment(memoryLimit: Size): Readonly<Record<string, EnvSource>> {
  const { cacheBytes, queryBytes, goBytes } = memoryShares(memoryLimit);
  return {
    INFLUXD_HTTP_BIND_ADDRESS: `:${PORT}`,
    INFLUXD_BOLT_PATH: `${DATA_DIR}/influxd.bolt`,
    INFLUXD_SQLITE_PATH: `${DATA_DIR}/influxd.sqlite`,
    INFLUXD_ENGINE_PATH: `${DATA_DIR}/engine`,
    INFLUXD_REPORTING_DISABLED: 'true',
    // People look through Grafana; its own pages would only be one more way in.
    INFLUXD_UI_DISABLED: 'true',
    INFLUXD_QUERY_CONCURRENCY: String(QUERIES_AT_ONCE),
    INFLUXD_QUERY_QUEUE_SIZE: String(QUERIES_WAITING),
    INFLUXD_QUERY_MEMORY_BYTES: String(queryBytes),
    INFLUXD_STORAGE_CACHE_MAX_MEMORY_SIZE: String(cacheBytes),
    GOMEMLIMIT: String(goBytes),
  };
}

/** Source: the image's entry point, `influxdb/2.7/entrypoint.sh`. Read at the first start only. */
function setupEnvironment(props: {
  readonly organization: string;
  readonly bucket: string;
  readonly retention: Duration;
  readonly passwordFile: string;
  readonly tokenFile: string;
}): Readonly<Record<string, EnvSource>> {
  return {
    DOCKER_INFLUXDB_INIT_MODE: 'setup',
    DOCKER_INFLUXDB_INIT_USERNAME: 'admin',
    DOCKER_INFLUXDB_INIT_PASSWORD_FILE: props.passwordFile,
    DOCKER_INFLUXDB_INIT_ORG: props.organization,
    DOCKER_INFLUXDB_INIT_BUCKET: props.bucket,
    DOCKER_INFLUXDB_INIT_RETENTION: `${props.retention.toSeconds()}s`,
    DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE: props.tokenFile,
  };
}
