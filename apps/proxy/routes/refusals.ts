import { problemResponses } from '../../shared/answer-in-problems';
import { PROXY_PROBLEMS, type ProxyProblemCode } from '../problems';

/** The problems of a route: its own, and those that any route with a token may have. */
export function refusals(...codes: ProxyProblemCode[]) {
  return problemResponses(PROXY_PROBLEMS, [
    'invalid-request',
    'unauthorized',
    'internal-error',
    'no-broker',
    'too-many-requests',
    ...codes,
  ]);
}
