/** The alerts of certificates and secrets, as the operators that keep them tell. */
import type { AlertCases } from './case';

const DAY = 86_400;
const CERTIFICATE = 'job="cert-manager", instance="cert-manager-a", namespace="store", name="kafka-tls"';
const OTHER_REPLICA = 'job="cert-manager", instance="cert-manager-b", namespace="store", name="kafka-tls"';
const SECRET = 'job="external-secrets", namespace="view", name="grafana-secrets"';
const ON_CERTIFICATE = { component: 'cert-manager', namespace: 'store', name: 'kafka-tls' } as const;
const ON_SECRET = { component: 'external-secrets', namespace: 'view', name: 'grafana-secrets' } as const;
/** Fetches in nine hours: one an hour. */
const HOURLY = Array.from({ length: 9 }, (_, hour) => `${hour + 1}x59`).join(' ');

export const operatorCases: AlertCases = () => [
  {
    alert: 'CertificateExpires',
    // The tests' clock begins at zero.
    series: { [`certmanager_certificate_expiration_timestamp_seconds{${CERTIFICATE}}`]: `${5 * DAY}x60` },
    silent: {
      [`certmanager_certificate_expiration_timestamp_seconds{${CERTIFICATE}}`]: `${60 * DAY}x60`,
      // A replica that does not know it yet.
      [`certmanager_certificate_expiration_timestamp_seconds{${OTHER_REPLICA}}`]: '0x60',
    },
    fires: { ...ON_CERTIFICATE, severity: 'critical' },
  },
  {
    alert: 'CertificateNotRenewed',
    series: { [`certmanager_certificate_renewal_timestamp_seconds{${CERTIFICATE}}`]: `3600x2000` },
    silent: { [`certmanager_certificate_renewal_timestamp_seconds{${CERTIFICATE}}`]: `${DAY}x2000` },
    after: '30h',
    every: '10m',
    fires: { ...ON_CERTIFICATE, severity: 'warning' },
  },
  {
    alert: 'CertificateNotReady',
    series: { [`certmanager_certificate_ready_status{${CERTIFICATE}, condition="True"}`]: '0x60' },
    silent: {
      [`certmanager_certificate_ready_status{${CERTIFICATE}, condition="True"}`]: '1x60',
      [`certmanager_certificate_ready_status{${CERTIFICATE}, condition="False"}`]: '0x60',
    },
    fires: { ...ON_CERTIFICATE, severity: 'warning' },
  },
  {
    alert: 'SecretNotFetched',
    series: {
      [`externalsecret_status_condition{${SECRET}, condition="Ready", status="False"}`]: '1x60',
      [`externalsecret_status_condition{${SECRET}, condition="Ready", status="True"}`]: '0x60',
    },
    silent: {
      [`externalsecret_status_condition{${SECRET}, condition="Ready", status="False"}`]: '0x60',
      [`externalsecret_status_condition{${SECRET}, condition="Ready", status="True"}`]: '1x60',
    },
    fires: { ...ON_SECRET, severity: 'warning' },
  },
  {
    alert: 'SecretOld',
    // Each fetch fails.
    series: {
      [`externalsecret_sync_calls_total{${SECRET}}`]: HOURLY,
      [`externalsecret_sync_calls_error{${SECRET}}`]: HOURLY,
    },
    silent: { [`externalsecret_sync_calls_total{${SECRET}}`]: HOURLY },
    after: '9h',
    fires: { ...ON_SECRET, severity: 'warning' },
  },
  {
    alert: 'SecretOld',
    // It is not even tried.
    series: { [`externalsecret_sync_calls_total{${SECRET}}`]: '3x540' },
    // One of them failed.
    silent: {
      [`externalsecret_sync_calls_total{${SECRET}}`]: HOURLY,
      [`externalsecret_sync_calls_error{${SECRET}}`]: '0x100 1x440',
    },
    after: '9h',
    fires: { ...ON_SECRET, severity: 'warning' },
  },
  {
    alert: 'SecretStoreUnreachable',
    series: {
      'clustersecretstore_status_condition{job="external-secrets", name="vault", condition="Ready", status="False"}':
        '1x60',
    },
    silent: {
      'clustersecretstore_status_condition{job="external-secrets", name="vault", condition="Ready", status="False"}':
        '0x60',
    },
    fires: { component: 'external-secrets', name: 'vault', severity: 'critical' },
  },
];
