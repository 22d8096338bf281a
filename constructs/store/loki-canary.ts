/**
 * Loki canary: writes a line a second into the log store, reads it back over a live tail and by query, and counts what
 * is missing, late or out of order. It pushes directly, so that it measures the store alone.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { Component, type ComponentProps, type MountedConfig } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import {
  NGINX_PROXYING,
  NGINX_UPGRADE,
  nginxCommand,
  nginxLines,
  nginxProcess,
  type NginxEntry,
} from '../core/nginx-config';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';

export interface LokiCanaryProps extends ComponentProps {
  /** Where it writes. */
  readonly push: Endpoint<'logs', 'loki-http'>;
  /** Where it reads: queries and live tails. */
  readonly query: Endpoint<'queries', 'loki-http'>;
}

const METRICS_PORT = 3500;
/** Any user but root: the image names none. */
const UID = 10001;
/** It keeps nothing. */
const DRAIN_SECONDS = 30;

/** The canary knows one address; where Loki writes and reads at two, a proxy beside it has both. */
const PROXY = 'proxy';
const PROXY_PORT = 3100;
const PROXY_CONFIG_DIR = '/etc/loki-proxy';

export class LokiCanary extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: LokiCanaryProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Probe of the log store: writes lines and reads them back',
    });
    const { push, query } = props;
    const direct = push.hostPort === query.hostPort;
    const workload = new Workload(this, id, {
      // Not a DaemonSet: pushing directly, it says nothing about a node.
      kind: 'Deployment',
      replicas: 1,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      container: {
        image: CATALOG['loki-canary'],
        args: [
          '-push=true',
          `-addr=${direct ? push.hostPort : `127.0.0.1:${PROXY_PORT}`}`,
          `-port=${METRICS_PORT}`,
          // Lines of a pod that is gone are not missed by the next one.
          '-labelname=pod',
          '-labelvalue=$(POD_NAME)',
          '-streamname=app',
          `-streamvalue=${id}`,
        ],
        env: { POD_NAME: { field: 'metadata.name' } },
        resources: { cpuMillis: 20, memory: Size.mebibytes(64) },
        probes: { readiness: { http: '/metrics', port: METRICS_PORT } },
      },
      sidecars: direct ? [] : [proxyContainer(this.proxyConfig(push, query))],
    });
    this.metrics = workload.listenForScrapes({
      name: 'http',
      port: METRICS_PORT,
    });
    if (!direct) {
      workload.listen(
        { name: PROXY, port: PROXY_PORT, protocol: 'http', signals: ['web'], access: 'control' },
        PROXY,
      );
    }
    // No load: what the store refuses here is a measurement, not telemetry that somebody loses.
    workload.connect(push, { signals: ['logs'], purpose: 'a line a second' });
    workload.connect(query, { signals: ['queries'], purpose: 'reads its lines back' });
  }

  private proxyConfig(push: Endpoint<'logs'>, query: Endpoint<'queries'>): MountedConfig {
    return this.configMap(`${this.node.id}-proxy`, [
      ConfigFile.lines('nginx.conf', nginxLines(renderProxy(push, query))),
    ]);
  }
}

function proxyContainer(config: MountedConfig): ContainerSpec & { readonly name: string } {
  return {
    name: PROXY,
    image: CATALOG.nginx,
    command: nginxCommand(PROXY_CONFIG_DIR),
    resources: { cpuMillis: 10, memory: Size.mebibytes(32) },
    probes: { readiness: { http: '/healthz', port: PROXY_PORT } },
    configs: [{ mountPath: PROXY_CONFIG_DIR, config }],
    scratch: [{ mountPath: '/tmp', size: Size.mebibytes(16) }],
  };
}

/** One server: what is pushed goes to the distributors, all else (live tails too) to the query-frontends. */
function renderProxy(push: Endpoint<'logs'>, query: Endpoint<'queries'>): readonly NginxEntry[] {
  return [
    ...nginxProcess(1, 64),
    [
      'http',
      [
        'access_log off',
        ...NGINX_PROXYING,
        [
          'server',
          [
            `listen ${PROXY_PORT}`,
            ['location = /healthz', ['return 204']],
            [`location = ${push.path}`, [`proxy_pass http://${push.hostPort}`]],
            ['location /', [`proxy_pass http://${query.hostPort}`, ...NGINX_UPGRADE]],
          ],
        ],
      ],
    ],
  ];
}
