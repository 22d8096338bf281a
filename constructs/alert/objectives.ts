/**
 * What the platform promises to those who send and read telemetry, as data: for each promise, which events count and which of
 * them are bad. An environment has the promises whose programs it runs; recording rules and alerts are made of them in
 * `error-budgets.ts`.
 */
import { Workload } from '../core/workload';
import { itemRates } from './programs/otel-collector';
import { programsOf, type AlertContext } from './programs/program-alert';

export interface Objective {
  /** The label `objective` of the recorded series. */
  readonly name: string;
  /** Share of events that are good. */
  readonly target: number;
  /** What it promises, as a sentence for the review and the dashboards. */
  readonly promise: string;
  /** Rates over five minutes, as sums without labels; undefined where the environment has nothing that could tell. */
  readonly events: (context: AlertContext) => Events | undefined;
}

export interface Events {
  readonly total: string;
  readonly bad: string;
}

/** A month has room for 43 minutes: an update that goes wrong once, and is taken back. */
const THREE_NINES = 0.999;
/** For what people wait for and may ask again. */
const TWO_NINES_AND_A_HALF = 0.995;
/** A bound of the canary's histogram. */
const FRESH_SECONDS = 4;

export const OBJECTIVES: readonly Objective[] = [
  {
    name: 'ingest-availability',
    target: THREE_NINES,
    promise: 'What senders bring to the entrance is taken.',
    events: (context) => collectorEntrance(context) ?? httpEntrance(context),
  },
  {
    name: 'delivery',
    target: THREE_NINES,
    promise: 'What was taken is handed on, and not given up on the way.',
    events: (context) => collectorDelivery(context) ?? agentDelivery(context),
  },
  {
    name: 'log-completeness',
    target: THREE_NINES,
    promise: 'A line that was written is found.',
    events: (context) =>
      ofJobs(context, ['loki-canary'], (selector) => ({
        total: rate(`loki_canary_entries_total{${selector}}`),
        bad: rate(`loki_canary_missing_entries_total{${selector}}`),
      })),
  },
  {
    name: 'log-freshness',
    target: TWO_NINES_AND_A_HALF,
    promise: `A line is to be seen within ${FRESH_SECONDS} s.`,
    events: (context) =>
      ofJobs(context, ['loki-canary'], (selector) => {
        const total = rate(`loki_canary_response_latency_seconds_count{${selector}}`);
        const fresh = rate(`loki_canary_response_latency_seconds_bucket{le="${FRESH_SECONDS}", ${selector}}`);
        return { total, bad: `${total} - ${fresh}` };
      }),
  },
  {
    name: 'metrics-availability',
    target: THREE_NINES,
    promise: 'Whoever writes or asks for metrics with a right to it gets an answer.',
    events: (context) =>
      ofJobs(context, ['vmauth'], (selector) => ({
        total: rate(`vmauth_user_requests_total{${selector}}`),
        bad: rate(`vmauth_user_request_backend_errors_total{${selector}}`),
      })),
  },
  {
    name: 'log-query-availability',
    target: TWO_NINES_AND_A_HALF,
    promise: 'Questions to the logs are answered.',
    events: (context) =>
      ofJobs(context, ['loki'], (selector) =>
        answers(
          `loki_request_duration_seconds_count{route=~"loki_api_v1_.+", method="GET", ${selector}`,
          'status_code',
        ),
      ),
  },
  {
    name: 'trace-query-availability',
    target: TWO_NINES_AND_A_HALF,
    promise: 'Questions to the traces are answered.',
    events: (context) =>
      ofJobs(context, ['tempo'], (selector) =>
        answers(`tempo_request_duration_seconds_count{route=~"api_.+", ${selector}`, 'status_code'),
      ),
  },
  {
    name: 'api-availability',
    target: THREE_NINES,
    promise: 'Clients of the API get their readings.',
    events: (context) =>
      ofService(context, 'api', (selector) =>
        answers(`http_request_duration_seconds_count{${selector}`, 'status'),
      ),
  },
  {
    name: 'front-availability',
    target: THREE_NINES,
    promise: 'Applications behind the load balancer answer their clients.',
    events: (context) =>
      ofJobs(context, ['haproxy'], (selector) => {
        const requests = (matcher: string): string =>
          rate(`haproxy_backend_http_responses_total{${matcher}${selector}}`);
        return { total: requests(''), bad: requests('code="5xx", ') };
      }),
  },
  {
    name: 'dashboard-availability',
    target: TWO_NINES_AND_A_HALF,
    promise: 'People who look at a dashboard see it.',
    events: (context) =>
      ofJobs(context, ['grafana'], (selector) =>
        answers(`grafana_http_request_duration_seconds_count{${selector}`, 'status_code'),
      ),
  },
];

