/**
 * Cuts a publication into requests. The client library makes one record batch of all that goes to a partition in one
 * request, and Kafka refuses a batch that is larger than `max.message.bytes`.
 */
import type { OutRecord } from './cluster';

/** What a record takes beside its text: lengths, offset and time stamp as variable-length numbers. */
const RECORD_OVERHEAD_BYTES = 64;

/** Below Kafka's default of 1,048,588 bytes, which topics of others have. */
export const MAX_BATCH_BYTES = 1_000_000;

/** The n-th records of each partition follow its (n-1)-th; to be sent one request after the other. */
export function cutIntoRequests(records: readonly OutRecord[]): OutRecord[][] {
  const requests: OutRecord[][] = [];
  const last = new Map<number, { request: number; bytes: number }>();
  for (const record of records) {
    const bytes = sizeBytes(record);
    const at = last.get(record.partition) ?? { request: 0, bytes: 0 };
    if (at.bytes > 0 && at.bytes + bytes > MAX_BATCH_BYTES) {
      at.request += 1;
      at.bytes = 0;
    }
    at.bytes += bytes;
    last.set(record.partition, at);
    (requests[at.request] ??= []).push(record);
  }
  return requests;
}

export function sizeBytes({
  key = '',
  headers = {},
  body,
}: Omit<OutRecord, 'partition' | 'timestampMs'>): number {
  let bytes = RECORD_OVERHEAD_BYTES + Buffer.byteLength(body) + Buffer.byteLength(key);
  for (const [name, value] of Object.entries(headers)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value) + 10;
  }
  return bytes;
}
