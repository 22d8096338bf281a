/**
 * Every program that has alerts. A new one is a file and a line.
 */
import { alertmanagerAlerts } from './alertmanager';
import { clickhouseAlerts } from './clickhouse';
import { grafanaAlerts } from './grafana';
import { kafkaExporterAlerts } from './kafka';
import { kafkaAlerts, zookeeperAlerts } from './kafka-jmx';
import { lokiAlerts } from './loki';
import { lokiCanaryAlerts } from './loki-canary';
import { nginxIngressAlerts } from './nginx-ingress';
import { otelCollectorAlerts } from './otel-collector';
import { prometheusAlerts } from './prometheus';
import { tempoAlerts } from './tempo';
import { victoriaMetricsAlerts } from './victoria-metrics';
import { vmagentAlerts } from './vmagent';
import { vmalertAlerts } from './vmalert';
import { vmauthAlerts } from './vmauth';
import { alloyAlerts } from './alloy';
import { apiServerAlerts } from './api-server';
import { cadvisorAlerts } from './cadvisor';
import { cephAlerts } from './ceph';
import { certManagerAlerts } from './cert-manager';
import { elasticsearchAlerts } from './elasticsearch';
import { externalSecretsAlerts } from './external-secrets';
import { filebeatAlerts } from './filebeat';
import { haproxyAlerts } from './haproxy';
import { influxdbAlerts } from './influxdb';
import { kibanaAlerts } from './kibana';
import { kubeStateMetricsAlerts } from './kube-state-metrics';
import { kubeletAlerts } from './kubelet';
import { lokiGatewayAlerts } from './loki-gateway';
import { nodeExporterAlerts } from './node-exporter';
import { telemetryServicesAlerts } from './telemetry-services';
import type { ProgramAlerts } from './program-alert';

export const ALL_PROGRAM_ALERTS: readonly ProgramAlerts[] = [
  // In the order of the flow: entrance, collection, buffer, stores, view, alerting.
  nginxIngressAlerts,
  otelCollectorAlerts,
  kafkaExporterAlerts,
  kafkaAlerts,
  zookeeperAlerts,
  vmagentAlerts,
  vmauthAlerts,
  victoriaMetricsAlerts,
  prometheusAlerts,
  lokiAlerts,
  lokiCanaryAlerts,
  tempoAlerts,
  clickhouseAlerts,
  grafanaAlerts,
  vmalertAlerts,
  alertmanagerAlerts,
  alloyAlerts,
  apiServerAlerts,
  cadvisorAlerts,
  cephAlerts,
  certManagerAlerts,
  elasticsearchAlerts,
  externalSecretsAlerts,
  filebeatAlerts,
  haproxyAlerts,
  influxdbAlerts,
  kibanaAlerts,
  kubeStateMetricsAlerts,
  kubeletAlerts,
  lokiGatewayAlerts,
  nodeExporterAlerts,
  telemetryServicesAlerts,
];
