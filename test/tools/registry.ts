/** Every tool, in the order in which a full build makes them: what most proofs wait for comes first. */
import { alertmanager } from './alertmanager';
import { alloySyntax } from './alloy-syntax';
import { amtool } from './amtool';
import { azurite } from './azurite';
import { ceph } from './ceph';
import { chromium } from './chromium';
import { crds } from './crds';
import { curator } from './curator';
import { elasticmq } from './elasticmq';
import { etcd } from './etcd';
import { gator } from './gator';
import { haproxy } from './haproxy';
import { helm } from './helm';
import { influxdb } from './influxdb';
import { jmxExporter } from './jmx-exporter';
import { kafka } from './kafka';
import { kafka39 } from './kafka-3.9';
import { kubeScore } from './kube-score';
import { kubeStateMetrics } from './kube-state-metrics';
import { kubeconform } from './kubeconform';
import { kubernetes } from './kubernetes';
import { kubernetesSchemas } from './kubernetes-schemas';
import { kwok } from './kwok';
import { kyverno } from './kyverno';
import { loki } from './loki';
import { moto } from './moto';
import { nats } from './nats';
import { nginx } from './nginx';
import { nodeExporter } from './node-exporter';
import { opensearch } from './opensearch';
import { otelcol } from './otelcol';
import { postgresql } from './postgresql';
import { prometheus } from './prometheus';
import { rabbitmq } from './rabbitmq';
import { redis } from './redis';
import { sandbox } from './sandbox';
import { schemathesis } from './schemathesis';
import { telemetrygen } from './telemetrygen';
import { telemetryServices } from './telemetry-services';
import { victoriaMetrics } from './victoria-metrics';
import { zookeeper } from './zookeeper';

export const TOOLS = [
  kubernetesSchemas,
  crds,
  sandbox,
  schemathesis,
  telemetryServices,
  postgresql,
  nginx,
  chromium,
  azurite,
  ceph,
  etcd,
  kubernetes,
  kwok,
  victoriaMetrics,
  otelcol,
  loki,
  kyverno,
  helm,
  prometheus,
  kafka,
  amtool,
  alertmanager,
  alloySyntax,
  telemetrygen,
  curator,
  elasticmq,
  gator,
  haproxy,
  influxdb,
  jmxExporter,
  kafka39,
  kubeScore,
  kubeStateMetrics,
  kubeconform,
  moto,
  nats,
  nodeExporter,
  opensearch,
  rabbitmq,
  redis,
  zookeeper,
] as const;

export type ToolName = (typeof TOOLS)[number]['name'];
