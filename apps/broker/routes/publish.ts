/** Publishing: one message as text, or a batch as JSON. */
import type { HttpApp } from '../../shared/http-app';
import { Accepted, MEANS, PublishBody, SECURED, TextQuery, TopicParams } from '../../shared/queue/interface';
import type { BrokerSettings } from '../config';
import type { MessageQueue, Publication } from '../message-queue';
import { brokerProblem } from '../problems';
import { refusals } from './refusals';

const DURABILITY_MEANS = {
  memory: 'the messages are in memory, or on disk when memory is full; they are lost with the process',
  flush: 'the messages are in the log and survive the death of the process (kill -9), not power loss',
  fsync: 'the messages are in the log and survive power loss',
} as const;

const KAFKA_MEANS =
  'Kafka has the messages, in all replicas that keep up (acks=all; at least two, where there are three); they survive ' +
  'the death of this process and of any one Kafka broker (BROKER=kafka, where DURABILITY means nothing)';

interface BatchBody {
  readonly messages: readonly Publication[];
}

export function addPublishRoute(app: HttpApp, queue: MessageQueue, settings: BrokerSettings): void {
  const maxBytes = settings.BROKER_MAX_MESSAGE_SIZE;
  app.post(
    '/topics/:topic/messages',
    {
      schema: {
        ...SECURED,
        tags: ['messages'],
        summary: 'Publish',
        description: `202 means: ${acceptedMeans(settings)}. ${MEANS.publish}`,
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
            'kafka-unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      // Without a content type there is none, and no schema that would miss it.
      const body = request.body as BatchBody | string | undefined | null;
      if (body === undefined || body === null) {
        throw brokerProblem('malformed-body', 'the body is missing: one message as text, or a batch as JSON');
      }
      const messages = typeof body === 'string' ? [{ ...request.query, body }] : body.messages;
      for (const message of messages) check(message, maxBytes);
      const ranges = await queue.publish(request.params.topic, messages);
      return reply.code(202).send({ accepted: messages.length, ranges });
    },
  );
}

function acceptedMeans({ BROKER: broker, DURABILITY: durability }: BrokerSettings): string {
  if (broker === 'kafka') return KAFKA_MEANS;
  return `${DURABILITY_MEANS[durability]} (DURABILITY=${durability})`;
}

/** What a schema cannot say. */
function check(message: Publication, maxBytes: number): void {
  const headers = message.headers === undefined ? '' : JSON.stringify(message.headers);
  const units = message.body.length + (message.key?.length ?? 0) + headers.length;
  // UTF-8 takes at most three bytes for a unit; counted only when it matters.
  if (units * 3 > maxBytes) {
    const bytes = Buffer.byteLength(message.body) + Buffer.byteLength((message.key ?? '') + headers);
    if (bytes > maxBytes) {
      const detail = `a message has ${bytes} bytes, ${maxBytes} are allowed (BROKER_MAX_MESSAGE_SIZE)`;
      throw brokerProblem('message-too-large', detail);
    }
  }
  // JSON can say "\ud800", UTF-8 cannot: it would come back from disk as something else.
  if (!isUnicode(message.body) || !isUnicode(message.key ?? '') || !isUnicode(headers)) {
    throw brokerProblem('text-not-unicode', 'body, key and headers have to be whole Unicode characters');
  }
}

/** `isWellFormed` is in Node 20, and in the types of ES2024. */
function isUnicode(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
