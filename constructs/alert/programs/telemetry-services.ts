/**
 * The alerts of the five services of the telemetry stack: readings that wait, that nobody could read, that are refused;
 * brokers' disks that fill; answers that fail. Metric names are those of `apps/`.
 */
import { Duration } from 'cdk8s';
import { Workload } from '../../core/workload';
import type { AlertRule, RuleGroup } from '../rules';
import { ITS_WORKLOAD, type AlertContext, type ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
/** A topic's messages that nobody could handle. */
const DEAD_LETTERS = 'topic=~".+[.]dead-letters"';
const LIVING = 'topic!~".+[.]dead-letters"';
/** A minute of readings at the peak: more than a rolling update of the collectors leaves behind. */
const LAG_SECONDS = 60;
/** Of a broker's disk: below it, a forecast from half an hour says nothing. */
const DISK_FLOOR = 0.2;
/** Somebody has to be woken and to mend the store. */
const DISK_AHEAD_SECONDS = 4 * 3600;
/** A request waits so long before the program looks at it: it has more to do than one processor can. */
const SATURATED_SECONDS = 0.5;

type App = 'streamer' | 'broker' | 'proxy' | 'collector' | 'api';

/** Matchers of the series of some of the services, and how labels are kept. */
interface Series {
  readonly selector: string;
  readonly by: AlertContext['by'];
}

export const telemetryServicesAlerts: ProgramAlerts = {
  programs: ['telemetry-services'],
  groups: (context) =>
    [
      rulesOf(context, 'brokers', ['broker'], brokerRules),
      rulesOf(context, 'readings', ['broker'], (series) => waitingRules(series, readingsPerSecond(context))),
      rulesOf(context, 'streamer', ['streamer'], streamerRules),
      rulesOf(context, 'collectors', ['collector'], collectorRules),
      rulesOf(context, 'queue', ['proxy'], proxyRules),
      rulesOf(context, 'services', ['streamer', 'broker', 'proxy', 'collector', 'api'], serviceRules),
      rulesOf(context, 'requests', ['streamer', 'broker', 'proxy', 'collector'], refusalRules),
      rulesOf(context, 'api', ['api'], apiRules),
    ].filter(({ rules }) => rules.length > 0),
};

/** The five share an image; which one a container runs is its argument. */
function rulesOf(
  { jobs, selectorOf, by }: AlertContext,
  name: string,
  apps: readonly App[],
  rules: (series: Series) => AlertRule[],
): RuleGroup {
  const theirs = jobs.filter(({ endpoint: { owner } }) => {
    const args = owner instanceof Workload ? (owner.spec.container.args ?? []) : [];
    return apps.some((app) => args.some((arg) => arg.includes(`/apps/${app}/`)));
  });
  if (theirs.length === 0) return { name, rules: [] };
  const names = theirs.map((job) => job.name);
  return {
    name,
    rules: rules({ selector: selectorOf(theirs), by }).map((rule) => ({ ...rule, jobs: names })),
  };
}

/** Whether they are written or handed on: the same readings. */
function readingsPerSecond({ platform, workloads }: AlertContext): number {
  const loads = workloads.flatMap((workload) => platform.graph.outOf(workload)).map(({ load }) => load);
  return Math.max(0, ...loads.map((load) => load?.eventsPerSecond ?? 0));
}

function brokerRules({ selector, by }: Series): AlertRule[] {
  const ofPod = by('job', 'pod');
  const used = `max ${ofPod} (broker_disk_used_bytes{${selector}})`;
  const limit = `max ${ofPod} (broker_disk_limit_bytes{${selector}})`;
  return [
    {
      alert: 'PartitionStopped',
      about: 'failing',
      expr: `max ${by('job', 'pod', 'topic', 'partition')} (broker_partition_stopped{${selector}}) == 1`,
      holds: Duration.minutes(1),
      severity: 'critical',
      component: ITS_WORKLOAD,
      summary: 'Partition {{ $labels.partition }} of {{ $labels.topic }} on {{ $labels.pod }} has stopped',
      description:
        'Its disk failed: it accepts nothing until the broker starts anew, and its keys go to other brokers. Look at the broker’s log and at its volume.',
    },
    {
      alert: 'DamagedLog',
      about: 'dropping',
      expr: `max ${ofPod} (broker_damaged_places{${selector}}) > 0`,
      holds: Duration.minutes(1),
      severity: 'critical',
      component: ITS_WORKLOAD,
      summary: '{{ $labels.pod }} found {{ $value }} damaged places in its log',
      description:
        'Accepted readings may be lost. They were copied to the folder `damaged` beside the log. Look at the volume.',
    },
    {
      alert: 'BrokerDiskFilling',
      about: 'filling',
      expr: `${used} / ${limit} > 0.5`,
      holds: SOON,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary: 'Half of the room for messages of {{ $labels.pod }} is used',
      description:
        'The store or the collectors have been away for long; the outage budget says how long is left.',
    },
    {
      alert: 'BrokerDiskFullSoon',
      about: 'filling',
      expr: `(max ${ofPod} (predict_linear(broker_disk_used_bytes{${selector}}[30m], ${DISK_AHEAD_SECONDS})) > ${limit}) and ${used} / ${limit} > ${DISK_FLOOR}`,
      holds: LASTING,
      severity: 'critical',
      component: ITS_WORKLOAD,
      summary: '{{ $labels.pod }} refuses readings within four hours if it goes on like this',
      description:
        'As it grew over the last half hour. Nothing drains it: look at the store first, then at the collectors.',
    },
    {
      alert: 'BrokerDiskFull',
      about: 'filling',
      expr: `${used} / ${limit} > 0.9`,
      holds: Duration.minutes(1),
      severity: 'critical',
      component: ITS_WORKLOAD,
      summary: '{{ $labels.pod }} is about to refuse readings',
      description:
        'Senders are told to come again (503). Nothing that was accepted is lost. Mend the store first.',
    },
  ];
}

function waitingRules({ selector, by }: Series, perSecond: number): AlertRule[] {
  const messages = `sum ${by('job', 'topic')} (broker_queue_messages{${selector}, ${LIVING}})`;
  const dead = (before = ''): string =>
    `sum ${by('job', 'topic')} (broker_queue_messages{${selector}, ${DEAD_LETTERS}}${before})`;
  return [
    {
      alert: 'LagGrows',
      about: 'lagging',
      expr: `${messages} > ${Math.ceil(perSecond * LAG_SECONDS)} and deriv(${messages}[15m:1m]) > 0`,
      holds: SOON,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary: '{{ $value }} readings of {{ $labels.topic }} wait, and more every minute',
      description:
        'The collectors are too few or too slow, or the store is. They wait safely until the brokers’ disks are full.',
    },
    {
      alert: 'DeadLettersGrow',
      about: 'dropping',
      // A series appears with the first of them, of which no `delta` knows.
      expr: `(${dead()} - ${dead(' offset 15m')} > 0) or (${dead()} > 0 unless ${dead(' offset 15m')})`,
      holds: SOON,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary: '{{ $value }} more messages in {{ $labels.topic }} within a quarter of an hour',
      description:
        'No collector could handle them. Their headers say why; `GET /topics/<topic>/dead-letters` shows them.',
    },
  ];
}

function streamerRules({ selector, by }: Series): AlertRule[] {
  const rejected = `streamer_rows_total{${selector}, outcome="rejected"}`;
  return [
    {
      alert: 'RowsRejected',
      about: 'dropping',
      // The counter appears with the first of them, of which no `increase` knows.
      expr: `(sum ${by('job', 'source')} (increase(${rejected}[15m])) > 0) or (sum ${by('job', 'source')} (${rejected}) > 0 unless sum ${by('job', 'source')} (${rejected} offset 15m))`,
      holds: SOON,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary:
        '{{ $labels.job }} could not read {{ $value }} rows of {{ $labels.source }} within a quarter of an hour',
      description:
        'They do not become readings. The answer to the sender, or the file beside the one that was read, says what is wrong with each.',
    },
  ];
}

function collectorRules({ selector, by }: Series): AlertRule[] {
  return [
    {
      alert: 'StoreBreakerOpen',
      about: 'failing',
      expr: `max ${by('job', 'pod')} (collector_breaker_state{${selector}, state="open"}) == 1`,
      holds: SOON,
      severity: 'critical',
      component: ITS_WORKLOAD,
      summary: '{{ $labels.pod }} has given up on the store for now',
      description:
        'The store refuses or does not answer; readings wait in the brokers, for as long as the outage budget says. Look at InfluxDB.',
    },
  ];
}

function proxyRules({ selector, by }: Series): AlertRule[] {
  return [
    {
      alert: 'BrokerTakesNothing',
      about: 'down',
      expr: `min ${by('job', 'broker')} (proxy_broker_takes_messages{${selector}}) == 0`,
      holds: SOON,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary: 'Broker {{ $labels.broker }} takes no readings',
      description:
        'It is out, or its disk is full. Its keys go to other brokers, out of order; what it holds waits. Look at the broker.',
    },
  ];
}

function serviceRules({ selector, by }: Series): AlertRule[] {
  return [
    {
      alert: 'ServiceSaturated',
      about: 'saturated',
      expr: `max ${by('job', 'pod')} (nodejs_eventloop_lag_p99_seconds{${selector}}) > ${SATURATED_SECONDS}`,
      holds: LASTING,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary: 'One turn in a hundred of {{ $labels.pod }} waits {{ $value | humanizeDuration }}',
      description:
        'It has more to do than one processor can. Give it more replicas, or more CPU if its limit holds it back.',
    },
  ];
}

function apiRules({ selector, by }: Series): AlertRule[] {
  const requests = `http_request_duration_seconds_count{${selector}`;
  return [
    {
      alert: 'ApiErrors',
      about: 'failing',
      expr: `sum ${by('job')} (rate(${requests}, status=~"5.."}[5m])) / sum ${by('job')} (rate(${requests}}[5m])) > 0.01`,
      holds: SOON,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary: '{{ $value | humanizePercentage }} of the API’s answers are errors',
      description: 'Clients get no data. Look at the API’s log, and at the store behind it.',
    },
  ];
}

/** A refusal by the API is a client’s; by any other one, a sender’s. */
function refusalRules({ selector, by }: Series): AlertRule[] {
  return [
    {
      alert: 'ReadingsRefused',
      about: 'dropping',
      expr: `sum ${by('job')} (rate(http_request_duration_seconds_count{${selector}, method="POST", status="503"}[5m])) > 0`,
      holds: SOON,
      severity: 'warning',
      component: ITS_WORKLOAD,
      summary: '{{ $labels.job }} refuses {{ $value }} requests a second',
      description:
        'Senders have to keep their readings and come again. Look at the brokers behind it: their disks, and whether they are ready.',
    },
  ];
}
