/** Everything that the streamer refuses, beside what every service refuses. */
import { problemsOf, SERVICE_PROBLEMS, type ProblemTable } from '../shared/problem';

export const STREAMER_PROBLEMS = {
  ...SERVICE_PROBLEMS,
  'no-readings': { status: 400, title: 'The body has no reading that can be taken' },
  'too-many-readings': { status: 413, title: 'The body has more readings than one request may' },
  'queue-unavailable': { status: 503, title: 'The queue does not hold all of the readings', retryAfterS: 5 },
  'too-busy': { status: 503, title: 'Too many requests with readings are under way', retryAfterS: 1 },
  'too-many-clients': {
    status: 503,
    title: 'The live stream has as many clients as it may have',
    retryAfterS: 10,
  },
} as const satisfies ProblemTable;

export const streamerProblem = problemsOf(STREAMER_PROBLEMS);
