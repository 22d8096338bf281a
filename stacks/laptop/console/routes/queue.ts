/** Messages that nobody could make use of. */
import type { FastifyInstance } from 'fastify';

import { ServiceError } from '../../service-client';
import { TOPIC } from '../../service-definition';
import type { ConsoleOptions } from '../app';
import { orUnavailable } from './forward';

const SHOWN = 200;

interface DeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly attempts: number;
  readonly publishedAtMs: number;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export function addQueueRoutes(app: FastifyInstance, { client }: Pick<ConsoleOptions, 'client'>): void {
  app.get('/api/dead-letters', async () => {
    const path = `/topics/${TOPIC}/dead-letters?limit=${SHOWN}`;
    const { messages } = await orUnavailable(
      client.json<{ messages: readonly DeadLetter[] }>('proxy', path).catch((error: unknown) => {
        // Nothing was published yet.
        if (error instanceof ServiceError && error.status === 404) return { messages: [] };
        throw error;
      }),
    );
    return { topic: TOPIC, limit: SHOWN, messages };
  });
}
