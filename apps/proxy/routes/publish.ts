/** Publishing: the body goes on as bytes, and is read only when it has to be split. */
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { Static } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { FastifyReply, FastifySchemaCompiler, FastifySchema } from 'fastify';

import type { HttpApp } from '../../shared/http-app';
import {
  Accepted,
  Batch,
  MEANS,
  PublishBody,
  SECURED,
  TextQuery,
  TopicParams,
} from '../../shared/queue/interface';
import type { Publisher } from '../publishing';
import { refusals } from './refusals';

const compiledBatch = TypeCompiler.Compile(Batch);

export function isBatch(value: unknown): value is Static<typeof Batch> {
  return compiledBatch.Check(value);
}

/** The body's schema is for the documentation: the broker checks it. */
const allButTheBody: FastifySchemaCompiler<FastifySchema> = (route) =>
  route.httpPart === 'body'
    ? () => true
    : (TypeBoxValidatorCompiler as FastifySchemaCompiler<FastifySchema>)(route);

interface Incoming {
  readonly isText: boolean;
  readonly bytes: Buffer;
}

/** In a context of its own: it reads bodies in its own way. */
export function addPublishRoute(app: HttpApp, publisher: Publisher): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  for (const type of ['application/json', 'text/plain']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, bytes, done) => {
      done(null, { isText: type === 'text/plain', bytes } satisfies {
        isText: boolean;
        bytes: string | Buffer;
      });
    });
  }
  app.post(
    '/topics/:topic/messages',
    {
      validatorCompiler: allButTheBody,
      schema: {
        ...SECURED,
        tags: ['messages'],
        summary: 'Publish',
        description: `202 means that brokers have accepted all messages; what that means is said by their DURABILITY. ${MEANS.publish}`,
        params: TopicParams,
        querystring: TextQuery,
        body: PublishBody,
        response: {
          202: Accepted,
          ...refusals(
            'malformed-body',
            'text-not-unicode',
            'unknown-topic',
            'unknown-partition',
            'too-many-topics',
            'body-too-large',
            'message-too-large',
            'unsupported-media-type',
            'disk-full',
            'partition-stopped',
          ),
        },
      },
    },
    async (request, reply) => {
      const { isText, bytes } = request.body as Incoming;
      const { topic } = request.params;
      const at = request.url.indexOf('?');
      const query = at < 0 ? '' : request.url.slice(at);
      const { status, contentType, body } = isText
        ? await publisher.publishText(topic, request.query, query, bytes)
        : await publisher.publishBatch(topic, bytes);
      // Ready text is sent as it is; the schema is for the documentation.
      return (reply as unknown as FastifyReply).code(status).type(contentType).send(body);
    },
  );
}
