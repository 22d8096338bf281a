/**
 * What is down, for everything that is scraped: derived from the graph, so a new component is watched without a line.
 */
import { Duration } from 'cdk8s';
import type { ScrapeJob } from '../core/scrape-jobs';
import type { AlertRule, RuleGroup } from './rules';

/** While it fires, nobody knows what else is down: Alertmanager holds the `ComponentDown` and `ReplicaDown` back. */
export const SCRAPING_DOWN = 'ScrapingDown';
/** What `ScrapingDown` makes meaningless. */
export const TARGET_ALERTS = ['ComponentDown', 'ReplicaDown'] as const;

/** Sooner than COMPONENT_DOWN_AFTER, so that the cause is known before its symptoms fire. */
const SCRAPING_DOWN_AFTER = Duration.minutes(3);
/** A rolling update of a component with one replica takes less. */
const COMPONENT_DOWN_AFTER = Duration.minutes(5);
/** A rolling update of all replicas, with a slow start, takes less. */
const REPLICA_DOWN_AFTER = Duration.minutes(20);

/**
 * @param labels those that the scrape agent puts on every series, so that a store which holds several clusters does not
 *   answer for another one
 */
export function targetAlerts(
  jobs: readonly ScrapeJob[],
  labels: Readonly<Record<string, string>>,
): RuleGroup {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return {
    name: 'targets',
    rules: [
      {
        alert: SCRAPING_DOWN,
        about: 'down',
        expr: `absent(up{${matchers.join(', ')}})`,
        holds: SCRAPING_DOWN_AFTER,
        severity: 'critical',
        component: 'scraping',
        summary: 'No metrics of the platform arrive',
        description:
          'The scrape agent is down, or the metrics store refuses what it writes. Until it is back no other alert can be trusted. Look at the scrape agent and at the store first.',
      },
      ...jobs.flatMap((job) => alertsOf(job, [`job=${JSON.stringify(job.name)}`, ...matchers])),
    ],
  };
}

function alertsOf(job: ScrapeJob, matchers: readonly string[]): AlertRule[] {
  const { name, targets, uncounted } = job;
  if (uncounted) return uncountedAlerts(job, matchers);
  // A pod that is gone leaves no `up` at all, so the number is compared, not the value.
  const up = `sum(up{${matchers.join(', ')}})`;
  const down: AlertRule = {
    alert: 'ComponentDown',
    about: 'down',
    expr: `(${up} or vector(0)) == 0`,
    holds: COMPONENT_DOWN_AFTER,
    severity: 'critical',
    component: name,
    summary: `${name} is down`,
    description: `None of its ${targets} replicas answers. Look at the pods' events and at the log of the last one that ended.`,
  };
  if (targets === 1) return [down];
  return [
    down,
    {
      alert: 'ReplicaDown',
      about: 'down',
      expr: `${up} < ${targets} > 0`,
      holds: REPLICA_DOWN_AFTER,
      severity: 'warning',
      component: name,
      summary: `${name} runs with {{ $value }} of ${targets} replicas`,
      description: 'The others carry its load. Look at the pods that are missing or not ready.',
    },
  ];
}

/** One target on each node, or others' pods: those that are found have to answer, and of some kinds there is always one. */
function uncountedAlerts({ name, targets }: ScrapeJob, matchers: readonly string[]): AlertRule[] {
  const up = `up{${matchers.join(', ')}}`;
  const silent: AlertRule = {
    alert: 'ReplicaDown',
    about: 'down',
    expr: `count(${up} == 0) > 0`,
    holds: REPLICA_DOWN_AFTER,
    severity: 'warning',
    component: name,
    summary: `{{ $value }} of the targets of ${name} do not answer`,
    description: `\`up{job="${name}"} == 0\` names them. Look at the node or pod of each, and at what the scrape agent's targets page says.`,
  };
  if (targets === 0) return [silent];
  return [
    {
      alert: 'ComponentDown',
      about: 'down',
      expr: `(sum(${up}) or vector(0)) == 0`,
      holds: COMPONENT_DOWN_AFTER,
      severity: 'critical',
      component: name,
      summary: `${name} is down everywhere`,
      description:
        'None of its targets answers, or none is found. Look at the network and at the permissions of the scrape agent first.',
    },
    silent,
  ];
}
