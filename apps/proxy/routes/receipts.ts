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
import type { Settler } from '../settling';
import { refusals } from './refusals';

const OTHERS =
  'When some receipts are stale the answer is 409 with these under `stale`. When a broker is away it is 503 with the receipts ' +
  'of which nobody knows what became under `notHandled`. All the others have been handled.';

const COMMON = {
  ...SECURED,
  tags: ['receipts'],
  params: TopicParams,
  response: { 200: Done, ...refusals('malformed-body', 'unknown-topic', 'stale-receipt', 'broker-away') },
};

export function addReceiptRoutes(app: HttpApp, settler: Settler): void {
  app.post(
    '/topics/:topic/acknowledge',
    {
      schema: {
        ...COMMON,
        summary: 'Acknowledge',
        description: `${MEANS.acknowledge} ${OTHERS}`,
        body: AcknowledgeBody,
      },
    },
    async ({ params, body }) => ({
      done: await settler.settle(params.topic, 'acknowledge', body.receipts, {}),
    }),
  );
  app.post(
    '/topics/:topic/reject',
    {
      schema: {
        ...COMMON,
        summary: 'Reject',
        description: `${MEANS.reject} ${OTHERS}`,
        body: RejectBody,
      },
    },
    async ({ params, body: { receipts, ...how } }) => ({
      done: await settler.settle(params.topic, 'reject', receipts, how),
    }),
  );
  app.post(
    '/topics/:topic/extend',
    {
      schema: {
        ...COMMON,
        summary: 'Extend',
        description: `${MEANS.extend} ${OTHERS}`,
        body: ExtendBody,
      },
    },
    async ({ params, body: { receipts, ...how } }) => ({
      done: await settler.settle(params.topic, 'extend', receipts, how),
    }),
  );
}
