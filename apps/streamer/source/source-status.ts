/** How far a source is; shown by `GET /sources`. */
import type { SourceKind } from '../metrics';

export interface Position {
  /** Everything before it is in the queue, or rejected. */
  readonly offset: number;
  /** The number of the line there. */
  readonly line: number;
}

/** Rows of a source; a file's outlive the process. */
export interface RowCounts {
  readonly read: number;
  readonly published: number;
  readonly rejected: number;
}

export type SourceState =
  /** Nothing to read, but there may be more. */
  | 'waiting'
  | 'reading'
  /** The queue does not take what was read. */
  | 'blocked'
  /** All of it is read. */
  | 'finished'
  /** It cannot be read. */
  | 'failed'
  | 'stopped';

export interface SourceStatus {
  readonly name: string;
  readonly kind: SourceKind;
  state: SourceState;
  /** Why it is blocked or failed. */
  reason: string | undefined;
  sizeBytes: number | undefined;
  position: Position;
  counts: RowCounts;
}

export const START: Position = { offset: 0, line: 1 };
export const NO_ROWS: RowCounts = { read: 0, published: 0, rejected: 0 };

export function newStatus(name: string, kind: SourceKind): SourceStatus {
  return {
    name,
    kind,
    state: 'waiting',
    reason: undefined,
    sizeBytes: undefined,
    position: START,
    counts: NO_ROWS,
  };
}
