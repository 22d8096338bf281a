/** Names a series in few characters: what a cursor can hold. 128 bits, so that no two of a fleet are ever the same. */
import { createHash } from 'node:crypto';

import type { Reading } from '../../telemetry/reading';

export function seriesKey(tags: Reading['tags']): string {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22);
}
