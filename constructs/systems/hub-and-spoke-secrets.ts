/**
 * Names of the hub's secrets in AWS Secrets Manager; each cluster's own token is named in `hub-and-spoke-clusters.ts`.
 */
import { SecretRef } from '../core/secrets';

export const HUB_SECRETS = {
  /** The private authority of the zone, which signed the load balancers' certificates. Public, but not in any image. */
  zoneAuthority: SecretRef.named('zone-certificate-authority'),
  metricsReader: SecretRef.named('vmauth-grafana-token'),
  metricsAlerts: SecretRef.named('vmauth-vmalert-token'),
  operations: SecretRef.named('vmauth-operations-token'),
  grafanaAdmin: SecretRef.named('grafana-admin-password'),
  grafanaSecretKey: SecretRef.named('grafana-secret-key'),
  grafanaSignIn: SecretRef.named('grafana-sign-in-client-secret'),
  grafanaDatabase: SecretRef.named('grafana-database-password'),
} as const;
