/**
 * How often a key and an address may ask. The counts are those of this process: with several replicas a client gets as
 * many times as much, which is still a limit.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Problem } from '../../shared/problem';
import type { ApiSettings } from '../config';
import { apiProblem } from '../problems';
import { clientAddress } from './client-address';
import type { Identity } from './key-ring';
import { WindowCounter, type WindowState } from './window-counter';

export class RateLimits {
  private readonly byKey: WindowCounter;
  private readonly byAddress: WindowCounter;
  private readonly failures: WindowCounter;
  private readonly trustedHops: number;

  public constructor(settings: ApiSettings) {
    this.byKey = new WindowCounter(settings.API_RATE_LIMIT);
    this.byAddress = new WindowCounter(settings.API_ADDRESS_RATE_LIMIT);
    this.failures = new WindowCounter(settings.API_FAILURE_RATE_LIMIT);
    this.trustedHops = settings.API_TRUSTED_HOPS;
  }

  /** The refusal, if it is one. The headers tell of the key, or of the address when there is no key. */
  public check(
    request: FastifyRequest,
    reply: FastifyReply,
    identity: Identity | undefined,
  ): Problem | undefined {
    const nowMs = performance.now();
    const ofAddress = this.byAddress.count(clientAddress(request, this.trustedHops), nowMs);
    if (ofAddress.isExceeded)
      return refusal(reply, ofAddress, 'rate-limited', 'requests a minute of an address');
    const state = identity === undefined ? ofAddress : this.byKey.count(identity.id, nowMs);
    if (state.isExceeded) return refusal(reply, state, 'rate-limited', 'requests a minute of a key');
    writeHeaders(reply, state);
    return undefined;
  }

  /** Somebody came with a wrong key. */
  public checkFailure(request: FastifyRequest, reply: FastifyReply): Problem | undefined {
    const state = this.failures.count(clientAddress(request, this.trustedHops), performance.now());
    if (!state.isExceeded) return undefined;
    return refusal(reply, state, 'too-many-failures', 'wrong keys a minute of an address');
  }
}

function refusal(
  reply: FastifyReply,
  state: WindowState,
  code: 'rate-limited' | 'too-many-failures',
  what: string,
): Problem {
  writeHeaders(reply, state);
  void reply.header('retry-after', String(state.afterS));
  return apiProblem(code, `${state.max} ${what} are allowed; come back in ${state.afterS} s`);
}

/** As draft-ietf-httpapi-ratelimit-headers-06 has them, which is what clients know. */
function writeHeaders(reply: FastifyReply, { max, remaining, afterS }: WindowState): void {
  void reply
    .header('ratelimit-limit', max)
    .header('ratelimit-remaining', remaining)
    .header('ratelimit-reset', afterS);
}
