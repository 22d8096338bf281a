/**
 * Which numbered records an external consumer's topic must hold: the declared filter and sampling, computed here a
 * second time, record by record.
 */
import type { ExternalConsumer } from '../../../constructs/systems/hyperion-props';
import type { NumberedTelemetry } from './numbered-telemetry';

type Filter = ExternalConsumer['filter'];

export function consumerShare(
  consumer: ExternalConsumer,
  telemetry: NumberedTelemetry,
  numbers: readonly number[],
  hashSeed: number,
): number[] {
  switch (consumer.signal) {
    case 'logs':
      if (consumer.samplingPercent < 100) throw notComputed(consumer.name, 'sampled log records');
      return numbers.filter((number) => {
        const { service, namespace, severity } = telemetry.logTraits(number);
        const { severityAtLeast } = consumer.filter;
        return (
          isOfResource(consumer, { service, namespace }) &&
          (severityAtLeast === undefined || severity.number >= SEVERITY_NUMBERS[severityAtLeast])
        );
      });
    case 'traces':
      return numbers.filter((number) => {
        const { service, namespace, traceId } = telemetry.spanTraits(number);
        return (
          isOfResource(consumer, { service, namespace }) &&
          isSampled(traceId, consumer.samplingPercent, hashSeed)
        );
      });
    case 'metrics':
      throw notComputed(consumer.name, 'metrics');
  }
}

/**
 * The decision of `probabilistic_sampler` in its mode `hash_seed` (collector-contrib v0.158, `fnvhasher.go` and
 * `sampler_mode.go`): FNV-1a of seed and trace id, of which 14 bits are compared with the share.
 */
export function isSampled(traceId: Uint8Array, percent: number, hashSeed: number): boolean {
  const seed = Buffer.alloc(4);
  seed.writeUInt32LE(hashSeed);
  const hash = fnv1a(Buffer.concat([seed, traceId]));
  return (hash & (HASH_BUCKETS - 1)) < Math.floor(Math.fround(percent * Math.fround(HASH_BUCKETS / 100)));
}

const HASH_BUCKETS = 0x4000;

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** `SeverityNumber` of logs.proto, the first of each four. */
const SEVERITY_NUMBERS = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 } as const;

function isOfResource(
  { name, filter }: { readonly name: string; readonly filter: Filter },
  { service, namespace }: { readonly service: string; readonly namespace: string },
): boolean {
  if (filter.attributes !== undefined) throw notComputed(name, 'attributes of records');
  const has: Readonly<Record<string, string>> = { 'service.name': service, 'service.namespace': namespace };
  return (
    (filter.services?.includes(service) ?? true) &&
    Object.entries(filter.resourceAttributes ?? {}).every(([key, value]) => has[key] === value)
  );
}

function notComputed(consumer: string, what: string): Error {
  return new Error(
    `consumer ${consumer}: its share cannot be computed, for ${what} are not numbered that way`,
  );
}
