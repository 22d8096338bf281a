/** Every tool, in the order in which a full build makes them: what most proofs wait for comes first. */
import { alertmanager } from './alertmanager';
import { amtool } from './amtool';
import { azurite } from './azurite';
import { crds } from './crds';
import { etcd } from './etcd';
import { gator } from './gator';
import { haproxy } from './haproxy';
import { helm } from './helm';
import { influxdb } from './influxdb';
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
import { nats } from './nats';
import { nginx } from './nginx';
import { nodeExporter } from './node-exporter';
import { opensearch } from './opensearch';
import { otelcol } from './otelcol';
import { postgresql } from './postgresql';
import { prometheus } from './prometheus';
import { redis } from './redis';
import { sandbox } from './sandbox';
import { telemetrygen } from './telemetrygen';
import { victoriaMetrics } from './victoria-metrics';
import { zookeeper } from './zookeeper';

export const TOOLS = [
  kubernetesSchemas,
  crds,
  sandbox,
  postgresql,
  nginx,
  azurite,
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
  telemetrygen,
  gator,
  haproxy,
  influxdb,
  kafka39,
  kubeScore,
  kubeStateMetrics,
  kubeconform,
  nats,
  nodeExporter,
  opensearch,
  redis,
  zookeeper,
] as const;

export type ToolName = (typeof TOOLS)[number]['name'];
