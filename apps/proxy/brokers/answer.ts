/**
 * What comes back from a broker: an answer, a refusal that is to be passed on, or nothing of use.
 */
import { PROBLEM_MEDIA_TYPE } from '../../shared/problem';
import { isProxyProblemCode, type ProxyProblemCode } from '../problems';

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

/** The broker is well, and says no. */
export class BrokerRefusal extends Error {
  public constructor(
    public readonly ordinal: number,
    public readonly code: ProxyProblemCode,
    public readonly answer: RawAnswer,
    /** The members of the problem. */
    public readonly problem: Readonly<Record<string, unknown>>,
  ) {
    super(`broker ${ordinal}: ${code}: ${String(problem.detail)}`);
    this.name = 'BrokerRefusal';
  }

  /** Another broker may say yes. */
  public get isOfThisBroker(): boolean {
    return this.answer.status === 503 || this.code === 'too-many-topics';
  }

  public get retryAfterS(): number | undefined {
    const { retryAfter } = this.answer;
    return retryAfter !== undefined && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  }
}

/** It gave no answer, or none that a broker that is well would give. What was asked may have been done nonetheless. */
export class BrokerAway extends Error {
  public constructor(
    public readonly ordinal: number,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`broker ${ordinal}: ${why}`, options);
    this.name = 'BrokerAway';
  }
}

export type BrokerFailure = BrokerRefusal | BrokerAway;

export function isBrokerFailure(error: unknown): error is BrokerFailure {
  return error instanceof BrokerRefusal || error instanceof BrokerAway;
}

/** Codes that speak of the broker's own state or of ours with it; to the client they would say something else. */
const OURS: ReadonlySet<ProxyProblemCode> = new Set([
  'unauthorized',
  'unknown-route',
  'request-timeout',
  'headers-too-large',
  'unsupported-media-type',
  'internal-error',
]);

export function failureOf(ordinal: number, answer: RawAnswer): BrokerFailure {
  if (answer.contentType.startsWith(PROBLEM_MEDIA_TYPE)) {
    const problem = parseObject(answer.body);
    const code = problem?.code;
    if (problem !== undefined && isProxyProblemCode(code) && !OURS.has(code)) {
      return new BrokerRefusal(ordinal, code, answer, problem);
    }
    if (typeof code === 'string') return new BrokerAway(ordinal, `answered ${answer.status} ${code}`);
  }
  return new BrokerAway(ordinal, `answered ${answer.status}`);
}

export function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(body.toString()) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
