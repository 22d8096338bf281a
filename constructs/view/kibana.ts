/**
 * Kibana, where people search the logs. It keeps its own state in Elasticsearch, so any replica can go; data views and
 * dashboards come from code, by a task that may run again at any time.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { addTrust, type CertificateIssuer } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import { limitsOf, type Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import { CURL_FUNCTION } from '../core/curl-script';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import { bytesOf } from '../core/quantity';
import { SecretRef } from '../core/secrets';
import { Task } from '../core/task';
import { Workload } from '../core/workload';
import { savedObjectsFile } from './kibana-objects';

export interface KibanaProps extends ComponentProps {
  /** `reader` of an Elasticsearch. */
  readonly elasticsearch: {
    readonly endpoint: Endpoint<'queries', 'elasticsearch'>;
    readonly user: string;
    readonly password: SecretRef;
    /** Who brings data views and dashboards in. */
    readonly dashboards: { readonly user: string; readonly password: SecretRef };
    readonly dataStream: string;
  };
  /** Issues from the CA of the store's certificate: its `ca.crt` is what Kibana trusts. */
  readonly issuer: CertificateIssuer;
  /** Host name under which people reach it, over HTTPS. */
  readonly host: string;
  /** 32 characters or more each, the same for all replicas, never changed. @default KIBANA_DEFAULTS.encryptionKeys */
  readonly encryptionKeys?: Partial<KibanaKeys>;
  /** @default dev 1, prod 2 */
  readonly replicas?: number;
  /** @default KIBANA_DEFAULTS.resources */
  readonly resources?: Resources;
}

export interface KibanaKeys {
  readonly sessions: SecretRef;
  readonly savedObjects: SecretRef;
  readonly reports: SecretRef;
}

const KIBANA_DEFAULTS = {
  // "1 GB of memory at least"; 2 GiB is what Elastic's operator limits it to.
  resources: { cpuMillis: 250, memory: Size.gibibytes(2), cpuLimitMillis: 1000 },
  encryptionKeys: {
    sessions: SecretRef.named('kibana-session-key'),
    savedObjects: SecretRef.named('kibana-saved-object-key'),
    reports: SecretRef.named('kibana-report-key'),
  },
} as const;

const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 2 };
const PORT = 5601;
/** The image's own user. */
const UID = 1000;
const SHUTDOWN_SECONDS = 30;
const DRAIN_SECONDS = SHUTDOWN_SECONDS + 15;
/** At its first start it makes its indices in Elasticsearch, and waits for that until it is there. */
const STARTUP_SECONDS = 600;
const CONFIG_DIR = '/etc/hyperion/kibana';
const OBJECTS_DIR = '/etc/hyperion/kibana-objects';
const TLS_DIR = '/etc/hyperion/tls';
const DATA_DIR = '/usr/share/kibana/data';
/** Of the memory: Node's heap, which knows of no limit by itself. */
const HEAP_SHARE = 0.6;
const IMPORT_DEADLINE = Duration.minutes(30);
const WAIT_ATTEMPTS = 240;
const WAIT_SECONDS = 5;

/** Kibana answers 200 also where it refused an object; so its answer is read. */
const IMPORT_SCRIPT: readonly string[] = [
  '#!/bin/bash',
  'set -euo pipefail',
  'files="$(cd "$(dirname "$0")" && pwd)"',
  ...CURL_FUNCTION,
  '',
  'attempt=1',
  'until [[ "$(status_of /api/status)" == 200 ]]; do',
  `  if ((attempt >= ${WAIT_ATTEMPTS})); then`,
  `    echo "no Kibana at $API_URL after ${WAIT_ATTEMPTS} attempts" >&2`,
  '    exit 1',
  '  fi',
  '  attempt=$((attempt + 1))',
  `  sleep ${WAIT_SECONDS}`,
  'done',
  '',
  "answer=\"$(api POST '/api/saved_objects/_import?overwrite=true' --fail-with-body --header 'kbn-xsrf: true' \\",
  '  --form "file=@$files/objects.ndjson")"',
  'echo "$answer"',
  '[[ "$answer" == *\'"success":true\'* ]]',
];

export class Kibana extends Component {
  /** For people's browsers, through whatever ends their TLS. */
  public readonly web: Endpoint<'web', 'http'>;

