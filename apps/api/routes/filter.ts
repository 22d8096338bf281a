/** The filter of a query, from its parameters. */
import type { DeviceFilter } from '../../shared/store/telemetry-store';

interface FilterInQuery {
  readonly uuid?: readonly string[];
  readonly hostname?: string;
  readonly model?: string;
}

/** Each device once, however often it was named. */
export function filterOf({ uuid, hostname, model }: FilterInQuery): DeviceFilter {
  return { uuids: uuid === undefined ? undefined : [...new Set(uuid)], hostname, model };
}

/** For the signature of a cursor. */
export function filterKey({ uuids, hostname, model }: DeviceFilter): readonly unknown[] {
  return [uuids ?? null, hostname ?? null, model ?? null];
}
