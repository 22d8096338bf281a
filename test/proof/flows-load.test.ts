/** Numbered telemetry, and senders that behave as SDKs: on a clock of their own and against a receiver that misbehaves. */
import * as fc from 'fast-check';
import { HYPERION_COMMON } from '../../stacks/environments/hyperion-common';
import type { Clock } from './flows/clock';
import { sumOf } from './flows/collector-counters';
import { Load, slowest, type LoadProps } from './flows/load';
import { numberedRecords } from './flows/numbered-records';
import { FORBIDDEN_VALUE, NumberedTelemetry, SPANS_OF_A_TRACE } from './flows/numbered-telemetry';
import { encodeRequest, SIGNALS } from './flows/otlp';
import type { Outcome, Sender } from './flows/sender';
import { unescapeBytes } from './flows/topic-reader';

const NUMBERS = Array.from({ length: 400 }, (_, i) => i + 1);
const PROPS = { run: 'flow', seed: 3, startMs: 1_767_225_600_000, disallowedShare: 0.1 };

describe('Numbered telemetry', () => {
  const telemetry = new NumberedTelemetry(PROPS);

  it.each(SIGNALS)('%s: every number is in the request once', (signal) => {
    const found = numberedRecords('flow', telemetry.request(signal, NUMBERS)).map(({ number }) => number);
    expect(found.sort((a, b) => a - b)).toEqual(NUMBERS);
    expect(numberedRecords('another', telemetry.request(signal, NUMBERS))).toEqual([]);
  });

  it.each(SIGNALS)('%s: the same seed gives the same bytes, another seed others', (signal) => {
    const bytes = (seed: number): Buffer =>
      encodeRequest(signal, new NumberedTelemetry({ ...PROPS, seed }).request(signal, NUMBERS));
    expect(bytes(3).equals(bytes(3))).toBe(true);
    // Points differ only in which of them are disallowed.
    expect(bytes(3).equals(bytes(4))).toBe(false);
  });

  it('names the disallowed share of metrics as the allow-list does not', () => {
    const { names, prefixes } = HYPERION_COMMON.allowedMetrics;
    const { resourceMetrics } = telemetry.request('metrics', NUMBERS);
    const sent = resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics);
    const isListed = (name: string): boolean =>
      names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
    const unlisted = sent.filter(({ name }) => !isListed(name)).map(({ name }) => name);
    expect(unlisted.sort()).toEqual(['unlisted.flow.gauge', 'unlisted.flow.histogram', 'unlisted.flow.sum']);
    expect(NUMBERS.filter((number) => telemetry.isDisallowed(number)).length).toBeGreaterThan(20);
    expect(NUMBERS.filter((number) => telemetry.isDisallowed(number)).length).toBeLessThan(60);
  });

  it('puts a forbidden value into each attribute that the environments redact', () => {
    const { redact } = HYPERION_COMMON;
    for (const signal of SIGNALS) {
      const text = encodeRequest(signal, telemetry.request(signal, NUMBERS)).toString('latin1');
      for (const key of [...redact.delete, ...redact.mask])
        expect({ signal, key, in: text.includes(key) }).toEqual({ signal, key, in: true });
      expect(text).toContain(FORBIDDEN_VALUE);
    }
  });

  it('gives the spans of a trace one trace id, and each its parent in the same trace', () => {
    const spans = telemetry
      .request('traces', NUMBERS)
      .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap((scope) => scope.spans);
    const hex = (id: Uint8Array): string => Buffer.from(id).toString('hex');
    const traceOf = new Map(spans.map(({ spanId, traceId }) => [hex(spanId), hex(traceId)]));
    expect(traceOf.size).toBe(NUMBERS.length);
    expect(new Set(traceOf.values()).size).toBe(NUMBERS.length / SPANS_OF_A_TRACE);
    for (const { traceId, parentSpanId } of spans)
      if (parentSpanId !== undefined) expect(traceOf.get(hex(parentSpanId))).toBe(hex(traceId));
  });
});

const TAKEN: Outcome = {
  acknowledged: true,
  retryable: false,
  status: '200',
  message: '',
  partialSuccess: undefined,
};
const BUSY: Outcome = { ...TAKEN, acknowledged: false, retryable: true, status: '503' };
const NEVER: Outcome = { ...TAKEN, acknowledged: false, status: '401' };

/** Time passes only when somebody waits, and then at once. */
class ImmediateClock implements Clock {
  private now = 0;
  public nowMs(): number {
    return this.now;
  }
  public async sleep(ms: number): Promise<void> {
    this.now += ms;
    await Promise.resolve();
  }
}

/** Takes 10 ms for each request and answers what it is told, then that it took it. */
function receiver(clock: Clock, outcomes: readonly Outcome[]): Sender {
  const left = [...outcomes];
  return {
    protocol: 'test',
    send: async () => {
      await clock.sleep(10);
      return left.shift() ?? TAKEN;
    },
    close: () => undefined,
  };
}

