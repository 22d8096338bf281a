/** Kafka's records as the broker's messages, and the other way round. */
import type { Fetched, OutRecord, Position } from './cluster';

/** What of a fetched partition is looked at; the client library's types have more. */
export interface FetchedPartition {
  readonly highWatermark: bigint;
  readonly records?: readonly RecordBatch[];
}

export interface RecordBatch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly records: readonly {
    readonly offsetDelta: number;
    readonly timestampDelta: bigint;
    readonly key: Buffer;
    readonly value: Buffer;
    readonly headers: readonly (readonly [Buffer, Buffer])[];
  }[];
}

/** Bits of a batch's attributes: https://kafka.apache.org/documentation/#recordbatch */
const LOG_APPEND_TIME = 0b1000;
const CONTROL_BATCH = 0b100000;

export function fetchedFrom({ topic, partition, offset }: Position, found: FetchedPartition): Fetched {
  const batches = found.records ?? [];
  const last = batches.at(-1);
  return {
    topic,
    partition,
    messages: batches.flatMap(messagesOf).filter((message) => message.offset >= offset),
    nextOffset: last === undefined ? offset : Number(last.firstOffset) + last.lastOffsetDelta + 1,
    endOffset: Number(found.highWatermark),
  };
}

function messagesOf(batch: RecordBatch): Fetched['messages'] {
  // Marks of transactions are no messages.
  if ((batch.attributes & CONTROL_BATCH) !== 0) return [];
  const isAppendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  return batch.records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
    offset: Number(batch.firstOffset) + offsetDelta,
    publishedAtMs: Number(isAppendTime ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta),
    attempts: 0,
    // The library does not tell an empty key from none.
    key: key.length === 0 ? undefined : key.toString(),
    headers:
      headers.length === 0
        ? undefined
        : Object.fromEntries(headers.map(([name, text]) => [name.toString(), text.toString()])),
    body: value.toString(),
  }));
}

export function toRecord(topic: string, { partition, key, headers = {}, body, timestampMs }: OutRecord) {
  return {
    topic,
    partition,
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    value: Buffer.from(body),
    headers: new Map(
      Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const),
    ),
    timestamp: BigInt(timestampMs),
  };
}
