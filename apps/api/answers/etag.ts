/** 304 for a client that has the same answer already. It saves the network and the client's work, not the query. */
import { hash } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';

/** An `onSend` hook. Weak: the same rows, not the same bytes on the wire. */
export function answerUnlessKnown(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  if (reply.statusCode !== 200 || typeof payload !== 'string') {
    done(null, payload);
    return;
  }
  const tag = `W/"${hash('sha256', payload, 'base64url').slice(0, 22)}"`;
  void reply.header('etag', tag);
  const known = request.headers['if-none-match'];
  if (known === undefined || !matches(known, tag)) {
    done(null, payload);
    return;
  }
  void reply
    .code(304)
    .removeHeader('content-type')
    .removeHeader('content-disposition')
    .removeHeader('content-length');
  done(null, null);
}

/** The weak comparison of RFC 9110, 8.8.3.2. */
function matches(header: string, tag: string): boolean {
  const opaque = tag.slice(2);
  return header.split(',').some((each) => {
    const given = each.trim();
    return given === '*' || given.replace(/^W\//, '') === opaque;
  });
}
