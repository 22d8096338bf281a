/** What the routes of the streamer share, and their limits. */
import { problemResponses } from '../../shared/answer-in-problems';
import { STREAMER_PROBLEMS } from '../problems';

export const LIMITS = {
  bodyBytes: 8 * 1024 * 1024,
  /** Twenty batches; a client with more has a file. */
  readings: 20_000,
  /** Requests with readings at a time: with their bodies, what is made of them, and the default above, some 300 MiB. */
  requests: 8,
  /** Bad rows that an answer lists; all are counted. */
  problems: 100,
  filterValues: 100,
  filterChars: 1024,
} as const;

type Code = Extract<keyof typeof STREAMER_PROBLEMS, string>;

/** The problems of a route: its own, and those that any route with a token may have. */
export function refusals(...codes: Code[]) {
  return problemResponses(STREAMER_PROBLEMS, ['invalid-request', 'unauthorized', 'internal-error', ...codes]);
}

export const SECURED = { security: [{ serviceToken: [] }] };
