/** Do the services answer? The telemetry stack's own: streamer, proxy, brokers, collector, API. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

const PROGRAM = 'telemetry-services';

export const servicesAnswering: Question = {
  uid: 'services-answering',
  title: 'Do the services answer?',
  rows: (about) => [
    { title: 'Answers', panels: about.where(PROGRAM, () => answers(about)) },
    { title: 'Processes', panels: about.where(PROGRAM, () => processes(about)) },
  ],
};

function answers(about: Subject): readonly Panel[] {
  const failed = about.rate('http_request_duration_seconds_count', about.job(PROGRAM), 'status=~"5.."');
  return [
    graph(
      'Requests',
      'reqps',
      'Who is asked how often?',
      about.sum('job, route', about.rate('http_request_duration_seconds_count', about.job(PROGRAM))),
    ),
    graph(
      'Answers that failed',
      'reqps',
      'Who answers with errors?',
      about.trouble('job, route, status', failed),
      {
        next: 'telemetry-dropped',
      },
    ),
    graph(
      'Slowest hundredth',
      's',
      'Who answers slowly?',
      about.quantile(0.99, 'job, route', 'http_request_duration_seconds', about.job(PROGRAM)),
      { next: 'end-to-end-latency' },
    ),
    graph(
      'Queries of the API',
      'ops',
      'What do clients ask for, and do they get it?',
      about.sum('family, outcome', about.rate('api_queries_total')),
      { nothing: 'nobody has asked yet' },
    ),
  ];
}

function processes(about: Subject): readonly Panel[] {
  return [
    graph(
      'Event loop',
      's',
      'Whose process is too busy to answer in time?',
      about.max('pod', about.series('nodejs_eventloop_lag_p99_seconds', about.job(PROGRAM))),
      { about: 'pod' },
    ),
    graph(
      'Memory',
      'bytes',
      'Does any process grow?',
      about.max('pod', about.series('process_resident_memory_bytes', about.job(PROGRAM))),
      { about: 'pod' },
    ),
  ];
}
