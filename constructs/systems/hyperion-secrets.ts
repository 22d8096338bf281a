/**
 * Names of Hyperion's secrets in the environment's Key Vault; the values are put there by `infra`, never by us.
 */
import { SecretRef } from '../core/secrets';

export const HYPERION_SECRETS = {
  grafanaAdmin: SecretRef.named('grafana-admin-password'),
  grafanaSecretKey: SecretRef.named('grafana-secret-key'),
  grafanaDatabase: SecretRef.named('grafana-database-password'),
  clickHouseWriter: SecretRef.named('clickhouse-otel-password'),
  clickHouseReader: SecretRef.named('clickhouse-grafana-password'),
  metricsReader: SecretRef.named('vmauth-grafana-token'),
  metricsAgent: SecretRef.named('vmauth-vmagent-token'),
  metricsAlerts: SecretRef.named('vmauth-vmalert-token'),
} as const;
