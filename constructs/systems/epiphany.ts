/**
 * Epiphany, the classic platform, in the order in which data flows. Each component takes the endpoints of those behind it;
 * `part` makes it when somebody first asks, so a component may name those further down.
 *
 *   clients → HAProxy → applications, Grafana, Kibana          applications ⇄ Kafka (KRaft, or with ZooKeeper)
 *   log files of nodes and containers → Filebeat → Elasticsearch → Kibana
 *   exporters → Prometheus ─→ Alertmanager → people            Prometheus → Grafana
 */
import { Alertmanager } from '../alert/alertmanager';
import { programAlerts } from '../alert/program-alerts';
import { renderCheckedRules } from '../alert/rules';
import { targetAlerts } from '../alert/target-alerts';
import { KafkaExporter } from '../buffer/kafka-exporter';
import { Filebeat } from '../collect/filebeat';
import { NodeExporter } from '../collect/node-exporter';
import { Prometheus } from '../collect/prometheus';
import { parts } from '../core/part';
import { Platform } from '../core/platform';
import { HAProxy } from '../ingress/haproxy';
import { CertificateAuthority } from '../secure/certificate-authority';
import { Namespaces, type NamespaceProps } from '../secure/namespaces';
import { Elasticsearch } from '../store/elasticsearch';
import { Grafana } from '../view/grafana';
import { Kibana } from '../view/kibana';
import { messageBroker, useTopics } from './epiphany-messaging';
import { epiphanyOutside, epiphanyRoutes } from './epiphany-outside';
import type { EpiphanyProps } from './epiphany-props';
import { EPIPHANY_SECRETS as SECRETS } from './epiphany-secrets';
import { grafanaDatabase } from './grafana-database';

const INGRESS = { namespace: 'epiphany-ingress' } as const;
const MESSAGING = { namespace: 'epiphany-messaging' } as const;
const LOGGING = { namespace: 'epiphany-logging' } as const;
const MONITORING = { namespace: 'epiphany-monitoring' } as const;
/** Those that see their node, and nobody else. */
const AGENTS = { namespace: 'epiphany-agents' } as const;
const NAMESPACES: Readonly<Record<string, NamespaceProps>> = {
  // HAProxy's: HTTPS, and HTTP that is sent there.
  [INGRESS.namespace]: { podSecurity: 'restricted', loadBalancers: 1, loadBalancerPorts: 2 },
  [MESSAGING.namespace]: { podSecurity: 'restricted' },
  [LOGGING.namespace]: { podSecurity: 'restricted' },
  [MONITORING.namespace]: { podSecurity: 'restricted' },
  [AGENTS.namespace]: { podSecurity: 'privileged' },
};

/** @returns the composed platform; `complete` derives what needs all of it, and checks it */
export function epiphany(props: EpiphanyProps): Platform {
  const platform = new Platform({ ...props, system: 'epiphany' });
  const { part, makeAll } = parts();
  const { storageClass, internalIssuer } = props;
  const host = (name: string): string => `${name}.${props.domain}`;

  // ── Ground: namespaces, certificates, clients and applications ──
  new Namespaces(platform, 'namespaces', { namespaces: NAMESPACES });
  const messagingCa = new CertificateAuthority(platform, 'messaging-ca', MESSAGING);
  const monitoringCa = new CertificateAuthority(platform, 'monitoring-ca', MONITORING);
  const outside = epiphanyOutside(platform, props);

  // ── 1 Load balancing: TLS ends here ──
  part(
    () =>
      new HAProxy(platform, 'haproxy', {
        ...INGRESS,
        exposure: { kind: 'internal-load-balancer', address: props.network.ingressAddress },
        certificates: { kind: 'issuer', issuer: props.publicIssuer },
        routes: epiphanyRoutes(host, outside, { grafana: grafana(), kibana: kibana() }),
      }),
  );

  // ── 2 Messaging between applications ──
  const kafka = part(() => messageBroker(platform, { ...MESSAGING, ...props, issuer: messagingCa.issuer }));
  part(() => new KafkaExporter(platform, 'kafka-exporter', { ...MESSAGING, kafka: kafka() }));

  // ── 3 Logs ──
  const load = {
    eventsPerSecond: props.logs.lines.perSecond,
    bytesPerSecond: props.logs.lines.perSecond * props.logs.lines.bytesEach,
  };
  part(
    () =>
      new Filebeat(platform, 'filebeat', {
        ...AGENTS,
        elasticsearch: elasticsearch().writer,
        issuer: internalIssuer,
        nodes: props.nodes,
        queue: props.logs.queue,
        load,
        kubernetesApi: outside.kubernetesApi,
      }),
  );
  const elasticsearch = part(
    () =>
      new Elasticsearch(platform, 'elasticsearch', {
        ...LOGGING,
        ...props.logs,
        volume: { size: props.logs.volume, storageClass },
        issuer: internalIssuer,
        load,
      }),
  );
  const kibana = part(
    () =>
      new Kibana(platform, 'kibana', {
        ...LOGGING,
        elasticsearch: elasticsearch().reader,
        issuer: internalIssuer,
        host: host('kibana'),
      }),
  );

  // ── 4 Metrics: the exporters that no component brings along, and who scrapes all ──
  part(() => new NodeExporter(platform, 'node-exporter', { ...AGENTS, nodes: props.network.nodes }));
  const prometheus = part(
    () =>
      new Prometheus(platform, 'prometheus', {
        ...MONITORING,
        kubernetesApi: outside.kubernetesApi,
        scrapes: Object.keys(NAMESPACES),
        operators: ['cert-manager', 'external-secrets'],
        // cAdvisor answers in each node's kubelet.
        cluster: { nodes: props.network.nodes, kubernetesApi: outside.kubernetesApi },
        alertmanager: alertmanager().api,
        rules: (jobs) =>
          renderCheckedRules(platform, 'prometheus', [
            // Prometheus puts its external labels on alerts, not on the samples that it keeps itself.
            targetAlerts(jobs, {}),
            ...programAlerts(platform, { evaluatedBy: 'prometheus' }),
          ]),
        declared: props.metrics.declared,
        labels: { cluster: props.environment, environment: props.tier },
        retention: props.metrics.retention,
        volume: { size: props.metrics.volume, storageClass },
        ...(props.metrics.remoteWrite === undefined ? {} : { remoteWrite: props.metrics.remoteWrite }),
      }),
  );
  const alertmanager = part(
    () =>
      new Alertmanager(platform, 'alertmanager', {
        ...MONITORING,
        ...props.alerting,
        volume: { size: props.alerting.volume, storageClass },
      }),
  );
  const grafana = part(
    () =>
      new Grafana(platform, 'grafana', {
        ...MONITORING,
        host: host('grafana'),
        database: grafanaDatabase(platform, {
          ...MONITORING,
          choice: props.grafanaDatabase,
          storageClass,
          password: SECRETS.grafanaDatabase,
          issuer: monitoringCa.issuer,
        }),
        dataSources: { metrics: { endpoint: prometheus().query } },
        secretKey: SECRETS.grafanaSecretKey,
        adminPassword: SECRETS.grafanaAdmin,
        replicas: props.grafanaReplicas,
      }),
  );

  makeAll();
  useTopics(platform, props.messaging.topics, kafka(), outside.applications);
  return platform;
}
