/**
 * Names of Epiphany's secrets in the environment's store; the values are put there by the platform team. Those of
 * Elasticsearch and Kibana have defaults there.
 */
import { SecretRef } from '../core/secrets';

export const EPIPHANY_SECRETS = {
  grafanaAdmin: SecretRef.named('grafana-admin-password'),
  grafanaSecretKey: SecretRef.named('grafana-secret-key'),
  grafanaDatabase: SecretRef.named('grafana-database-password'),
} as const;
