/**
 * Hyperion on Azure, in the order in which the telemetry flows. Each component takes the endpoints of those behind it;
 * `part` makes it when somebody first asks, so a component may name those further down.
 *
 *   senders → Application Gateway → NGINX → OTel ingress ─┬→ logs processor ────────────────→ Loki
 *                                             │  ↑ replay ├→ metrics processor ─────────────→ VictoriaMetrics
 *                                             └→ Kafka    └→ trace load balancer → processor → Tempo, ClickHouse
 *   processors → OTel egress → Kafka → external consumers            people → NGINX → Grafana → every store
 */
import { Alertmanager } from '../alert/alertmanager';
import { backupAlerts } from '../alert/backup-alerts';
import { Vmalert } from '../alert/vmalert';
import type { KafkaUser } from '../buffer/kafka-buffer';
import { KafkaExporter } from '../buffer/kafka-exporter';
import { OtelEgress } from '../collect/otel-egress';
import { OtelIngress } from '../collect/otel-ingress';
import { OtelLogsProcessor } from '../collect/otel-logs-processor';
import { OtelMetricsProcessor } from '../collect/otel-metrics-processor';
import { OtelReplay } from '../collect/otel-replay';
import { OtelTraceLoadBalancer } from '../collect/otel-trace-load-balancer';
import { OtelTraceProcessor } from '../collect/otel-trace-processor';
import type { KafkaAccess } from '../collect/otel/kafka';
import { Vmagent } from '../collect/vmagent';
import type { Telemetry } from '../core/endpoint';
import { parts } from '../core/part';
import { Platform } from '../core/platform';
import { ApplicationGateway } from '../ingress/application-gateway';
import { NginxIngress } from '../ingress/nginx-ingress';
import { CertificateAuthority } from '../secure/certificate-authority';
import { Namespaces } from '../secure/namespaces';
import { Trivy } from '../secure/trivy';
import { clickHouseQueries } from '../store/clickhouse/queries';
import { LokiCanary } from '../store/loki-canary';
import { VictoriaMetrics } from '../store/victoria-metrics';
import { Vmauth } from '../store/vmauth';
import { Grafana } from '../view/grafana';
import { grafanaDatabase } from './grafana-database';
import { kafkaBuffer, logStore, traceAnalytics, traceStore } from './hyperion-choices';
import { egressConsumers, readFromOutside } from './hyperion-consumers';
import { namespaceProps, NAMESPACES } from './hyperion-namespaces';
import { hyperionOutside } from './hyperion-outside';
import type { HyperionProps } from './hyperion-props';
import { HYPERION_SECRETS as SECRETS } from './hyperion-secrets';
import { hyperionRoutes, replayTopics, signalRoute } from './hyperion-routes';
import { hyperionTopics, KAFKA_USERS } from './hyperion-topics';

const INGRESS = { namespace: NAMESPACES.ingress } as const;
const PIPELINE = { namespace: NAMESPACES.pipeline } as const;
const STORE = { namespace: NAMESPACES.store } as const;
const VIEW = { namespace: NAMESPACES.view } as const;

