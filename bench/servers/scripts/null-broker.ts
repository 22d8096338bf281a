/**
 * The broker's interface over an array: no partitions, limits, time-outs, metrics or tokens, and a receipt is a number that
 * nobody checks.
 */
import Fastify from 'fastify';

interface Message {
  readonly receipt: string;
  readonly body: string;
}

const app = Fastify({ bodyLimit: 16 * 1024 * 1024 });
const queue: Message[] = [];
let next = 0;

app.post<{ Body: { messages: { body: string }[] } | string }>('/topics/bench/messages', (request, reply) => {
  const { body } = request;
  const messages = typeof body === 'string' ? [{ body }] : body.messages;
  for (const message of messages) queue.push({ receipt: String((next += 1)), body: message.body });
  return reply.code(202).send({ accepted: messages.length });
});
app.post<{ Body: { maxMessages: number } }>('/topics/bench/receive', (request, reply) =>
  reply.send({ messages: queue.splice(0, request.body.maxMessages) }),
);
app.post<{ Body: { receipts: string[] } }>('/topics/bench/acknowledge', (request, reply) =>
  reply.send({ done: request.body.receipts.length }),
);

void app.listen({ host: '127.0.0.1', port: 0 }).then((url) => {
  process.stdout.write(`listening at ${url}\n`);
});
