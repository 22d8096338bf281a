/** Spans with numbers, in traces of ten, of which every fourth has a root that fails; as OTLP's JSON. */
import { randomBytes } from 'node:crypto';

/** Spans of one request; also what a count of spans must be a multiple of. */
const REQUEST_SPANS = 100;

interface NumberedSpans {
  readonly first: number;
  readonly count: number;
  readonly timeNs: bigint;
  /** @default 0 */
  readonly paddingBytes?: number;
}

/** @throws Error when the collector takes not all of them */
export async function sendSpans(url: string, spans: NumberedSpans): Promise<void> {
  for (let start = spans.first; start < spans.first + spans.count; start += REQUEST_SPANS) {
    const response = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [attribute('service.name', 'shop'), attribute('host.name', 'a')] },
            scopeSpans: [
              {
                scope: { name: 'proof', version: '1' },
                spans: Array.from({ length: REQUEST_SPANS }, (_, index) => otlpSpan(start + index, spans)),
              },
            ],
          },
        ],
      }),
    });
    const answer = await response.text();
    if (!response.ok || answer !== '{"partialSuccess":{}}') throw new Error(`${response.status}: ${answer}`);
  }
}

function otlpSpan(number: number, { timeNs, paddingBytes = 0 }: NumberedSpans) {
  const trace = Math.floor(number / 10);
  const isRoot = number % 10 === 0;
  const link = { traceId: hex(7, 32), spanId: hex(8, 16), attributes: [attribute('a', 'b')] };
  return {
    traceId: hex(trace + 1, 32),
    spanId: hex(number + 1, 16),
    parentSpanId: isRoot ? '' : hex(trace * 10 + 1, 16),
    name: `call ${number % 10}`,
    kind: isRoot ? 2 : 1,
    startTimeUnixNano: String(timeNs + BigInt(number)),
    endTimeUnixNano: String(timeNs + BigInt(number) + 5_000_000n),
    attributes: [
      attribute('number', String(number)),
      attribute('text', `ä'"\\\n${number}`),
      // Of random digits, which no compression makes much of.
      ...(paddingBytes > 0 ? [attribute('padding', randomBytes(paddingBytes / 2).toString('hex'))] : []),
    ],
    events: number % 2 === 0 ? [{ timeUnixNano: String(timeNs), name: 'event', attributes: [] }] : [],
    links: number % 5 === 0 ? [link] : [],
    status: isRoot && trace % 4 === 0 ? { code: 2, message: 'failed' } : {},
  };
}

function attribute(key: string, stringValue: string) {
  return { key, value: { stringValue } };
}

/** An identifier as the store has it. */
export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
