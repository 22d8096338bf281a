/**
 * The telemetry stack, in the order in which the readings flow. Each component takes the endpoints of those behind it;
 * `part` makes it when somebody first asks, so a component may name those further down.
 *
 *   GPU senders → NGINX → streamer → proxy ⇄ brokers
 *                                    proxy → collector → InfluxDB → API → NGINX → clients
 *                                                            └────→ Grafana
 */
import { Alertmanager } from '../alert/alertmanager';
import { programAlerts } from '../alert/program-alerts';
import { renderCheckedRules } from '../alert/rules';
import { targetAlerts } from '../alert/target-alerts';
import { Prometheus } from '../collect/prometheus';
import type { Load } from '../core/delivery';
import { parts } from '../core/part';
import { Platform } from '../core/platform';
import { NginxIngress } from '../ingress/nginx-ingress';
import { CertificateAuthority } from '../secure/certificate-authority';
import { Namespaces, type NamespaceProps } from '../secure/namespaces';
import { Influxdb } from '../store/influxdb';
import { Api } from '../telemetry/api';
import { Broker } from '../telemetry/broker';
import { Collector } from '../telemetry/collector';
import { Proxy } from '../telemetry/proxy';
import { SERVICE_RESOURCES } from '../telemetry/service-workload';
import { Streamer } from '../telemetry/streamer';
import { Grafana } from '../view/grafana';
import { grafanaDatabase } from './grafana-database';
import { telemetryOutside, telemetryRoutes } from './telemetry-stack-outside';
import type { TelemetryStackProps } from './telemetry-stack-props';
import { TELEMETRY_SECRETS as SECRETS } from './telemetry-stack-secrets';

const INGRESS = { namespace: 'telemetry-ingress' } as const;
const PIPELINE = { namespace: 'telemetry-pipeline' } as const;
const STORE = { namespace: 'telemetry-store' } as const;
const VIEW = { namespace: 'telemetry-view' } as const;
const NAMESPACES: Readonly<Record<string, NamespaceProps>> = {
  // The ingress controller's load balancer.
  [INGRESS.namespace]: { podSecurity: 'restricted', loadBalancers: 1 },
  [PIPELINE.namespace]: { podSecurity: 'restricted' },
  [STORE.namespace]: { podSecurity: 'restricted' },
  [VIEW.namespace]: { podSecurity: 'restricted' },
};

/** @returns the composed platform; `complete` derives what needs all of it, and checks it */
export function telemetryStack(props: TelemetryStackProps): Platform {
  const platform = new Platform({ ...props, system: 'telemetry-stack' });
  const { part, makeAll } = parts();
  const { storageClass } = props;
  const host = (name: string): string => `${name}.${props.domain}`;
  const load: Load = {
    eventsPerSecond: props.readings.perSecond,
    bytesPerSecond: props.readings.perSecond * props.readings.bytesEach,
  };
  const serviceToken = SECRETS.service;

  // ── Ground: namespaces, certificates, whom we talk to outside ──
  new Namespaces(platform, 'namespaces', { namespaces: NAMESPACES });
  const viewCa = new CertificateAuthority(platform, 'view-ca', VIEW);
  const outside = telemetryOutside(platform, props);

  // ── 1 Ingestion: TLS and limits, then the streamer ──
  part(
    () =>
      new NginxIngress(platform, 'nginx-ingress', {
        ...INGRESS,
        internalAddress: props.network.ingressAddress,
        issuer: props.publicIssuer,
        kubernetesApi: outside.kubernetesApi,
        routes: telemetryRoutes(host, outside, { streamer: streamer(), api: api(), grafana: grafana() }),
      }),
  );
  const streamer = part(
    () => new Streamer(platform, 'streamer', { ...PIPELINE, queue: proxy().publish, load, serviceToken }),
  );

  // ── 2 The queue: proxy and brokers ──
  const proxy = part(
    () => new Proxy(platform, 'msg-queue-proxy', { ...PIPELINE, brokers: brokers(), load, serviceToken }),
  );
  const brokers = part(
    () =>
      new Broker(platform, 'msg-queue', {
        ...PIPELINE,
        serviceToken,
        durability: props.brokers.durability,
        volume: { size: props.brokers.volume, storageClass },
      }),
  );

  // ── 3 Storage ──
  part(
    () =>
      new Collector(platform, 'collector', {
        ...PIPELINE,
        queue: proxy().receive,
        store: influxdb(),
        load,
        serviceToken,
      }),
  );
  const influxdb = part(
    () =>
      new Influxdb(platform, 'influxdb', {
        ...STORE,
        retention: props.store.retention,
        volume: { size: props.store.volume, storageClass },
        load,
        token: SECRETS.influxdbToken,
        password: SECRETS.influxdbAdmin,
        // The document's figures are for everything that carries readings.
        resources: SERVICE_RESOURCES[props.tier],
      }),
  );

  // ── 4 Looking at it ──
  const api = part(
    () => new Api(platform, 'api', { ...VIEW, ...props.api, store: influxdb(), serviceToken }),
  );
  const grafana = part(
    () =>
      new Grafana(platform, 'grafana', {
        ...VIEW,
        host: host('grafana'),
        database: grafanaDatabase(platform, {
          ...VIEW,
          choice: props.grafanaDatabase,
          storageClass,
          password: SECRETS.grafanaDatabase,
          issuer: viewCa.issuer,
        }),
        dataSources: {
          metrics: { endpoint: prometheus().query },
          readings: {
            endpoint: influxdb().query,
            organization: influxdb().organization,
            bucket: influxdb().bucket,
            credential: { kind: 'bearer', secret: influxdb().token },
          },
        },
        secretKey: SECRETS.grafanaSecretKey,
        adminPassword: SECRETS.grafanaAdmin,
        replicas: props.grafanaReplicas,
      }),
  );

  // ── 5 Watching the stack itself ──
  const prometheus = part(
    () =>
      new Prometheus(platform, 'prometheus', {
        ...STORE,
        kubernetesApi: outside.kubernetesApi,
        scrapes: Object.keys(NAMESPACES),
        operators: ['cert-manager', 'external-secrets'],
        alertmanager: alertmanager().api,
        rules: (jobs) =>
          renderCheckedRules(platform, 'prometheus', [
            // Prometheus puts its external labels on alerts, not on the samples that it keeps itself.
            targetAlerts(jobs, {}),
            ...programAlerts(platform, { evaluatedBy: 'prometheus' }),
          ]),
        labels: { cluster: props.environment, environment: props.tier },
        retention: props.metrics.retention,
        volume: { size: props.metrics.volume, storageClass },
      }),
  );
  const alertmanager = part(
    () =>
      new Alertmanager(platform, 'alertmanager', {
        ...VIEW,
        ...props.alerting,
        volume: { size: props.alerting.volume, storageClass },
      }),
  );

  makeAll();
  return platform;
}
