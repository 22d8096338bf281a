/** Hands on what a service answers, as fast as the browser takes it; when the browser leaves, the service is told. */
import type { FastifyReply } from 'fastify';

import { ServiceError, type ServiceClient } from '../../service-client';
import type { ServiceName } from '../../service-definition';
import { consoleProblem } from '../problems';

type Asked = NonNullable<Parameters<ServiceClient['open']>[2]>;

export async function forward(
  reply: FastifyReply,
  client: ServiceClient,
  service: ServiceName,
  path: string,
  asked: Asked = {},
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort();
  });
  const answer = await orUnavailable(client.open(service, path, { ...asked, signal: gone.signal }));
  const type = answer.headers['content-type'];
  if (typeof type === 'string') void reply.type(type);
  // The stream's own end by an abort is no failure of anybody.
  answer.body.on('error', () => undefined);
  return reply.code(answer.statusCode).send(answer.body);
}

export async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ServiceError) throw consoleProblem('service-unavailable', error.message);
    throw error;
  }
}
