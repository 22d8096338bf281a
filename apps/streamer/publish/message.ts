/** A reading on its way to the queue. */
import type { Reading } from '../../shared/telemetry/reading';

export interface Message {
  readonly metric: string;
  readonly uuid: string | undefined;
  readonly key: string | undefined;
  /** The reading as JSON. */
  readonly body: string;
}

/** The broker takes no longer key; any key will do that is the same for the same device. */
const KEY_CHARS = 256;

export function messageOf(reading: Reading, key: string | undefined): Message {
  return {
    metric: reading.metric,
    uuid: reading.tags.uuid,
    key: key?.slice(0, KEY_CHARS),
    body: JSON.stringify(reading),
  };
}
