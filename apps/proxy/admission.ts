/**
 * How many requests may be under way, and how much memory their bodies may take; one more is refused before its body is
 * read. Receivers that wait have a limit of their own.
 */
import type { FastifyRequest } from 'fastify';

import type { HttpApp } from '../shared/http-app';
import { proxyProblem } from './problems';

export interface AdmissionLimits {
  readonly requests: number;
  readonly bytes: number;
  /** Of one body; that is what a body of unknown length may take. */
  readonly bodyBytes: number;
}

export class Admission {
  public requests = 0;
  public bytes = 0;

  public constructor(private readonly limits: AdmissionLimits) {}

  /** For the routes that are added to `app` after this. */
  public guard(app: HttpApp): void {
    app.addHook('onRequest', (request, reply, done) => {
      const bytes = this.lengthOf(request);
      const why = this.refusal(bytes);
      if (why !== undefined) {
        done(proxyProblem('too-many-requests', why));
        return;
      }
      this.requests += 1;
      this.bytes += bytes;
      let isUnderWay = true;
      const release = (): void => {
        if (!isUnderWay) return;
        isUnderWay = false;
        this.requests -= 1;
        this.bytes -= bytes;
      };
      // The one comes when all is well, the other always.
      reply.raw.once('finish', release).once('close', release);
      done();
    });
  }

  private refusal(bytes: number): string | undefined {
    const { limits } = this;
    if (this.requests >= limits.requests) {
      return `${this.requests} requests are under way already (PROXY_MAX_REQUESTS)`;
    }
    if (this.bytes + bytes <= limits.bytes) return undefined;
    return `bodies of requests under way take ${this.bytes} bytes of ${limits.bytes} (PROXY_BODY_MEMORY)`;
  }

  /** What is over the limit is refused by whoever reads it. */
  private lengthOf({ headers }: FastifyRequest): number {
    const length = Number(
      headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : Infinity),
    );
    return Math.min(length, this.limits.bodyBytes);
  }
}
