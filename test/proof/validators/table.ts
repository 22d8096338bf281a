/**
 * Which program judges which configuration file. Every file under every environment's `config/` has exactly one row; a
 * file without one fails the build.
 */
import { ALERTMANAGER_VALIDATORS } from './alertmanager';
import { ALLOY_VALIDATORS } from './alloy';
import { CLICKHOUSE_VALIDATORS } from './clickhouse';
import { CLICKHOUSE_KEEPER_VALIDATORS } from './clickhouse-keeper';
import { CURATOR_VALIDATORS } from './curator';
import { ELASTICSEARCH_VALIDATORS } from './elasticsearch';
import { FILEBEAT_VALIDATORS } from './filebeat';
import { GRAFANA_VALIDATORS } from './grafana';
import { HAPROXY_VALIDATORS } from './haproxy';
import { KAFKA_VALIDATORS } from './kafka';
import { KIBANA_VALIDATORS } from './kibana';
import { LOKI_VALIDATORS } from './loki';
import { NGINX_VALIDATORS } from './nginx';
import { COLLECTOR_VALIDATORS } from './opentelemetry-collector';
import { POSTGRESQL_VALIDATORS } from './postgresql';
import { PROMETHEUS_VALIDATORS } from './prometheus';
import { SCRIPT_VALIDATORS } from './shell-scripts';
import { TEMPO_VALIDATORS } from './tempo';
import { TRIVY_VALIDATORS } from './trivy';
import type { Validator } from './validator';
import { VICTORIA_METRICS_VALIDATORS } from './victoria-metrics';

export const VALIDATORS: readonly Validator[] = [
  ...COLLECTOR_VALIDATORS,
  ...KAFKA_VALIDATORS,
  ...HAPROXY_VALIDATORS,
  ...ALLOY_VALIDATORS,
  ...LOKI_VALIDATORS,
  ...TEMPO_VALIDATORS,
  ...VICTORIA_METRICS_VALIDATORS,
  ...CLICKHOUSE_VALIDATORS,
  ...CLICKHOUSE_KEEPER_VALIDATORS,
  ...GRAFANA_VALIDATORS,
  ...POSTGRESQL_VALIDATORS,
  ...PROMETHEUS_VALIDATORS,
  ...ALERTMANAGER_VALIDATORS,
  ...NGINX_VALIDATORS,
  ...TRIVY_VALIDATORS,
  ...ELASTICSEARCH_VALIDATORS,
  ...CURATOR_VALIDATORS,
  ...FILEBEAT_VALIDATORS,
  ...KIBANA_VALIDATORS,
  ...SCRIPT_VALIDATORS,
];

/** The rows that want the file: one, or the table is wrong. */
export function validatorsFor(file: string): readonly Validator[] {
  return VALIDATORS.filter(({ files }) => matches(files, file));
}

function matches(pattern: string, file: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`^${source}$`).test(file);
}