function load(clock: Clock, outcomes: readonly Outcome[], changed: Partial<LoadProps> = {}): Load {
  return new Load({
    signal: 'logs',
    telemetry: new NumberedTelemetry(PROPS),
    senders: [receiver(clock, outcomes)],
    batchSize: 10,
    total: 25,
    giveUpAfterMs: 10_000,
    clock,
    ...changed,
  });
}

describe('A load', () => {
  it('sends every number once when all is taken, the last batch smaller', async () => {
    const { attempts, sent, acknowledged, refused } = await load(new ImmediateClock(), []).done();
    expect(attempts.map(({ numbers }) => numbers.length)).toEqual([10, 10, 5]);
    expect([...sent]).toEqual(NUMBERS.slice(0, 25));
    expect(acknowledged).toEqual(sent);
    expect(refused.size).toBe(0);
  });

  it('sends the same batch again, at growing intervals, before any other', async () => {
    const { attempts, acknowledged } = await load(new ImmediateClock(), [BUSY, BUSY, BUSY]).done();
    expect(attempts.map(({ numbers: [first], startedAtMs }) => [first, startedAtMs])).toEqual([
      [1, 0],
      [1, 260],
      [1, 770],
      [1, 1_780],
      [11, 1_790],
      [21, 1_800],
    ]);
    expect(acknowledged.size).toBe(25);
  });

  it('gives up what is refused for good, and goes on with the next', async () => {
    const { acknowledged, refused } = await load(new ImmediateClock(), [NEVER]).done();
    expect([...refused]).toEqual(NUMBERS.slice(0, 10));
    expect([...acknowledged]).toEqual(NUMBERS.slice(10, 25));
  });

  it('gives up a batch after its time', async () => {
    const outcomes = Array<Outcome>(100).fill(BUSY);
    const { attempts, refused } = await load(new ImmediateClock(), outcomes, { total: 10 }).done();
    expect(refused.size).toBe(10);
    const last = attempts.at(-1);
    expect((last?.startedAtMs ?? 0) + (last?.tookMs ?? 0)).toBeLessThanOrEqual(10_000);
  });

  it('keeps its rate, and stops when it is told to', async () => {
    const clock = new ImmediateClock();
    const steady = load(clock, [], { total: Number.MAX_SAFE_INTEGER, perSecond: 100 });
    while (clock.nowMs() < 5_000) await Promise.resolve();
    const { attempts, sent, acknowledged } = await steady.stop();
    expect(attempts.map(({ startedAtMs }) => startedAtMs).slice(0, 4)).toEqual([0, 100, 200, 300]);
    expect(sent.size).toBeGreaterThanOrEqual(500);
    expect(acknowledged).toEqual(sent);
  });

  it('sends no number twice by two senders, and brings all over whatever comes between', async () => {
    const outcome = fc.constantFrom(TAKEN, BUSY, BUSY);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(outcome, { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        async (lanes) => {
          const clock = new ImmediateClock();
          const senders = lanes.map((outcomes) => receiver(clock, outcomes));
          const { attempts, acknowledged } = await load(clock, [], {
            senders,
            total: 95,
            giveUpAfterMs: 1e9,
          }).done();
          expect(acknowledged.size).toBe(95);
          const taken = attempts
            .filter((attempt) => attempt.outcome.acknowledged)
            .flatMap(({ numbers }) => numbers);
          expect(taken.sort((a, b) => a - b)).toEqual(NUMBERS.slice(0, 95));
        },
      ),
    );
  });

  it('knows its longest request', async () => {
    const journal = await load(new ImmediateClock(), [BUSY]).done();
    expect(slowest([journal])?.tookMs).toBe(10);
    expect(slowest([])).toBeUndefined();
  });
});

describe('Readers', () => {
  it('undo the escaping of the console consumer', () => {
    expect([...unescapeBytes('a\\x0A\\x5C\\xFF~\\x00')]).toEqual([0x61, 0x0a, 0x5c, 0xff, 0x7e, 0x00]);
  });

  it('add up the series of a counter, and tell nothing from zero', () => {
    const text = [
      '# HELP dropped_total words dropped_total{',
      'dropped_total{filter="a",pipeline="x"} 3',
      'dropped_total{filter="a",pipeline="y"} 4e+00',
      'dropped_total{filter="b",pipeline="y"} 100',
      'dropped_total_more{filter="a"} 1000',
      'up 1',
    ].join('\n');
    expect(sumOf(text, 'dropped_total', { filter: 'a' })).toBe(7);
    expect(sumOf(text, 'dropped_total', { filter: 'c' })).toBeUndefined();
    expect(sumOf(text, 'up', {})).toBe(1);
  });
});
