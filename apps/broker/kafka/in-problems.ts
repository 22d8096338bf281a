/** What goes wrong at Kafka, as the answers of the broker. */
import { brokerProblem } from '../problems';
import { KafkaError } from './cluster';

export async function inProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    if (error.kind === 'too-large') throw brokerProblem('message-too-large', error.message);
    // Also a topic that was there a moment ago: asked again, the broker has seen that it is gone.
    throw brokerProblem('kafka-unavailable', error.message);
  }
}
