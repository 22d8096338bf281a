/** What a consumer does with a delivery: acknowledge it, give it back, or ask for more time. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { Settler } from '../settling';
import { LIMITS, Receipts, refusals, SECURED, TopicParams, VisibilityTimeoutMs } from './schemas';

const Done = Type.Object({ done: Type.Integer({ description: 'number of receipts' }) });

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
        description: `The messages are done, and not delivered again. ${OTHERS}`,
        body: Type.Object({ receipts: Receipts }, { additionalProperties: false }),
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
        description:
          'The messages are delivered again, or become dead letters when their attempts are used up, or at once with ' +
          `\`deadLetter\`. ${OTHERS}`,
        body: Type.Object(
          {
            receipts: Receipts,
            reason: Type.Optional(Type.String({ maxLength: LIMITS.reasonChars, default: 'rejected' })),
            deadLetter: Type.Optional(Type.Boolean({ default: false })),
          },
          { additionalProperties: false },
        ),
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
        description: `The time-out starts anew, with this length. ${OTHERS}`,
        body: Type.Object(
          { receipts: Receipts, visibilityTimeoutMs: VisibilityTimeoutMs },
          { additionalProperties: false },
        ),
      },
    },
    async ({ params, body: { receipts, ...how } }) => ({
      done: await settler.settle(params.topic, 'extend', receipts, how),
    }),
  );
}
