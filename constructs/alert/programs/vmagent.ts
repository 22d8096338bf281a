/**
 * vmagent: samples that wait on its disk for the store, and those that are given up. Metric names: 1.150, read off the running
 * program. Where a hub holds many clusters' metrics, these are about each cluster's agent.
 */
import { Duration, Size } from 'cdk8s';
import { bytesOf } from '../../core/quantity';
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, type AlertContext, type ProgramAlerts } from './program-alert';

/** More than a restart of the store leaves behind. */
const WAITING = bytesOf(Size.mebibytes(100));
/** A forecast from an hour, over the time in which somebody who is called can mend the way to the store. */
const FORECAST = { from: '1h', hours: 6, seconds: 6 * 3600 } as const;

export const vmagentAlerts: ProgramAlerts = {
  programs: ['vmagent'],
  groups: (context) => [agent(context)],
};

function agent({ selector, by, workloads }: AlertContext): RuleGroup {
  const grouping = by('job', 'pod');
  const waiting = `sum ${grouping} (vmagent_remotewrite_pending_data_bytes{${selector}})`;
  const volumes = workloads.flatMap(({ spec }) => spec.claims ?? []).map(({ size }) => bytesOf(size));
  return {
    name: 'scrape-agent',
    rules: [
      {
        alert: 'ScrapeQueueGrowing',
        about: 'lagging',
        expr: `${waiting} > ${WAITING}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} has {{ $value | humanize1024 }}B of metrics waiting for the store',
        description:
          'They wait on its disk; when that is full the oldest go, and the outage budget says how long that takes. Look at vmauth and vminsert.',
      },
      ...(volumes.length === 0
        ? []
        : [
            {
              alert: 'ScrapeQueueFullSoon',
              about: 'filling' as const,
              expr: `sum ${grouping} (predict_linear(vmagent_remotewrite_pending_data_bytes{${selector}}[${FORECAST.from}], ${FORECAST.seconds})) > ${Math.min(...volumes)} and ${waiting} > ${WAITING}`,
              holds: LASTING,
              severity: 'critical' as const,
              component: ITS_WORKLOAD,
              summary: `The queue of {{ $labels.pod }} is full within ${FORECAST.hours} hours`,
              description:
                'From then on it drops the oldest metrics. Mend the way to the store, or the store; the queue empties by itself.',
            },
          ]),
      {
        alert: 'ScrapeAgentDropsData',
        about: 'dropping',
        expr: `sum ${grouping} (rate(vm_persistentqueue_bytes_dropped_total{${selector}}[5m])) > 0 or sum ${grouping} (rate(vmagent_remotewrite_packets_dropped_total{${selector}}[5m])) > 0`,
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} drops metrics',
        description: 'Its queue is full, or the store refuses blocks for good. Its log says which.',
      },
    ],
  };
}
