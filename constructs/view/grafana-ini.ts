/**
 * `grafana.ini`. Every secret in it is a file that Grafana reads when it starts.
 */
import type { SecretRef } from '../core/secrets';
import type { GrafanaProps } from './grafana';
import { signInSections } from './grafana-sign-in';

export const GRAFANA_HTTP_PORT = 3000;
export const GRAFANA_GOSSIP_PORT = 9094;
export const GRAFANA_DIRS = {
  config: '/etc/hyperion/grafana',
  provisioning: '/etc/hyperion/provisioning',
  dashboards: '/etc/hyperion/dashboards',
  secrets: '/etc/hyperion/secrets',
  databaseCa: '/etc/hyperion/database-ca',
  metricsCa: '/etc/hyperion/metrics-ca',
  data: '/var/lib/grafana',
  /** What all replicas see. */
  shared: '/var/lib/grafana-shared',
} as const;
/** Pinned: an unpinned plug-in would make two replicas differ. */
const CLICKHOUSE_PLUGIN = 'grafana-clickhouse-datasource@4.11.2';

/** Source: Grafana 13, "Configure Grafana". */
export function grafanaIni(
  props: GrafanaProps,
  replicas: number,
  headless: string,
  file: (ref: SecretRef) => string,
): Record<string, Record<string, string | number | boolean>> {
  const { database } = props;
  return {
    paths: {
      data: GRAFANA_DIRS.data,
      logs: `${GRAFANA_DIRS.data}/log`,
      plugins: `${props.sharedFiles === undefined ? GRAFANA_DIRS.data : GRAFANA_DIRS.shared}/plugins`,
      provisioning: GRAFANA_DIRS.provisioning,
    },
    server: {
      protocol: 'http',
      http_port: GRAFANA_HTTP_PORT,
      domain: props.host,
      root_url: `https://${props.host}/`,
      enable_gzip: true,
    },
    database: {
      type: 'postgres',
      host: database.endpoint.hostPort,
      name: database.name,
      user: database.user,
      password: file(database.password),
      ssl_mode: 'verify-full',
      ...(database.caSecretName === undefined ? {} : { ca_cert_path: `${GRAFANA_DIRS.databaseCa}/ca.crt` }),
      max_open_conn: 20,
      max_idle_conn: 5,
      conn_max_lifetime: 1800,
    },
    security: {
      admin_user: 'admin',
      admin_password: file(props.adminPassword),
      secret_key: file(props.secretKey),
      cookie_secure: true,
      cookie_samesite: 'lax',
      disable_gravatar: true,
      strict_transport_security: true,
      content_security_policy: true,
    },
    users: { allow_sign_up: false, allow_org_create: false },
    'auth.anonymous': { enabled: false },
    ...(props.signIn === undefined ? {} : signInSections(props.signIn, file)),
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    log: { mode: 'console' },
    'log.console': { format: 'json' },
    metrics: { enabled: true },
    plugins: {
      ...(props.dataSources.traceAnalytics === undefined ? {} : { preinstall_sync: CLICKHOUSE_PLUGIN }),
      plugin_admin_enabled: false,
    },
    unified_alerting: {
      enabled: true,
      ...(replicas > 1
        ? {
            ha_listen_address: `$__env{POD_IP}:${GRAFANA_GOSSIP_PORT}`,
            ha_advertise_address: `$__env{POD_IP}:${GRAFANA_GOSSIP_PORT}`,
            ha_peers: `${headless}:${GRAFANA_GOSSIP_PORT}`,
            ha_peer_timeout: '15s',
          }
        : {}),
    },
  };
}
