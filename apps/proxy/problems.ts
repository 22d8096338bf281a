/**
 * Everything that the proxy refuses, beside what every service refuses. Those of a broker have its codes and statuses, for
 * they are passed on.
 */
import { Problem, SERVICE_PROBLEMS, type ProblemTable } from '../shared/problem';

export const PROXY_PROBLEMS = {
  ...SERVICE_PROBLEMS,
  'unknown-topic': { status: 404, title: 'Nothing was ever published to this topic' },
  'unknown-partition': { status: 404, title: 'The topic has no such partition' },
  'stale-receipt': { status: 409, title: 'A delivery is over: done, given back, or timed out' },
  'too-many-topics': { status: 409, title: 'The broker has as many topics as it may have' },
  'message-too-large': { status: 413, title: 'A message is larger than the broker takes' },
  'text-not-unicode': { status: 400, title: 'A text is not Unicode: half of a surrogate pair stands alone' },
  'too-many-waiting': { status: 503, title: 'Too many clients wait for messages', retryAfterS: 1 },
  'too-many-requests': { status: 503, title: 'Too many requests are under way', retryAfterS: 1 },
  'disk-full': { status: 503, title: 'Memory and disk have no room for more messages', retryAfterS: 5 },
  'partition-stopped': { status: 503, title: 'The disk of this partition failed', retryAfterS: 30 },
  'kafka-unavailable': { status: 503, title: 'Kafka does not answer, or refuses for now', retryAfterS: 2 },
  'broker-away': { status: 503, title: 'A broker that is needed for this is away', retryAfterS: 1 },
  'no-broker': { status: 503, title: 'No broker took the request', retryAfterS: 1 },
} as const satisfies ProblemTable;

export type ProxyProblemCode = keyof typeof PROXY_PROBLEMS;

export function isProxyProblemCode(code: unknown): code is ProxyProblemCode {
  return typeof code === 'string' && Object.hasOwn(PROXY_PROBLEMS, code);
}

/** `retryAfterS` instead of the table's. */
export function proxyProblem(
  code: ProxyProblemCode,
  detail: string,
  extensions: Readonly<Record<string, unknown>> = {},
  retryAfterS?: number,
): Problem {
  const kind = PROXY_PROBLEMS[code];
  return new Problem(code, retryAfterS === undefined ? kind : { ...kind, retryAfterS }, detail, extensions);
}
