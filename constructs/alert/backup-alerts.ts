/**
 * Backups that do not come any more: what the graph does not know, and whoever makes them tells.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from './rules';

export interface BackupAlertsProps {
  /** How often a complete backup is expected. */
  readonly every: Duration;
  /** How many vmstorages report theirs. */
  readonly replicas: number;
  /** What a complete backup leaves in the store. */
  readonly metric: string;
}

/** Two may fail, by an update or a slow object store, before somebody looks. */
const MISSED = 3;

/** @param backups as `VictoriaMetrics.backups` tells; undefined where there are none */
export function backupAlerts(backups: BackupAlertsProps | undefined): RuleGroup[] {
  if (backups === undefined) return [];
  const { every, replicas, metric } = backups;
  return [
    {
      name: 'backups',
      rules: [
        {
          alert: 'MetricsBackupOld',
          about: 'backup',
          // A sample comes with each complete backup and with nothing else; whoever left none in time counts as missing.
          expr: `(count(count by (pod) (present_over_time(${metric}[${MISSED * every.toSeconds()}s]))) or vector(0)) < ${replicas}`,
          holds: Duration.minutes(15),
          severity: 'warning',
          component: 'metrics-backup',
          summary: 'Not every vmstorage has had a backup lately',
          description: `A complete one is expected every ${every.toHumanString()}, and ${MISSED} in a row are missing. Look at the log of the container vmbackup.`,
        },
      ],
    },
  ];
}
