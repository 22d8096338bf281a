/**
 * The alerts of the cluster's certificates, as cert-manager tells of each: one that will end, one that is not renewed, one
 * that was never issued. Metric names of cert-manager 1.21 (`internal/collectors/certificate_collector.go`).
 */
import { Duration } from 'cdk8s';
import type { ProgramAlerts } from './program-alert';

const LASTING = Duration.minutes(15);
const DAY_SECONDS = 86_400;
/** Renewal is due a month before the end (`RENEW_BEFORE`): three weeks of trying have failed. */
const LAST_DAYS = 7;
const COMPONENT = 'cert-manager';

export const certManagerAlerts: ProgramAlerts = {
  programs: ['cert-manager'],
  groups: ({ selector, by }) => {
    const certificate = by('namespace', 'name');
    // Zero for what has never been issued; and of several replicas only one may know.
    const ends = `min ${certificate} (certmanager_certificate_expiration_timestamp_seconds{${selector}} > 0)`;
    const renews = `max ${certificate} (certmanager_certificate_renewal_timestamp_seconds{${selector}} > 0)`;
    return [
      {
        name: 'certificates',
        rules: [
          {
            alert: 'CertificateExpires',
            about: 'age',
            expr: `${ends} - time() < ${LAST_DAYS * DAY_SECONDS}`,
            holds: LASTING,
            severity: 'critical',
            component: COMPONENT,
            summary:
              'Certificate {{ $labels.name }} in {{ $labels.namespace }} ends in {{ $value | humanizeDuration }}',
            description:
              'Then nobody trusts its server any more, and every connection to it fails. Look at the Certificate and its CertificateRequest.',
          },
          {
            alert: 'CertificateNotRenewed',
            about: 'age',
            expr: `time() - ${renews} > ${DAY_SECONDS}`,
            holds: Duration.hours(1),
            severity: 'warning',
            component: COMPONENT,
            summary:
              'Certificate {{ $labels.name }} in {{ $labels.namespace }} was to be renewed {{ $value | humanizeDuration }} ago',
            description:
              'It still serves. cert-manager tries again by itself: look at why its issuer refuses.',
          },
          {
            alert: 'CertificateNotReady',
            about: 'failing',
            expr: `max ${certificate} (certmanager_certificate_ready_status{${selector}, condition="True"}) == 0`,
            holds: LASTING,
            severity: 'warning',
            component: COMPONENT,
            summary: 'Certificate {{ $labels.name }} in {{ $labels.namespace }} is not ready',
            description:
              'A new pod that mounts its Secret does not start, or starts with the old one. `kubectl describe certificate` says why.',
          },
        ],
      },
    ];
  },
};