/** @returns the composed platform; `complete` derives what needs all of it, and checks it */
export function hyperion(props: HyperionProps): Platform {
  const platform = new Platform({ ...props, system: 'hyperion' });
  const { part, makeAll } = parts();
  const { workload, redact, storageClass, queues, signalModes: modes } = props;
  const labels = { cluster: props.environment, environment: props.tier };
  const host = (name: string): string => `${name}.${props.domain}`;

  // ── Ground: namespaces, certificates, whom we talk to outside, Kafka's topics ──
  new Namespaces(platform, 'namespaces', { namespaces: namespaceProps(props) });
  const pipelineCa = new CertificateAuthority(platform, 'pipeline-ca', PIPELINE);
  const viewCa = new CertificateAuthority(platform, 'view-ca', VIEW);
  const outside = hyperionOutside(platform, props);
  const topics = hyperionTopics(props);
  const kafkaAs = (login: KafkaUser): KafkaAccess => ({ login, issuer: pipelineCa.issuer });

  // ── 1 Ingestion: gateway → ingress controller → entry collector, with Kafka beside it ──
  const gateway = part(
    () =>
      new ApplicationGateway(platform, 'application-gateway', {
        subnet: props.network.gatewaySubnet,
        grpcSenders: props.network.grpcSenders,
      }),
  );
  part(
    () =>
      new NginxIngress(platform, 'nginx-ingress', {
        ...INGRESS,
        internalAddress: props.network.ingressAddress,
        gatewaySubnet: props.network.gatewaySubnet,
        issuer: props.publicIssuer,
        kubernetesApi: outside.kubernetesApi,
        routes: hyperionRoutes(host, gateway(), ingress(), grafana()),
      }),
  );
  const ingress = part(
    () =>
      new OtelIngress(platform, 'otel-ingress', {
        ...PIPELINE,
        tenants: props.tenants,
        allowedMetrics: props.allowedMetrics,
        kafka: kafkaAs(KAFKA_USERS.ingress),
        workload,
        routes: {
          logs: signalRoute(modes.logs, logsProcessor().otlp, kafka().writeTo(topics.failover.logs)),
          metrics: signalRoute(
            modes.metrics,
            metricsProcessor().otlp,
            kafka().writeTo(topics.failover.metrics),
          ),
          traces: signalRoute(modes.traces, traceBalancer().otlp, kafka().writeTo(topics.failover.traces)),
        },
      }),
  );
  const kafka = part(() =>
    kafkaBuffer(platform, props, topics, { issuer: pipelineCa.issuer, kubernetesApi: outside.kubernetesApi }),
  );
  part(
    () =>
      new OtelReplay(platform, 'otel-replay', {
        ...PIPELINE,
        kafka: kafkaAs(KAFKA_USERS.replay),
        workload,
        routes: {
          logs: { mode: modes.logs, to: logsProcessor().otlp, ...replayTopics('logs', topics, kafka()) },
          metrics: {
            mode: modes.metrics,
            to: metricsProcessor().otlp,
            ...replayTopics('metrics', topics, kafka()),
          },
          traces: {
            mode: modes.traces,
            to: traceBalancer().otlp,
            ...replayTopics('traces', topics, kafka()),
          },
        },
      }),
  );
  part(() => new KafkaExporter(platform, 'kafka-exporter', { ...PIPELINE, kafka: kafka() }));

  // ── 2 Processing: one processor for each signal, traces behind a load balancer ──
  const logsProcessor = part(
    () =>
      new OtelLogsProcessor(platform, 'otel-logs', {
        ...PIPELINE,
        workload,
        redact,
        queue: queues.logs,
        store: logs().otlp,
        ...copyTo('logs'),
      }),
  );
  const metricsProcessor = part(
    () =>
      new OtelMetricsProcessor(platform, 'otel-metrics', {
        ...PIPELINE,
        workload,
        redact,
        queue: queues.metrics,
        store: metrics().otlp,
        ...copyTo('metrics'),
      }),
  );
  const traceBalancer = part(
    () =>
      new OtelTraceLoadBalancer(platform, 'otel-trace-balancer', {
        ...PIPELINE,
        workload,
        to: traceProcessor().otlp,
      }),
  );
  const traceProcessor = part(
    () =>
      new OtelTraceProcessor(platform, 'otel-traces', {
        ...PIPELINE,
        workload,
        redact,
        queue: queues.traces,
        sampling: props.sampling,
        tempo: { to: traces().otlp, spans: props.traces.spans },
        clickhouse: { ...clickHouse().writer, spans: props.traceAnalytics.spans },
        metricsStore: metrics().otlp,
        ...copyTo('traces'),
      }),
  );

  // ── 3 Storage ──
  const logs = part(() => logStore(platform, props, outside));
  part(() => new LokiCanary(platform, 'loki-canary', { ...STORE, push: logs().push, query: logs().query }));
  const traces = part(() => traceStore(platform, props, outside, topics, kafka));
  const metrics = part(
    () =>
      new VictoriaMetrics(platform, 'victoria-metrics', {
        ...STORE,
        retention: props.metrics.retention,
        volume: { size: props.metrics.volume, storageClass },
        demand: { samplesPerSecond: workload.metrics.perSecond, activeSeries: workload.activeSeries },
        backup: { container: outside.blob('metrics-backup') },
      }),
  );
  const vmauth = part(
    () =>
      new Vmauth(platform, 'vmauth', {
        ...STORE,
        users: {
          grafana: { token: SECRETS.metricsReader, reads: metrics().query },
          vmagent: { token: SECRETS.metricsAgent, writes: metrics().remoteWrite },
          vmalert: { token: SECRETS.metricsAlerts, reads: metrics().query, writes: metrics().remoteWrite },
        },
      }),
  );
  const clickHouse = part(() => traceAnalytics(platform, props));

  // ── 4 Visualization and egress ──
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
          metrics: {
            endpoint: vmauth().query,
            credential: { kind: 'bearer', secret: SECRETS.metricsReader },
          },
          logs: logs().query,
          traces: traces().query,
          traceAnalytics: clickHouse().reader,
        },
        dashboards: { traceQueries: clickHouseQueries(clickHouse().reader.database) },
        secretKey: SECRETS.grafanaSecretKey,
        adminPassword: SECRETS.grafanaAdmin,
        internet: outside.internet,
        replicas: props.grafanaReplicas,
      }),
  );
  const egress = part(() =>
    props.consumers.length === 0
      ? undefined
      : new OtelEgress(platform, 'otel-egress', {
          ...PIPELINE,
          workload,
          consumers: egressConsumers(props, kafka(), kafkaAs(KAFKA_USERS.egress)),
        }),
  );
  /** A processor's copy for the egress collector, where some consumer takes the signal. */
  function copyTo(signal: Telemetry): { egress?: OtelEgress['otlp'] } {
    const to = props.consumers.some((consumer) => consumer.signal === signal) ? egress()?.otlp : undefined;
    return to === undefined ? {} : { egress: to };
  }

  // ── 5 Watching the platform itself ──
  part(
    () =>
      new Vmagent(platform, 'vmagent', {
        ...STORE,
        destinations: [
          {
            remoteWrite: vmauth().remoteWrite,
            credential: { kind: 'bearer', secret: SECRETS.metricsAgent },
          },
        ],
        kubernetesApi: outside.kubernetesApi,
        scrapes: Object.values(NAMESPACES),
        operators: ['cert-manager', 'external-secrets'],
        labels,
        volume: { size: props.metrics.agentVolume, storageClass },
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
  part(
    () =>
      new Vmalert(platform, 'vmalert', {
        ...VIEW,
        datasource: vmauth().query,
        remoteWrite: vmauth().remoteWrite,
        credential: { kind: 'bearer', secret: SECRETS.metricsAlerts },
        alertmanager: alertmanager().api,
        groups: backupAlerts(metrics().backups),
        labels,
        externalUrl: `https://${host('grafana')}`,
      }),
  );
  part(() => new Trivy(platform, 'trivy', { ...VIEW, internet: outside.internet }));

  makeAll();
  readFromOutside(platform, props, kafka());
  return platform;
}
