/** What the collector is doing, for people and the console. */
import { Type } from '@sinclair/typebox';

import { problemResponses } from '../../shared/answer-in-problems';
import type { HttpApp } from '../../shared/http-app';
import { SERVICE_PROBLEMS } from '../../shared/problem';
import type { Collector } from '../collector';
import { BREAKER_STATES } from '../store-gate';

const Status = Type.Object({
  breaker: Type.Union(BREAKER_STATES.map((state) => Type.Literal(state))),
  heldMessages: Type.Integer({ description: 'between receiving and acknowledging' }),
  heldBytes: Type.Integer(),
  lag: Type.Integer({ description: 'messages that wait in the queue, as last seen' }),
  partitions: Type.Array(
    Type.Object({
      partition: Type.Integer(),
      ready: Type.Integer(),
      inFlight: Type.Integer(),
      onDisk: Type.Integer(),
      stoppedBecause: Type.Optional(Type.String()),
    }),
  ),
});

export function addStatusRoute(app: HttpApp, collector: Collector): void {
  app.get(
    '/status',
    {
      schema: {
        security: [{ serviceToken: [] }],
        tags: ['operations'],
        summary: 'Breaker, held messages, and the partitions with their depths',
        response: { 200: Status, ...problemResponses(SERVICE_PROBLEMS, ['unauthorized', 'internal-error']) },
      },
    },
    () => {
      const status = collector.status();
      const lag = status.partitions.reduce((sum, { ready, onDisk }) => sum + ready + onDisk, 0);
      return { ...status, partitions: [...status.partitions], lag };
    },
  );
}