/** The collectors that somebody before the platform's own pipeline sends to: the ingress controller's receivers. */
function collectorEntrance(context: AlertContext): Events | undefined {
  const { platform, jobsOf, selectorOf } = context;
  const entrances = platform.graph.connections
    .filter(({ from }) => from instanceof Workload && programsOf(from).includes('nginx-ingress'))
    .map(({ to }) => to.owner);
  const jobs = jobsOf('otel-collector').filter(({ endpoint }) => entrances.includes(endpoint.owner));
  if (jobs.length === 0) return undefined;
  const items = (what: string): string => sum(itemRates(`otelcol_receiver_${what}`, selectorOf(jobs)));
  return { total: `${items('accepted')} + ${items('refused')}`, bad: items('refused') };
}

/** The streamer of the telemetry stack; Loki where nothing of ours stands before it but a gateway. */
function httpEntrance(context: AlertContext): Events | undefined {
  return (
    ofService(context, 'streamer', (selector) =>
      answers(`http_request_duration_seconds_count{method="POST", ${selector}`, 'status'),
    ) ??
    (context.jobsOf('alloy').length === 0
      ? undefined
      : ofJobs(context, ['loki'], (selector) =>
          answers(`loki_request_duration_seconds_count{route="loki_api_v1_push", ${selector}`, 'status_code'),
        ))
  );
}

function collectorDelivery(context: AlertContext): Events | undefined {
  return ofJobs(context, ['otel-collector'], (selector) => {
    const items = (what: string): string => sum(itemRates(`otelcol_exporter_${what}`, selector));
    return { total: `${items('sent')} + ${items('send_failed')}`, bad: items('send_failed') };
  });
}

/** Node agents of the logs; else those of the metrics, by the blocks that they send. */
function agentDelivery(context: AlertContext): Events | undefined {
  return (
    ofJobs(context, ['alloy'], (selector) => {
      const entries = (what: string): string => rate(`loki_write_${what}_entries_total{${selector}}`);
      return { total: `${entries('sent')} + ${entries('dropped')}`, bad: entries('dropped') };
    }) ??
    ofJobs(context, ['vmagent'], (selector) => {
      const sent = rate(`vmagent_remotewrite_blocks_sent_total{${selector}}`);
      const dropped = `${rate(`vmagent_remotewrite_packets_dropped_total{${selector}}`)} + ${rate(`vm_persistentqueue_blocks_dropped_total{${selector}}`)}`;
      return { total: `${sent} + ${dropped}`, bad: dropped };
    })
  );
}

function ofJobs(
  { jobsOf, selectorOf }: AlertContext,
  programs: readonly string[],
  events: (selector: string) => Events,
): Events | undefined {
  const jobs = jobsOf(...programs);
  return jobs.length === 0 ? undefined : events(selectorOf(jobs));
}

/** Our own services share an image, and are told apart by their workload. */
function ofService(
  { jobsOf, selectorOf }: AlertContext,
  service: string,
  events: (selector: string) => Events,
): Events | undefined {
  const jobs = jobsOf('telemetry-services').filter(({ name }) => name === service);
  return jobs.length === 0 ? undefined : events(selectorOf(jobs));
}

/** @param series a counter of answers, its braces still open */
function answers(series: string, statusLabel: string): Events {
  return { total: rate(`${series}}`), bad: rate(`${series}, ${statusLabel}=~"5.."}`) };
}

function rate(series: string): string {
  return sum(`rate(${series}[5m])`);
}

/** What has never happened has no series: it counts as zero. */
function sum(rates: string): string {
  return `(sum(${rates}) or vector(0))`;
}
