/**
 * Names of the telemetry stack's secrets in the environment's store; the values are put there by the platform team.
 */
import { SecretRef } from '../core/secrets';

export const TELEMETRY_SECRETS = {
  /** What the five services show each other, and senders the streamer. */
  service: SecretRef.named('telemetry-service-token'),
  influxdbToken: SecretRef.named('influxdb-token'),
  influxdbAdmin: SecretRef.named('influxdb-admin-password'),
  grafanaAdmin: SecretRef.named('grafana-admin-password'),
  grafanaSecretKey: SecretRef.named('grafana-secret-key'),
  grafanaDatabase: SecretRef.named('grafana-database-password'),
} as const;
