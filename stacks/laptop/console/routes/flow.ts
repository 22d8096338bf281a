/** The services and what flows through them. */
import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';

import type { ConsoleOptions } from '../app';
import { consoleProblem } from '../problems';

const LOG_LINES = 60;

export function addFlowRoutes(
  app: FastifyInstance,
  { sampler, services }: Pick<ConsoleOptions, 'sampler' | 'services'>,
): void {
  app.get('/api/flow', () => sampler.status());
  app.get('/api/flow/history', () => ({ points: sampler.history() }));
  app.get<{ Params: { name: string } }>(
    '/api/services/:name/log',
    { schema: { params: Type.Object({ name: Type.String({ maxLength: 40 }) }) } },
    ({ params }) => {
      const service = services.find(({ name }) => name === params.name);
      if (service === undefined) throw consoleProblem('unknown-service', params.name);
      return { path: service.log.path, lines: service.log.last(LOG_LINES) };
    },
  );
}
