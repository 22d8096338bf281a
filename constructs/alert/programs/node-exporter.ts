/**
 * What goes wrong on nodes and takes every pod on them along: disks and memory that fill, processors that are never idle,
 * clocks that drift. Metric names of node_exporter 1, read off the running program.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import type { AlertContext, ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
/** Read-only and temporary file systems fill by design. */
const REAL = 'fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660|fuse.*"';
const COMPONENT = 'nodes';

export const nodeExporterAlerts: ProgramAlerts = {
  programs: ['node-exporter'],
  groups: (context) => [disks(context), rest(context)],
};

function disks({ selector, by }: AlertContext): RuleGroup {
  const metric = (name: string): string => `node_filesystem_${name}{${selector}, ${REAL}}`;
  const disk = by('instance', 'mountpoint');
  const free = `min ${disk} (${metric('avail_bytes')} / ${metric('size_bytes')})`;
  return {
    name: 'node-disks',
    rules: [
      {
        alert: 'NodeDiskFilling',
        about: 'filling',
        // Within the time in which somebody comes to work, at the pace of the last six hours.
        expr: `(${free} < 0.2) and min ${disk} (predict_linear(${metric('avail_bytes')}[6h], 24 * 3600)) < 0`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} is full within a day',
        description:
          'The kubelet evicts pods when it is. Look for what grows: images, container logs, queues of node agents.',
      },
      {
        alert: 'NodeDiskFull',
        about: 'filling',
        expr: `${free} < 0.05`,
        holds: SOON,
        severity: 'critical',
        component: COMPONENT,
        summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} has less than 5 % left',
        description: 'Pods are evicted or stop writing. Free space, or drain the node.',
      },
      {
        alert: 'NodeInodesShort',
        about: 'filling',
        // Some file systems have no fixed number of them, and say zero.
        expr: `min ${disk} (${metric('files_free')} / (${metric('files')} > 0)) < 0.05`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} has less than 5 % of its inodes left',
        description:
          'No new file can be made, though there is room. Look for a folder with very many small files.',
      },
    ],
  };
}

function rest({ selector, by }: AlertContext): RuleGroup {
  const node = by('instance');
  return {
    name: 'nodes',
    rules: [
      {
        alert: 'NodeMemoryShort',
        about: 'saturated',
        expr: `min ${node} (node_memory_MemAvailable_bytes{${selector}} / node_memory_MemTotal_bytes{${selector}}) < 0.05`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.instance }} has less than 5 % of its memory left',
        description:
          'The kernel kills next. Look for a pod beyond its request, and at what runs on the node outside of Kubernetes.',
      },
      {
        alert: 'NodeCpuSaturated',
        about: 'saturated',
        expr: `avg ${node} (rate(node_cpu_seconds_total{${selector}, mode="idle"}[5m])) < 0.05`,
        holds: Duration.minutes(30),
        severity: 'warning',
        component: COMPONENT,
        summary: 'The processors of {{ $labels.instance }} have not been idle for half an hour',
        description:
          'Pods get what they requested and not more; what has a small request is slow. Look for the largest user, and spread pods.',
      },
      {
        alert: 'NodeClockDrifts',
        about: 'lagging',
        expr: `max ${node} (abs(node_timex_offset_seconds{${selector}})) > 0.05 and max ${node} (deriv(node_timex_offset_seconds{${selector}}[5m]) * node_timex_offset_seconds{${selector}}) >= 0`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: 'The clock of {{ $labels.instance }} is {{ $value }} s off and does not come back',
        description:
          'Certificates, tokens and the order of log lines depend on it. Look at the time service.',
      },
      {
        alert: 'NodeClockUnsynchronised',
        about: 'failing',
        // The kernel gives up on a source that it has not heard of for long: its estimate of the error reaches 16 s.
        expr: `min ${node} (node_timex_sync_status{${selector}}) == 0 and max ${node} (node_timex_maxerror_seconds{${selector}}) >= 16`,
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: 'The clock of {{ $labels.instance }} follows no other clock',
        description: 'It will drift. Look at the time service of the node, and at its way to its source.',
      },
    ],
  };
}
