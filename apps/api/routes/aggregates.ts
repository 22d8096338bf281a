/** Aggregates by name. */
import { AGGREGATES, type Aggregate } from '../../shared/store/telemetry-store';
import { apiProblem } from '../problems';

export function aggregateOf(name: string): Aggregate {
  const aggregate = AGGREGATES.find((known) => known === name);
  if (aggregate !== undefined) return aggregate;
  throw apiProblem('unknown-aggregate', `${name}: known are ${AGGREGATES.join(', ')}`);
}
