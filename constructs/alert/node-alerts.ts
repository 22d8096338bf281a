/**
 * What goes wrong on nodes and takes every pod on them along: disks and memory that fill, clocks that drift. Metric names
 * of node_exporter 1, read off the running program.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from './rules';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);

/** Read-only and temporary file systems fill by design. */
const REAL = 'fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660|fuse.*"';
const COMPONENT = 'nodes';

export function nodeAlerts(): RuleGroup {
  return {
    name: 'nodes',
    rules: [
      {
        alert: 'NodeDiskFilling',
        // Within the time in which somebody comes to work, at the pace of the last six hours.
        expr: `(node_filesystem_avail_bytes{${REAL}} / node_filesystem_size_bytes{${REAL}} < 0.2) and predict_linear(node_filesystem_avail_bytes{${REAL}}[6h], 24 * 3600) < 0`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} is full within a day',
        description:
          'The kubelet evicts pods when it is. Look for what grows: images, container logs, queues of node agents.',
      },
      {
        alert: 'NodeDiskFull',
        expr: `node_filesystem_avail_bytes{${REAL}} / node_filesystem_size_bytes{${REAL}} < 0.05`,
        holds: SOON,
        severity: 'critical',
        component: COMPONENT,
        summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} has less than 5 % left',
        description: 'Pods are evicted or stop writing. Free space, or drain the node.',
      },
      {
        alert: 'NodeMemoryShort',
        expr: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05',
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: '{{ $labels.instance }} has less than 5 % of its memory left',
        description:
          'The kernel kills next. Look for a pod beyond its request, and at what runs on the node outside of Kubernetes.',
      },
      {
        alert: 'NodeClockDrifts',
        expr: 'abs(node_timex_offset_seconds) > 0.05 and deriv(node_timex_offset_seconds[5m]) * node_timex_offset_seconds >= 0',
        holds: LASTING,
        severity: 'warning',
        component: COMPONENT,
        summary: 'The clock of {{ $labels.instance }} is {{ $value }} s off and does not come back',
        description:
          'Certificates, tokens and the order of log lines depend on it. Look at the time service.',
      },
    ],
  };
}