  public constructor(scope: Platform, id: string, props: KibanaProps) {
    super(scope, id, props, {
      layer: 'view',
      summary: 'Searches of logs, data views and dashboards (Kibana)',
    });
    const { elasticsearch } = props;
    const resources = props.resources ?? KIBANA_DEFAULTS.resources;
    const keys = { ...KIBANA_DEFAULTS.encryptionKeys, ...props.encryptionKeys };
    const trust = addTrust(this, id, props.issuer);
    const config = this.configMap(`${id}-config`, [
      ConfigFile.yaml(scope, 'kibana.yml', renderKibana(props)),
    ]);
    const workload = new Workload(this, id, {
      kind: 'Deployment',
      replicas: props.replicas ?? REPLICAS[scope.tier],
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      container: {
        image: CATALOG.kibana,
        env: {
          KBN_PATH_CONF: CONFIG_DIR,
          NODE_OPTIONS: `--max-old-space-size=${heapMebibytes(resources)}`,
          // Names of ours: the image would turn Kibana's own into arguments, which everybody sees.
          STORE_PASSWORD: { secret: this.secret(elasticsearch.password) },
          SESSION_KEY: { secret: this.secret(keys.sessions) },
          SAVED_OBJECT_KEY: { secret: this.secret(keys.savedObjects) },
          REPORT_KEY: { secret: this.secret(keys.reports) },
        },
        resources,
        probes: {
          readiness: { http: '/api/status', port: PORT },
          // While the store is away Kibana is not ready; a restart would not help it.
          liveness: { tcp: PORT },
          startupSeconds: STARTUP_SECONDS,
        },
        configs: [{ mountPath: CONFIG_DIR, config }],
        secretFiles: [{ mountPath: TLS_DIR, secretName: trust.secretName, keys: ['ca.crt'] }],
        scratch: [
          { mountPath: DATA_DIR, size: Size.mebibytes(512) },
          { mountPath: '/tmp', size: Size.mebibytes(256) },
        ],
      },
    });
    workload.connect(elasticsearch.endpoint, {
      signals: ['queries'],
      purpose: "people's searches, and its own state",
      credential: { kind: 'basic', secret: elasticsearch.password },
    });
    const http = { name: 'http', port: PORT, protocol: 'http' } as const;
    this.web = workload.listen({ ...http, signals: ['web'], access: 'read' });
    const objects = workload.listen({
      ...http,
      signals: ['coordination'],
      access: 'control',
      auth: AuthScheme.secret('basic', [elasticsearch.dashboards.password]),
    });
    this.addObjects(`${id}-objects`, objects, elasticsearch);
  }

  private addObjects(
    id: string,
    endpoint: Endpoint<'coordination', 'http'>,
    { dashboards, dataStream }: KibanaProps['elasticsearch'],
  ): void {
    const config = this.configMap(id, [
      ConfigFile.lines('import.sh', IMPORT_SCRIPT),
      savedObjectsFile(dataStream),
    ]);
    const task = new Task(this, id, {
      uid: UID,
      deadline: IMPORT_DEADLINE,
      container: {
        image: CATALOG.kibana,
        command: ['/bin/bash', `${OBJECTS_DIR}/import.sh`],
        env: {
          API_URL: endpoint.url,
          API_LOGIN: dashboards.user,
          API_PASSWORD: { secret: this.secret(dashboards.password) },
        },
        resources: { cpuMillis: 50, memory: Size.mebibytes(64) },
        configs: [{ mountPath: OBJECTS_DIR, config }],
      },
    });
    task.connect(endpoint, {
      signals: ['coordination'],
      purpose: 'data views and dashboards',
      credential: { kind: 'basic', secret: dashboards.password },
    });
  }
}

/** Source: Kibana 9, "General settings", "Security settings"; `${…}` is a variable of the environment there. */
function renderKibana({ host, elasticsearch }: KibanaProps): Readonly<Record<string, unknown>> {
  return {
    'server.host': '0.0.0.0',
    'server.port': PORT,
    'server.publicBaseUrl': `https://${host}`,
    'server.shutdownTimeout': `${SHUTDOWN_SECONDS}s`,
    'path.data': DATA_DIR,
    'elasticsearch.hosts': [elasticsearch.endpoint.url],
    'elasticsearch.username': elasticsearch.user,
    'elasticsearch.password': '${STORE_PASSWORD}',
    'elasticsearch.ssl.certificateAuthorities': [`${TLS_DIR}/ca.crt`],
    'elasticsearch.ssl.verificationMode': 'full',
    'xpack.security.encryptionKey': '${SESSION_KEY}',
    'xpack.encryptedSavedObjects.encryptionKey': '${SAVED_OBJECT_KEY}',
    'xpack.reporting.encryptionKey': '${REPORT_KEY}',
    // TLS ends before Kibana, so it does not see that it is there.
    'xpack.security.secureCookies': true,
    // Whether it is well, for probes and the load balancer; details are for those who are signed in.
    'status.allowAnonymous': true,
    'telemetry.enabled': false,
    'newsfeed.enabled': false,
    'xpack.fleet.isAirGapped': true,
    'map.includeElasticMapsService': false,
    'logging.root.level': 'info',
    'logging.appenders.default': { type: 'console', layout: { type: 'json' } },
  };
}

function heapMebibytes(resources: Resources): number {
  return Math.floor((bytesOf(limitsOf(resources).memory) * HEAP_SHARE) / 1024 ** 2);
}
