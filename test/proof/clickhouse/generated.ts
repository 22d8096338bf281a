/** Random small sets of traces, cut into batches that come in any order and sometimes twice. */
import fc from 'fast-check';
import type { TestSpan } from './test-span';

export interface Arrival {
  readonly spans: readonly TestSpan[];
  /** All spans once, and some batches once more just as they were. */
  readonly batches: readonly (readonly TestSpan[])[];
  /** Some spans again, in a batch of another make-up. */
  readonly replay: readonly TestSpan[];
}

const SERVICES = ['billing', 'checkout', 'gateway'];
const KINDS = ['Server', 'Client', 'Internal', 'Producer', 'Consumer'] as const;
const TRACES = ['a', 'b', 'c'];
/** Longer than the minutes in which a parent is looked for, so that some lie outside. */
const PERIOD_MS = 8 * 60_000;
/** Never a span's own: the spans below it stay orphans. */
const LOST_ID = 999;

const spanShape = fc.record({
  trace: fc.constantFrom(...TRACES),
  service: fc.constantFrom(...SERVICES),
  kind: fc.constantFrom(...KINDS),
  startMs: fc.nat(PERIOD_MS),
  durationMs: fc.integer({ min: -2, max: 5000 }),
  error: fc.boolean(),
  parentOf: fc.nat(),
  batch: fc.nat(3),
  again: fc.boolean(),
});

export const arrivals: fc.Arbitrary<Arrival> = fc
  .tuple(fc.array(spanShape, { minLength: 1, maxLength: 40 }), fc.array(fc.nat(3), { maxLength: 3 }))
  .map(([shapes, repeated]) => {
    const spans = shapes.map(({ trace, service, kind, startMs, durationMs, error, parentOf }, index) => {
      const parents = [
        0,
        LOST_ID,
        ...shapes.flatMap((shape, i) => (i !== index && shape.trace === trace ? [i + 1] : [])),
      ];
      return {
        trace,
        service,
        kind,
        startMs,
        durationMs,
        error,
        id: index + 1,
        parent: parents[parentOf % parents.length] ?? 0,
      };
    });
    const batches = [0, 1, 2, 3].map((batch) => spans.filter((_, index) => shapes[index]?.batch === batch));
    return {
      spans,
      batches: [...batches, ...repeated.map((batch) => batches[batch] ?? [])].filter(
        (batch) => batch.length > 0,
      ),
      replay: spans.filter((_, index) => shapes[index]?.again === true).reverse(),
    };
  });
