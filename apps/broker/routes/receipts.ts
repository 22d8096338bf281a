/** What a consumer does with a delivery: acknowledge it, give it back, or ask for more time. */
import type { HttpApp } from '../../shared/http-app';
import {
  AcknowledgeBody,
  Done,
  ExtendBody,
  MEANS,
  RejectBody,
  SECURED,
  TopicParams,
} from '../../shared/queue/interface';
import type { MessageQueue } from '../message-queue';
import { brokerProblem } from '../problems';
import { refusals } from './refusals';

const STALE =
  'When some receipts are stale the answer is 409 with these under `stale`; all the others have been handled.';

const COMMON = {
  ...SECURED,
  tags: ['receipts'],
  params: TopicParams,
  response: {
    200: Done,
    ...refusals('malformed-body', 'unknown-topic', 'stale-receipt', 'kafka-unavailable'),
  },
};

export function addReceiptRoutes(app: HttpApp, queue: MessageQueue): void {
  app.post(
    '/topics/:topic/acknowledge',
    {
      schema: {
        ...COMMON,
        summary: 'Acknowledge',
        description: `${MEANS.acknowledge} ${STALE}`,
        body: AcknowledgeBody,
      },
    },
    async ({ params, body }) => answer(body.receipts, await queue.acknowledge(params.topic, body.receipts)),
  );
  app.post(
    '/topics/:topic/reject',
    {
      schema: {
        ...COMMON,
        summary: 'Reject',
        description: `${MEANS.reject} ${STALE}`,
        body: RejectBody,
      },
    },
    async ({ params, body: { receipts, reason = 'rejected', deadLetter = false } }) =>
      answer(receipts, await queue.reject(params.topic, receipts, { reason, deadLetter })),
  );
  app.post(
    '/topics/:topic/extend',
    {
      schema: {
        ...COMMON,
        summary: 'Extend',
        description: `${MEANS.extend} ${STALE}`,
        body: ExtendBody,
      },
    },
    async ({ params, body: { receipts, visibilityTimeoutMs } }) =>
      answer(receipts, await queue.extend(params.topic, receipts, visibilityTimeoutMs)),
  );
}

function answer(receipts: readonly string[], stale: readonly string[]): { done: number } {
  const done = receipts.length - stale.length;
  if (stale.length === 0) return { done };
  throw brokerProblem('stale-receipt', `${stale.length} of ${receipts.length} receipts are stale`, {
    stale,
    done,
  });
}
