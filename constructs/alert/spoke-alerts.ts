/**
 * What a hub says of the clusters that write to it and that no series of theirs could say: one that is silent, targets that do
 * not answer, an exporter that is gone altogether.
 *
 * Every alert carries the hub's own `cluster` and `environment`, so these name the cluster that they are about `spoke`.
 */
import { Duration } from 'cdk8s';
import type { AlertRule, RuleGroup } from './rules';

export interface SpokeAlertsProps {
  /** The `cluster` label of each cluster that writes to the hub. */
  readonly spokes: readonly string[];
  /** Scrape jobs that every one of them has. */
  readonly jobs: readonly string[];
}

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
/** What a cluster's critical alert explains of its warnings, Alertmanager holds back: both are about the same component. */
const ITS_CLUSTER = '{{ $labels.spoke }}';

export function spokeAlerts({ spokes, jobs }: SpokeAlertsProps): RuleGroup[] {
  return [
    { name: 'spokes-silent', rules: spokes.map((spoke) => silent(spoke)) },
    { name: 'spokes', rules: [targetsDown(spokes), jobGone(spokes, jobs)] },
  ];
}

/** One for each: what sends nothing has no series that could say so. */
function silent(spoke: string): AlertRule {
  return {
    alert: 'SpokeSilent',
    about: 'down',
    expr: `(count(up{cluster=${JSON.stringify(spoke)}}) or vector(0)) == 0`,
    holds: SOON,
    severity: 'critical',
    component: spoke,
    summary: `No metrics of cluster ${spoke} arrive`,
    description:
      'Nothing in it is watched. Its agent keeps what it scrapes on disk: look at the agent, at the way to the hub, and at its token.',
  };
}

function targetsDown(spokes: readonly string[]): AlertRule {
  return {
    alert: 'SpokeTargetsDown',
    about: 'down',
    expr: `count by (spoke, job) (${named(`up{${among(spokes)}} == 0`)})`,
    holds: LASTING,
    severity: 'warning',
    component: ITS_CLUSTER,
    summary: '{{ $value }} targets of {{ $labels.job }} in cluster {{ $labels.spoke }} do not answer',
    description: 'Look at the pods behind them, or at the nodes that they stand on.',
  };
}

/** Pods that are not there at all have no `up` that could be 0. */
function jobGone(spokes: readonly string[], jobs: readonly string[]): AlertRule {
  const gone = jobs.map((job) => {
    const lacking = `group by (cluster) (up{${among(spokes)}}) unless on (cluster) group by (cluster) (up{job=${JSON.stringify(job)}, ${among(spokes)}} == 1)`;
    return `label_replace(${lacking}, "job", ${JSON.stringify(job)}, "", "")`;
  });
  return {
    alert: 'SpokeComponentDown',
    about: 'down',
    expr: named(gone.join(' or ')),
    holds: LASTING,
    severity: 'critical',
    component: ITS_CLUSTER,
    summary: '{{ $labels.job }} is down in cluster {{ $labels.spoke }}',
    description:
      'None of its pods answers, or there is none. What it measures is unwatched there; the rest of that cluster is.',
  };
}

function named(expr: string): string {
  return `label_replace(${expr}, "spoke", "$1", "cluster", "(.+)")`;
}

/** A cluster's name is plain text, so nothing in it needs to be escaped but a dot. */
function among(spokes: readonly string[]): string {
  return `cluster=~"${spokes.map((spoke) => spoke.replaceAll('.', '[.]')).join('|')}"`;
}
