/** Everything that the broker refuses, beside what every service refuses. */
import { problemsOf, SERVICE_PROBLEMS, type ProblemTable } from '../shared/problem';

export const BROKER_PROBLEMS = {
  ...SERVICE_PROBLEMS,
  'unknown-topic': { status: 404, title: 'Nothing was ever published to this topic' },
  'unknown-partition': { status: 404, title: 'The topic has no such partition' },
  'stale-receipt': { status: 409, title: 'A delivery is over: done, given back, or timed out' },
  'too-many-topics': { status: 409, title: 'The broker has as many topics as it may have' },
  'message-too-large': { status: 413, title: 'A message is larger than the broker takes' },
  'text-not-unicode': { status: 400, title: 'A text is not Unicode: half of a surrogate pair stands alone' },
  'too-many-waiting': { status: 503, title: 'Too many clients wait for messages', retryAfterS: 1 },
  'disk-full': { status: 503, title: 'Memory and disk have no room for more messages', retryAfterS: 5 },
  // Nobody mends that within seconds; another partition may take the message at once.
  'partition-stopped': { status: 503, title: 'The disk of this partition failed', retryAfterS: 30 },
  'kafka-unavailable': { status: 503, title: 'Kafka does not do it now (BROKER=kafka)', retryAfterS: 2 },
} as const satisfies ProblemTable;

export const brokerProblem = problemsOf(BROKER_PROBLEMS);
