import { problemResponses } from '../../shared/answer-in-problems';
import { BROKER_PROBLEMS } from '../problems';

type Code = Extract<keyof typeof BROKER_PROBLEMS, string>;

/** The problems of a route: its own, and those that any route with a token may have. */
export function refusals(...codes: Code[]) {
  return problemResponses(BROKER_PROBLEMS, ['invalid-request', 'unauthorized', 'internal-error', ...codes]);
}
