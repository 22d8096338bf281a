/**
 * The alerts of a metrics hub about the clusters that write to it: one that is silent, one whose samples wait or are
 * lost, one whose exporters are gone; and about the hub's door. Metric names: vmagent and vmauth 1.150, read off the
 * running programs.
 *
 * Every alert carries the hub's own `cluster` and `environment`, so these name the cluster that they are about `spoke`.
 */
import { Duration } from 'cdk8s';
import type { AlertRule, RuleGroup } from './rules';

export interface HubAlertsProps {
  /** The `cluster` label of each cluster that writes to the hub. */
  readonly spokes: readonly string[];
}

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
/** What a cluster's critical alert explains of its warnings, Alertmanager holds back: both are about the same component. */
const ITS_CLUSTER = '{{ $labels.spoke }}';

export function hubAlerts({ spokes }: HubAlertsProps): RuleGroup[] {
  return [
    { name: 'spokes-silent', rules: spokes.map((spoke) => silent(spoke)) },
    { name: 'spokes', rules: [...agentAlerts(spokes), targetsDown(spokes)] },
    { name: 'hub-door', rules: doorAlerts() },
  ];
}

/** One for each: what sends nothing has no series that could say so. */
function silent(spoke: string): AlertRule {
  return {
    alert: 'SpokeSilent',
    expr: `(count(up{cluster=${JSON.stringify(spoke)}}) or vector(0)) == 0`,
    holds: SOON,
    severity: 'critical',
    component: spoke,
    summary: `No metrics of cluster ${spoke} arrive`,
    description:
      'Nothing in it is watched. Its agent keeps what it scrapes on disk: look at the agent, at the way to the hub, and at its token.',
  };
}

function agentAlerts(spokes: readonly string[]): AlertRule[] {
  const bySpoke = (expr: string): string => `sum by (spoke, pod) (${named(expr)})`;
  const clusters = among(spokes);
  return [
    {
      alert: 'SpokeQueueGrowing',
      expr: `${bySpoke(`vmagent_remotewrite_pending_data_bytes{${clusters}}`)} > 100 * 1024 * 1024`,
      holds: LASTING,
      severity: 'warning',
      component: ITS_CLUSTER,
      summary: 'Cluster {{ $labels.spoke }} has {{ $value | humanize1024 }}B of metrics waiting for the hub',
      description:
        'They wait on the disk of its agent; when that is full the oldest go, and the outage budget says how long that takes. Look at vmauth and vminsert.',
    },
    {
      alert: 'SpokeLosesMetrics',
      expr: `${bySpoke(`rate(vm_persistentqueue_bytes_dropped_total{${clusters}}[5m])`)} > 0 or ${bySpoke(`rate(vmagent_remotewrite_packets_dropped_total{${clusters}}[5m])`)} > 0`,
      holds: Duration.minutes(1),
      severity: 'critical',
      component: ITS_CLUSTER,
      summary: 'The agent of cluster {{ $labels.spoke }} drops metrics',
      description: 'Its queue is full, or the hub refuses blocks for good. Its log says which.',
    },
  ];
}

function targetsDown(spokes: readonly string[]): AlertRule {
  return {
    alert: 'SpokeTargetsDown',
    expr: `count by (spoke, job) (${named(`up{${among(spokes)}} == 0`)})`,
    holds: LASTING,
    severity: 'warning',
    component: ITS_CLUSTER,
    summary: '{{ $value }} targets of {{ $labels.job }} in cluster {{ $labels.spoke }} do not answer',
    description: 'Look at the pods behind them, or at the nodes that they stand on.',
  };
}

function doorAlerts(): AlertRule[] {
  return [
    {
      alert: 'HubLimitReached',
      expr: 'sum by (job, username) (increase(vmauth_user_concurrent_requests_limit_reached_total[10m])) > 0',
      holds: SOON,
      severity: 'warning',
      component: '{{ $labels.job }}',
      summary: '{{ $labels.username }} has more requests at once than the hub allows',
      description:
        'They wait, and after 10 s are refused (429). An agent keeps its samples meanwhile. Look for a slow store before you raise the limit.',
    },
    {
      alert: 'HubRefusesTokens',
      expr: 'sum by (job) (increase(vmauth_http_request_errors_total{reason="invalid_auth_token"}[10m])) > 10',
      holds: SOON,
      severity: 'warning',
      component: '{{ $labels.job }}',
      summary: '{{ $value | humanize }} requests in ten minutes came with a token that the hub does not know',
      description:
        'A cluster with an old token, or somebody who tries. The addresses stand in the log of vmauth and of the load balancer.',
    },
    {
      alert: 'HubStoreFails',
      expr: 'sum by (job, username) (rate(vmauth_user_request_backend_errors_total[5m])) > 0',
      holds: SOON,
      severity: 'critical',
      component: '{{ $labels.job }}',
      summary: 'Requests of {{ $labels.username }} fail behind the door',
      description: 'vminsert or vmselect does not answer. Look at them, and at the vmstorages behind.',
    },
  ];
}

function named(expr: string): string {
  return `label_replace(${expr}, "spoke", "$1", "cluster", "(.+)")`;
}

/** A cluster's name is plain text, so nothing in it needs to be escaped but a dot. */
function among(spokes: readonly string[]): string {
  return `cluster=~"${spokes.map((spoke) => spoke.replaceAll('.', '[.]')).join('|')}"`;
}
