/**
 * The cases of every alert, one line for each file.
 */
import {
  alertmanagerCases,
  deadManCases,
  evaluationCases,
  resourceCases,
  spokeCases,
  targetCases,
} from './alerting';
import type { AlertCases } from './case';
import { kafkaBrokerCases, kafkaCases, otelCollectorCases } from './collectors';
import { elasticsearchCases } from './elasticsearch';
import { grafanaCases, nginxIngressCases } from './front';
import { haproxyCases } from './haproxy';
import { influxdbCases } from './influxdb';
import { kubernetesCases } from './kubernetes';
import { clickhouseCases, lokiCanaryCases, lokiCases, tempoCases } from './log-and-trace-stores';
import { lokiAlloyCases } from './loki-alloy';
import {
  backupCases,
  prometheusCases,
  victoriaMetricsCases,
  vmagentCases,
  vmauthCases,
} from './metrics-store';
import { nodeCases } from './nodes';
import { objectiveCases } from './objectives';
import { operatorCases } from './operators';
import { telemetryServicesCases } from './telemetry-services';

export const ALL_CASES: readonly AlertCases[] = [
  targetCases,
  spokeCases,
  nginxIngressCases,
  otelCollectorCases,
  kafkaCases,
  kafkaBrokerCases,
  vmagentCases,
  vmauthCases,
  victoriaMetricsCases,
  backupCases,
  prometheusCases,
  lokiCases,
  lokiCanaryCases,
  tempoCases,
  clickhouseCases,
  grafanaCases,
  evaluationCases,
  alertmanagerCases,
  deadManCases,
  resourceCases,
  objectiveCases,
  elasticsearchCases,
  haproxyCases,
  influxdbCases,
  kubernetesCases,
  lokiAlloyCases,
  nodeCases,
  operatorCases,
  telemetryServicesCases,
];
