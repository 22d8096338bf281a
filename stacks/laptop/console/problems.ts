/** Everything that the console refuses, beside what every service refuses. */
import { problemsOf, SERVICE_PROBLEMS, type ProblemTable } from '../../../apps/shared/problem';

const CONSOLE_PROBLEMS = {
  ...SERVICE_PROBLEMS,
  'wrong-host': { status: 421, title: 'This console answers on its own address only' },
  'unknown-environment': { status: 404, title: 'There is no such environment' },
  'no-review': { status: 500, title: 'The review page could not be made' },
  'unknown-service': { status: 404, title: 'There is no such service' },
  'service-unavailable': { status: 502, title: 'The service behind does not answer', retryAfterS: 1 },
  'no-admin-key': { status: 409, title: 'The first admin key is not where the API left it' },
  'too-many-watchers': { status: 503, title: 'As many pages follow the live stream as may', retryAfterS: 5 },
} as const satisfies ProblemTable;

export const consoleProblem = problemsOf(CONSOLE_PROBLEMS);
