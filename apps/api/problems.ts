/** Everything that the API refuses, beside what every service refuses. */
import { problemResponses } from '../shared/answer-in-problems';
import { problemsOf, SERVICE_PROBLEMS, type ProblemTable } from '../shared/problem';

export const API_PROBLEMS = {
  ...SERVICE_PROBLEMS,
  unauthorized: { status: 401, title: 'A valid key is needed' },
  'expired-key': { status: 401, title: 'The key has expired' },
  'revoked-key': { status: 401, title: 'The key was revoked' },
  forbidden: { status: 403, title: 'The key has not the role that this needs' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-failures': { status: 429, title: 'Too many wrong keys came from this address' },

  'invalid-time': { status: 400, title: 'A time is none' },
  'empty-range': { status: 400, title: 'The range ends before it begins' },
  'range-too-wide': { status: 400, title: 'The range is wider than is allowed' },
  'too-many-points': { status: 400, title: 'The answer would have more points than are allowed' },
  'invalid-cursor': { status: 400, title: 'The cursor is none of this query' },
  'unknown-aggregate': { status: 400, title: 'There is no such aggregate' },
  'unknown-format': { status: 400, title: 'There is no such format' },
  'not-acceptable': { status: 406, title: 'No format that the client accepts is offered' },
  'too-many-queries': { status: 503, title: 'Too many queries are under way', retryAfterS: 1 },
  'store-unavailable': { status: 503, title: 'The store cannot answer', retryAfterS: 5 },
  'query-timeout': { status: 504, title: 'The store took too long' },

  'invalid-expiry': { status: 400, title: 'A key cannot expire then' },
  'unknown-key': { status: 404, title: 'There is no such key' },
  'key-not-revocable': { status: 409, title: 'This key cannot be revoked here' },
  'too-many-keys': { status: 409, title: 'There are as many keys as there may be' },
  'keys-not-writable': { status: 409, title: 'The file of the keys cannot be written' },
} as const satisfies ProblemTable;

export type ApiProblemCode = Extract<keyof typeof API_PROBLEMS, string>;

export const apiProblem = problemsOf(API_PROBLEMS);

/** The problems of a route that needs a key: its own, and those that all of them have. */
export function refusals(...codes: ApiProblemCode[]) {
  return problemResponses(API_PROBLEMS, [
    'invalid-request',
    'unauthorized',
    'expired-key',
    'revoked-key',
    'forbidden',
    'rate-limited',
    'too-many-failures',
    'headers-too-large',
    'internal-error',
    ...codes,
  ]);
}

/** Those of a route that asks the store. */
export function queryRefusals(...codes: ApiProblemCode[]) {
  return refusals('too-many-queries', 'store-unavailable', 'query-timeout', ...codes);
}
