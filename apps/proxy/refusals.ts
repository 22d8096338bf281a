/**
 * What the client is told when brokers refuse or are away: one problem, of one or of several brokers.
 */
import type { Problem } from '../shared/problem';
import { BrokerRefusal, type BrokerFailure } from './brokers/answer';
import { PARTITIONS_PER_BROKER } from './core/numbering';
import { PROXY_PROBLEMS, proxyProblem } from './problems';

/** An answer for the client, ready to be sent. */
export interface ClientAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Who is told to come back later than this gives up, and the state of things is another by then. */
const MAX_RETRY_AFTER_S = 30;
/** Members of a problem that are its own; the rest is passed on. */
const OWN = new Set(['type', 'code', 'title', 'status', 'detail']);

/** When all that were asked failed; `failures` in the order in which they were asked. */
export function refusalOfAll(failures: readonly BrokerFailure[]): Problem {
  const refusals = failures.filter((each) => each instanceof BrokerRefusal);
  const forClient = refusals.find(({ answer }) => answer.status < 500);
  if (forClient !== undefined) return passedOn(forClient);
  const [first] = refusals;
  const isOneKind = refusals.length === failures.length && refusals.every(({ code }) => code === first?.code);
  const code = first !== undefined && isOneKind ? first.code : 'no-broker';
  const waitsS = failures.map((each) =>
    each instanceof BrokerRefusal ? (each.retryAfterS ?? 1) : PROXY_PROBLEMS['broker-away'].retryAfterS,
  );
  const retryAfterS = Math.min(MAX_RETRY_AFTER_S, Math.max(1, ...waitsS));
  const detail = failures.map(({ message }) => message).join('; ') || 'no broker is known';
  return proxyProblem(code, detail, {}, retryAfterS);
}

function passedOn(refusal: BrokerRefusal): Problem {
  const { ordinal, code, problem, retryAfterS } = refusal;
  const detail = String(problem.detail);
  const more = Object.fromEntries(Object.entries(problem).filter(([name]) => !OWN.has(name)));
  const isAboutPartitions = code === 'unknown-partition' && ordinal > 0;
  const where = `broker ${ordinal}, whose partition 0 is ${ordinal * PARTITIONS_PER_BROKER} here: `;
  return proxyProblem(code, isAboutPartitions ? where + detail : detail, more, retryAfterS);
}
